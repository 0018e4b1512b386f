import type { VerificationStore } from '@polysms/core/stores';
import type { StoreSuite } from './store-suite.js';
import { issued, local, minute, TestSubject, usual } from './verification-subject.js';

/** Commands that a connection repeats, since their answers were lost. */
export const verificationRepeating: StoreSuite<VerificationStore> = ({ test }) => {
  test('answers a repeated opening as the first time, and changes nothing', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p')]);
    const opened = { state: 'opened', previous: ['p'] };
    const one = { maxLive: 2, maxFailures: 1 };
    bench.demandAnswer(await subject.open('b', [local()], one), opened, 'an opening');
    await bench.advance(minute);
    bench.demandAnswer(await subject.open('b', [local('other')], one), opened, 'the same opening again');
    await subject.demandStates({ a: 'pending', b: 'pending' }, 'reading');
    await subject.check({ of: ['b'], maxFailures: 1 });
    bench.demandAnswer(await subject.open('b', [local('other')], one), opened, 'it again, when the subject is locked');
    await subject.demandApproved({ of: ['b'] }, 'the code of the first opening');
    bench.demandAnswer(await subject.open('b', [local('other')], one), opened, 'it again, when it has ended');
    await subject.demandStates({ a: 'canceled', b: 'approved' }, 'reading at last');
  });

  test('answers a repeated settling by doing nothing twice', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    for (let time = 0; time < 2; time += 1) {
      await subject.settle('a', [local('second')], ['p']);
      await subject.check({ token: 't' });
    }
    await subject.settle('a', [], []);
    await subject.settle('a', [], []);
    await subject.demandStates({}, 'reading');
    await subject.demandFailures(1, usual.failureWindowMs, 'the failures');
  });

  test('approves a repeated check of the right code again, with the same token only', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.open('b');
    const of = ['b', 'a'];
    for (let time = 0; time < 3; time += 1)
      await subject.demandApproved({ of, token: 't' }, `the right code, time ${time}`);
    await subject.demandCheck({ of, digests: ['right'], token: 'u' }, { state: 'not-found' }, 'with another token');
    await subject.demandCheck({ of: ['a'], digests: ['right'], token: 't' }, { state: 'not-found' }, 'of another one');
  });

  test('charges a repeated check once, and answers it as the first time', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { maxChecks: 3 })]);
    const first = { state: 'incorrect', checksLeft: 2 } as const;
    for (let time = 0; time < 3; time += 1)
      await subject.demandCheck({ token: 't' }, first, `a wrong code, time ${time}`);
    await subject.demandFailures(1, usual.failureWindowMs, 'the failures');
    await subject.demandCheck({ token: 'u' }, { state: 'incorrect', checksLeft: 1 }, 'another check');
  });

  test('answers a repeated check as the first time though it was the last one of the codes', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p', { maxChecks: 1 }), local('x', { maxChecks: 1 })]);
    const issuers = [{ id: subject.id('a'), provider: 'p' }];
    const first = { state: 'ask', issuers, checksLeft: 0, judged: true } as const;
    for (let time = 0; time < 2; time += 1) await subject.demandCheck({ token: 't' }, first, `a code, time ${time}`);
    await subject.demandCheck({ token: 'u' }, { state: 'exhausted' }, 'another check');
  });

  test('answers a repeated check as the first time though it was the last failure', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    const first = { state: 'incorrect', checksLeft: 0 } as const;
    const check = { token: 't', maxFailures: 1 };
    for (let time = 0; time < 2; time += 1) await subject.demandCheck(check, first, `a wrong code, time ${time}`);
    await subject.demandCheck({ token: 'u', maxFailures: 1 }, { state: 'exhausted' }, 'another check');
  });

  test('has nobody asked by a repeated check who was not asked the first time', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p', { maxChecks: 1 }), local('x', { maxChecks: 1 })]);
    await subject.open('b', [issued('q')]);
    await subject.check({ token: 't' });
    const issuers = [{ id: subject.id('b'), provider: 'q' }];
    const first = { state: 'ask', issuers, checksLeft: 4, judged: false } as const;
    const check = { of: ['a', 'b'], token: 'u' };
    for (let time = 0; time < 2; time += 1) await subject.demandCheck(check, first, `a code, time ${time}`);
  });

  test('charges nobody by a check that is repeated with a challenge more', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { maxChecks: 2 })]);
    await subject.open('b');
    await subject.check({ token: 't' });
    await subject.demandCheck(
      { of: ['a', 'b'], token: 't' },
      { state: 'incorrect', checksLeft: 5 },
      'the check with a challenge more',
    );
    await subject.demandFailures(1, usual.failureWindowMs, 'the failures');
  });

  test('charges a check again that was given back', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { maxChecks: 2 })]);
    for (let time = 0; time < 3; time += 1) {
      await subject.demandCheck({ token: 't' }, { state: 'incorrect', checksLeft: 1 }, `the check, time ${time}`);
      bench.demandAnswer(await subject.conclude('refund', 't'), 'refunded', `the refund, time ${time}`);
    }
    await subject.demandFailures(0, 0, 'the failures');
  });

  test('answers a repeated approval of a provider as the first time, with the same token only', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p')]);
    await subject.open('b', [issued('p')]);
    const of = ['b', 'a'];
    for (let time = 0; time < 3; time += 1) {
      bench.demandAnswer(await subject.conclude('approved', 't', of), 'approved', `an approval, time ${time}`);
    }
    bench.demandAnswer(await subject.conclude('approved', 'u', of), 'not-found', 'one with another token');
    bench.demandAnswer(await subject.conclude('approved', 't', ['a']), 'not-found', 'one for another challenge');
    await subject.demandApproved({ of, token: 't' }, 'the check itself, repeated after the approval');
    await subject.demandStates({ a: 'canceled', b: 'approved' }, 'reading');
  });
};
