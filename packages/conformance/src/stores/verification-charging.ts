import type { VerificationStore } from '@polysms/core/stores';
import type { StoreSuite } from './store-suite.js';
import { hour, issued, local, minute, TestSubject, usual } from './verification-subject.js';

/** `VerificationStore.check`: what a wrong code costs, and what is left. */
export const verificationCharging: StoreSuite<VerificationStore> = ({ test }) => {
  test('charges a wrong code one check of each live challenge, and one failure', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { maxChecks: 2 })]);
    await subject.open('b', [local('right', { maxChecks: 3 })]);
    await subject.open('c');
    const of = ['a', 'b'];
    await subject.demandCheck({ of }, { state: 'incorrect', checksLeft: 2 }, 'a wrong code');
    await subject.demandCheck({ of }, { state: 'incorrect', checksLeft: 1 }, 'a second one');
    await subject.demandCheck({ of }, { state: 'incorrect', checksLeft: 0 }, 'a third one');
    await subject.demandCheck({ of, digests: ['right'] }, { state: 'exhausted' }, 'the right code then');
    await subject.demandStates({ a: 'exhausted', b: 'exhausted', c: 'pending' }, 'reading');
    await subject.demandFailures(3, usual.failureWindowMs, 'the failures');
  });

  test('says exhausted when the subject has too many failures, also of a right code and a new challenge', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.open('b');
    await subject.check({ maxFailures: 2 });
    await subject.demandCheck(
      { maxFailures: 2 },
      { state: 'incorrect', checksLeft: 0 },
      'the last code that is allowed',
    );
    const of = ['b'];
    await subject.demandCheck({ of, digests: ['right'], maxFailures: 2 }, { state: 'exhausted' }, 'the right code');
    await subject.demandFailures(2, usual.failureWindowMs, 'the failures');
    await subject.demandApproved({ of, maxFailures: 3 }, 'the right code when one more failure is allowed');
  });

  test('counts failures from the first, over all codes, and forgets them together', async (bench) => {
    const subject = new TestSubject(bench);
    const failureWindowMs = 10 * minute;
    await subject.open('a', [local('right', { lifetimeMs: hour })]);
    await subject.check({ failureWindowMs });
    await bench.advance(6 * minute);
    await subject.open('b');
    await subject.check({ of: ['b'], failureWindowMs });
    await subject.demandFailures(2, 4 * minute, 'the failures of two codes');
    await bench.advanceAlmost(4 * minute);
    await subject.demandCheck(
      { failureWindowMs, maxFailures: 2 },
      { state: 'exhausted' },
      'a code just before the end',
    );
    await bench.advanceToEnd();
    await subject.demandFailures(0, 0, 'the failures at the end');
    const fourth = { state: 'incorrect', checksLeft: 1 } as const;
    await subject.demandCheck({ failureWindowMs, maxFailures: 2 }, fourth, 'a code at the end');
    await subject.demandFailures(1, failureWindowMs, 'the failures of the next window');
  });

  test('remembers failures longer than the challenges', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { lifetimeMs: minute })], { keepMs: minute });
    await subject.check();
    await bench.advance(hour);
    await subject.demandStates({}, 'the challenges');
    await subject.demandFailures(1, usual.failureWindowMs - hour, 'the failures');
  });

  test('says as checksLeft the most of any code, and no more than the failures that are left', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('x', { maxChecks: 3 }), issued('p', { maxChecks: 7, lifetimeMs: minute })]);
    await subject.open('b', [local('x', { maxChecks: 4 })]);
    const of = ['a', 'b'];
    const issuers = [{ id: subject.id('a'), provider: 'p' }];
    await subject.demandCheck({ of }, { state: 'ask', issuers, checksLeft: 6, judged: true }, 'a wrong code');
    await bench.advance(minute);
    await subject.demandCheck({ of }, { state: 'incorrect', checksLeft: 2 }, 'one after the longest has expired');
    await subject.demandCheck(
      { of, maxFailures: 4 },
      { state: 'incorrect', checksLeft: 1 },
      'one with few failures left',
    );
  });

  test('says exhausted if any challenge is, else expired; and charges neither', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { maxChecks: 1 })]);
    await subject.open('b', [local('right', { lifetimeMs: minute })]);
    await subject.check();
    await bench.advance(minute);
    const digests = ['right'];
    await subject.demandCheck({ of: ['b'], digests }, { state: 'expired' }, 'a check of what has expired');
    await subject.demandCheck({ of: ['b', 'a'], digests }, { state: 'exhausted' }, 'a check of both');
    await subject.demandCheck({ of: ['b', 'unknown'], digests }, { state: 'expired' }, 'a check with an unknown id');
    await subject.demandFailures(1, usual.failureWindowMs - minute, 'the failures');
  });
};
