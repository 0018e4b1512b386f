import type { VerificationStore } from '@polysms/core/stores';
import type { StoreSuite } from './store-suite.js';
import { issued, local, minute, TestSubject, usual } from './verification-subject.js';

/** `VerificationStore.end`, and guesses that are a failure of another subject: while a pepper is replaced. */
export const verificationEnding: StoreSuite<VerificationStore> = ({ test }) => {
  test('ends every challenge of a subject, forgets its failures, and answers what was there before', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.open('b', [issued('p')]);
    await subject.check({ of: ['b'] });
    await subject.cancel('b');
    const { challenged } = subject;
    const before = {
      challenges: [
        { id: subject.id('a'), ...challenged, state: 'pending', checksLeft: 5, expiresInMs: usual.lifetimeMs },
        { id: subject.id('b'), ...challenged, state: 'canceled', checksLeft: 0, expiresInMs: 0 },
      ],
      failures: 1,
      failuresEndInMs: usual.failureWindowMs,
    };
    bench.demandAnswer(await subject.end(), before, 'the end');
    await subject.demandStates({ a: 'canceled', b: 'canceled' }, 'reading');
    await subject.demandFailures(0, 0, 'the failures');
    await subject.demandCheck({ digests: ['right'] }, { state: 'not-found' }, 'the right code');
  });

  test('ends also what has expired or run out of checks, and leaves an approval as it is', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.checkRight({ token: 't' });
    await subject.open('b', [local('x', { maxChecks: 1 })]);
    await subject.open('c', [local('x', { lifetimeMs: minute })]);
    await subject.check({ of: ['b'] });
    await bench.advance(minute);
    await subject.demandStates({ a: 'approved', b: 'exhausted', c: 'expired' }, 'reading before');
    await subject.end();
    await subject.demandStates({ a: 'approved', b: 'canceled', c: 'canceled' }, 'reading after');
    await subject.demandApproved({ token: 't' }, 'the check that was approved, repeated');
  });

  test('ends nothing of another subject, nothing that is opened later, and nothing unknown', async (bench) => {
    const [subject, other] = [new TestSubject(bench), new TestSubject(bench, 'other')];
    const unknown = { challenges: [], failures: 0, failuresEndInMs: 0 };
    bench.demandAnswer(await subject.end(), unknown, 'the end of an unknown subject');
    await other.open('a');
    await subject.open('a');
    await subject.end();
    await subject.open('b');
    await subject.demandStates({ a: 'canceled', b: 'pending' }, 'reading');
    await subject.demandApproved({ of: ['b'] }, 'the right code of the later one');
    await other.demandApproved({}, 'the right code of the other subject');
  });

  test('remembers what it ended for its keepMs, and settles it no more', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.end(minute);
    await subject.settle('a', [local('second')], ['q']);
    await subject.demandCheck({ digests: ['second'] }, { state: 'not-found' }, 'a code settled after the end');
    await bench.advanceAlmost(minute);
    await subject.demandStates({ a: 'canceled' }, 'reading just before keepMs is over');
    await bench.advanceToEnd();
    await subject.demandStates({}, 'reading then');
  });

  test('charges the check and no failure if the failure is counted elsewhere', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { maxChecks: 2 }), issued('p', { maxChecks: 2 })]);
    const elsewhere = { countsFailure: false, maxFailures: 1 };
    const issuers = [{ id: subject.id('a'), provider: 'p' }];
    const asked = { state: 'ask', issuers, checksLeft: 1, judged: true } as const;
    await subject.demandCheck({ token: 't', ...elsewhere }, asked, 'a guess that is counted elsewhere');
    await subject.demandFailures(0, 0, 'the failures');
    await subject.check({ token: 'u' });
    await subject.demandFailures(1, usual.failureWindowMs, 'the failures after a guess of its own');
    bench.demandAnswer(await subject.conclude('refund', 'u', ['a'], usual.keepMs, false), 'refunded', 'a refund');
    await subject.demandFailures(1, usual.failureWindowMs, 'the failures after a refund of the check alone');
    await subject.demandCheck(elsewhere, { state: 'exhausted' }, 'a guess when the failures are used up');
  });
};
