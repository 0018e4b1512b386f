import type { VerificationStore } from '@polysms/core/stores';
import type { StoreSuite } from './store-suite.js';
import { hour, issued, local, minute, TestSubject, usual } from './verification-subject.js';

/** `VerificationStore.settle`, `cancel` and `read`. */
export const verificationPending: StoreSuite<VerificationStore> = ({ test }) => {
  test('accepts after settling only the codes that may have been sent', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local(), issued('p')]);
    await subject.settle('a', [issued('p', { reference: 'r' })], ['p']);
    const issuers = [{ id: subject.id('a'), provider: 'p', reference: 'r' }];
    await subject.demandCheck(
      { digests: ['right'] },
      { state: 'ask', issuers, checksLeft: 4, judged: false },
      'the right code, which was not sent',
    );
  });

  test('counts the lifetimes of settled codes from the opening, and keeps the checks', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.check();
    await bench.advance(minute);
    await subject.settle('a', [local('second', { maxChecks: 3, lifetimeMs: 2 * minute })]);
    const pending = {
      id: subject.id('a'),
      ...subject.challenged,
      state: 'pending',
      checksLeft: 2,
      expiresInMs: minute,
    };
    bench.demandAnswer((await subject.read()).challenges, [pending], 'reading after it was settled');
    await bench.advance(minute);
    await subject.demandCheck({ digests: ['second'] }, { state: 'expired' }, 'its code at the end of the lifetime');
  });

  test('forgets a challenge of which nothing was sent', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p')]);
    await subject.settle('a', [], ['p']);
    await subject.demandCheck({}, { state: 'not-found' }, 'a check of it');
    bench.demandAnswer(await subject.open('b'), { state: 'opened', previous: [] }, 'the next opening');
    await subject.demandStates({ b: 'pending' }, 'what is remembered');
  });

  test('forgets no failures with a challenge of which nothing was sent', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.check();
    await subject.settle('a', []);
    await subject.demandFailures(1, usual.failureWindowMs, 'what is remembered');
  });

  test('changes nothing by settling what has ended or is not known', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.settle('a', [local()]);
    await subject.demandStates({}, 'what is remembered of an unknown subject');
    await subject.open('a');
    await subject.settle('b', []);
    await subject.checkRight({ token: 't' });
    await subject.settle('a', []);
    await subject.demandStates({ a: 'approved' }, 'what is remembered');
    await subject.open('c', [local(), issued('p')]);
    await subject.cancel('c');
    await subject.settle('c', [local()], ['q']);
    await subject.demandCheck({ of: ['c'], digests: ['right'] }, { state: 'not-found' }, 'a canceled code');
    bench.demandAnswer(await subject.open('d'), { state: 'opened', previous: ['p'] }, 'the next opening');
  });

  test('remembers a settled challenge for as long as its new codes last, and keepMs more', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.settle('a', [local('right', { lifetimeMs: 2 * hour })]);
    await bench.advanceAlmost(3 * hour);
    await subject.demandStates({ a: 'expired' }, 'what is remembered just before keepMs is over');
    await bench.advanceToEnd();
    await subject.demandStates({}, 'what is remembered then');
  });

  test('cancels a live challenge once, and no other', async (bench) => {
    const subject = new TestSubject(bench);
    bench.demandAnswer(await subject.cancel('a'), false, 'canceling what is not known');
    await subject.open('a');
    await subject.open('b', [local('second')]);
    bench.demandAnswer(await subject.cancel('a'), true, 'canceling a live challenge');
    bench.demandAnswer(await subject.cancel('a'), false, 'canceling it again');
    await subject.demandCheck({ digests: ['right'] }, { state: 'not-found' }, 'the right code of it');
    await subject.demandApproved({ of: ['b'], digests: ['second'] }, 'the right code of the other');
    bench.demandAnswer(await subject.cancel('b'), false, 'canceling what is approved');
  });

  test('cancels nothing that has expired or run out of checks', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { maxChecks: 1 })]);
    await subject.open('b', [local('right', { lifetimeMs: minute })]);
    await subject.check();
    bench.demandAnswer(await subject.cancel('a'), false, 'canceling what has run out of checks');
    await bench.advance(minute);
    bench.demandAnswer(await subject.cancel('b'), false, 'canceling what has expired');
    await subject.demandStates({ a: 'exhausted', b: 'expired' }, 'what is remembered');
  });

  test('remembers what was canceled for keepMs', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.cancel('a');
    await bench.advanceAlmost(usual.keepMs);
    await subject.demandStates({ a: 'canceled' }, 'what is remembered just before keepMs is over');
    await bench.advanceToEnd();
    await subject.demandStates({}, 'what is remembered then');
  });

  test('reads what it remembers, oldest first, with what is left of each', async (bench) => {
    const subject = new TestSubject(bench);
    const unknown = { challenges: [], failures: 0, failuresEndInMs: 0 };
    bench.demandAnswer(await subject.read(), unknown, 'reading an unknown subject');
    await subject.open('b', [local('x', { maxChecks: 2 }), issued('p', { maxChecks: 4, lifetimeMs: minute })]);
    await bench.advance(minute / 2);
    await subject.open('a');
    await subject.open('c', [local('x', { maxChecks: 1 })]);
    await subject.check({ of: ['b', 'c'] });
    await subject.cancel('a');
    const left = { checksLeft: 0, expiresInMs: 0 };
    const { challenged } = subject;
    const states = (ofB: object) => [
      { id: subject.id('b'), ...challenged, ...ofB },
      { id: subject.id('a'), ...challenged, state: 'canceled', ...left },
      { id: subject.id('c'), ...challenged, state: 'exhausted', ...left },
    ];
    const counted = { failures: 1, failuresEndInMs: usual.failureWindowMs };
    const pending = { state: 'pending', checksLeft: 3, expiresInMs: usual.lifetimeMs - minute / 2 };
    bench.demandAnswer(await subject.read(), { challenges: states(pending), ...counted }, 'reading');
    await bench.advance(minute / 2);
    const later = {
      challenges: states({ state: 'pending', checksLeft: 1, expiresInMs: usual.lifetimeMs - minute }),
      failures: 1,
      failuresEndInMs: usual.failureWindowMs - minute / 2,
    };
    bench.demandAnswer(await subject.read(), later, 'reading after one of the codes has expired');
  });

  test('reads exhausted, not expired, when all codes had run out of checks before they expired', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('x', { maxChecks: 1, lifetimeMs: minute })]);
    await subject.open('b', [local('x', { maxChecks: 1, lifetimeMs: minute }), issued('p', { lifetimeMs: minute })]);
    await subject.check({ of: ['a', 'b'] });
    await bench.advance(minute);
    await subject.demandStates({ a: 'exhausted', b: 'expired' }, 'reading');
  });

  test('forgets each challenge keepMs after its last code, not sooner and not later', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('x', { lifetimeMs: minute }), issued('p', { lifetimeMs: 2 * minute })], {
      keepMs: hour,
    });
    await subject.open('b', [local('x', { lifetimeMs: minute })], { keepMs: minute });
    await bench.advanceAlmost(2 * minute);
    await subject.demandStates({ a: 'pending', b: 'expired' }, 'reading just before the second is forgotten');
    await bench.advanceToEnd();
    await subject.demandStates({ a: 'expired' }, 'reading then');
    await bench.advanceAlmost(hour);
    await subject.demandStates({ a: 'expired' }, 'reading just before the first is forgotten');
    await bench.advanceToEnd();
    await subject.demandStates({}, 'reading then');
    bench.demandAnswer(await subject.open('b'), { state: 'opened', previous: [] }, 'opening an id that was forgotten');
  });
};
