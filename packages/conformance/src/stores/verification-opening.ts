import type { VerificationStore } from '@polysms/core/stores';
import type { StoreSuite } from './store-suite.js';
import { hour, issued, local, minute, TestSubject, usual } from './verification-subject.js';

/** `VerificationStore.open`. */
export const verificationOpening: StoreSuite<VerificationStore> = ({ test }) => {
  test('remembers twice as many challenges as may be live, and forgets the oldest that is not', async (bench) => {
    const subject = new TestSubject(bench);
    for (const challenge of ['a', 'b', 'c', 'd']) {
      await subject.open(challenge, [local()], { maxLive: 2 });
      if (challenge !== 'b') await subject.cancel(challenge);
    }
    await subject.open('e', [local()], { maxLive: 2 });
    await subject.demandStates({ b: 'pending', c: 'canceled', d: 'canceled', e: 'pending' }, 'reading');
  });

  test('says whether it is shared between processes', async (bench) => {
    bench.demandAnswer(typeof bench.store.isShared, 'boolean', 'the type of isShared');
  });

  test('opens a challenge, whose code can be checked before it is settled', async (bench) => {
    const subject = new TestSubject(bench);
    bench.demandAnswer(await subject.open('a'), { state: 'opened', previous: [] }, 'a first opening');
    await subject.demandApproved({}, 'the right code');
  });

  test('keeps the codes as they were given, whatever happens to the objects', async (bench) => {
    const subject = new TestSubject(bench);
    const [code, settled, providers] = [{ ...local() }, { ...local('second') }, ['p']];
    const codes = [code];
    await subject.open('a', codes);
    Object.assign(code, { digest: 'changed', maxChecks: 0 });
    codes.length = 0;
    await subject.open('b', [local('other')]);
    await subject.settle('b', [settled], providers);
    Object.assign(settled, { digest: 'changed', maxChecks: 0 });
    providers.push('changed');
    bench.demandAnswer(await subject.open('c'), { state: 'opened', previous: ['p'] }, 'the providers of an opening');
    await subject.demandCheck({ of: ['b'], digests: ['changed'] }, { state: 'incorrect', checksLeft: 4 }, 'changed');
    await subject.demandApproved({}, 'the right code after the object was changed');
  });

  test('names the providers of earlier challenges once, the latest first', async (bench) => {
    const subject = new TestSubject(bench);
    const many = { maxLive: 10 };
    await subject.open('a', [local()], many);
    await subject.settle('a', [local()], ['p1', 'p2', 'p3']);
    await subject.open('b', [issued('p3'), local(), issued('p4')], many);
    await subject.open('c', [local()], many);
    await subject.settle('c', [local()], ['p1']);
    const previous = ['p1', 'p4', 'p3', 'p2'];
    bench.demandAnswer(await subject.open('d', [issued('p9')], many), { state: 'opened', previous }, 'an opening');
  });

  test('names the providers of canceled and expired challenges, and of none that was approved', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('other'), issued('expired', { lifetimeMs: minute })]);
    await subject.settle('a', [local('other', { lifetimeMs: minute })], ['expired']);
    await bench.advance(minute);
    await subject.open('b', [issued('canceled')]);
    await subject.cancel('b');
    const expected = { state: 'opened', previous: ['canceled', 'expired'] };
    bench.demandAnswer(await subject.open('c', [local(), issued('approved')]), expected, 'an opening');
    await subject.checkRight({ of: ['c'] });
    bench.demandAnswer(await subject.open('d'), expected, 'an opening after an approval');
  });

  test('locks a subject with too many failures, until the first of them is forgotten', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { maxChecks: 9, lifetimeMs: 2 * hour })], { maxFailures: 2 });
    await subject.check({ failureWindowMs: hour });
    bench.demandAnswer(
      await subject.open('b', [local()], { maxFailures: 2 }),
      { state: 'opened', previous: [] },
      'an opening before the last failure',
    );
    await bench.advance(minute);
    await subject.check({ failureWindowMs: hour });
    const locked = { state: 'locked', reason: 'failures' };
    bench.demandAnswer(
      await subject.open('c', [local()], { maxFailures: 2 }),
      { ...locked, retryAfterMs: hour - minute },
      'an opening after too many failures',
    );
    await bench.advanceAlmost(hour - minute);
    bench.demandAnswer(
      await subject.open('c', [local()], { maxFailures: 2 }),
      { ...locked, retryAfterMs: bench.lastMomentMs },
      'an opening just before the failures end',
    );
    await bench.advanceToEnd();
    await subject.demandStates({ a: 'pending', b: 'expired' }, 'what is remembered, without what was locked');
    bench.demandAnswer(
      await subject.open('c', [local()], { maxFailures: 2 }),
      { state: 'opened', previous: [] },
      'an opening after the failures ended',
    );
  });

  test('locks a subject with too many live challenges, until the soonest has no live code any more', async (bench) => {
    const subject = new TestSubject(bench);
    const two = { maxLive: 2 };
    await subject.open('a', [local('right', { lifetimeMs: minute }), issued('p', { lifetimeMs: 4 * minute })], two);
    await subject.open('b', [local('right', { lifetimeMs: 5 * minute })], two);
    await bench.advance(minute);
    const locked = { state: 'locked', reason: 'challenges' };
    bench.demandAnswer(await subject.open('c', [local()], two), { ...locked, retryAfterMs: 3 * minute }, 'a third one');
    await bench.advanceAlmost(3 * minute);
    bench.demandAnswer(
      await subject.open('c', [local()], two),
      { ...locked, retryAfterMs: bench.lastMomentMs },
      'a third one, just before the first expires',
    );
    await bench.advanceToEnd();
    await subject.demandStates({ a: 'expired', b: 'pending' }, 'what is remembered, without what was locked');
    bench.demandAnswer(
      await subject.open('c', [local()], two),
      { state: 'opened', previous: ['p'] },
      'a third one then',
    );
  });

  test('counts only codes that have checks left when it says how long too many challenges live', async (bench) => {
    const subject = new TestSubject(bench);
    const codes = [local('right', { lifetimeMs: 2 * minute }), issued('p', { maxChecks: 1, lifetimeMs: 4 * minute })];
    await subject.open('a', codes, { maxLive: 1 });
    await subject.check();
    const locked = { state: 'locked', reason: 'challenges', retryAfterMs: 2 * minute };
    bench.demandAnswer(await subject.open('b', codes, { maxLive: 1 }), locked, 'an opening');
  });

  test('says failures, not challenges, if there are too many of both', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.check();
    const locked = { state: 'locked', reason: 'failures', retryAfterMs: usual.failureWindowMs };
    bench.demandAnswer(await subject.open('b', [local()], { maxFailures: 1, maxLive: 1 }), locked, 'an opening');
  });

  test('counts no challenge as live that has ended or run out of checks', async (bench) => {
    const subject = new TestSubject(bench);
    const one = { maxLive: 1 };
    await subject.open('a', [local()], one);
    await subject.cancel('a');
    bench.demandAnswer(
      await subject.open('b', [local('right', { maxChecks: 1 })], one),
      { state: 'opened', previous: [] },
      'an opening after one was canceled',
    );
    await subject.check({ of: ['b'] });
    bench.demandAnswer(await subject.open('c', [local()], one), { state: 'opened', previous: [] }, 'after one ran out');
  });

  test('keeps subjects apart', async (bench) => {
    const [one, other] = [new TestSubject(bench, 'one'), new TestSubject(bench, 'other', 'payment')];
    await one.open('a', [local(), issued('p')], { maxLive: 1 });
    await one.check();
    bench.demandAnswer(
      await other.open('a', [local()], { maxLive: 1, maxFailures: 1 }),
      { state: 'opened', previous: [] },
      'an opening of another subject',
    );
    await other.demandApproved({}, 'the right code of another subject');
    await one.demandStates({ a: 'pending' }, 'what is remembered of the first subject');
    await one.demandFailures(1, usual.failureWindowMs, 'the failures of the first subject');
  });
};
