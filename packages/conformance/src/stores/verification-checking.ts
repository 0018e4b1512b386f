import type { VerificationStore } from '@polysms/core/stores';
import type { StoreSuite } from './store-suite.js';
import { issued, local, minute, TestSubject } from './verification-subject.js';

/** `VerificationStore.check`: what is accepted. */
export const verificationChecking: StoreSuite<VerificationStore> = ({ test }) => {
  test('says not-found where nothing is known, and charges nothing', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.demandCheck({ digests: ['right'] }, { state: 'not-found' }, 'a check of an unknown subject');
    await subject.open('a');
    await subject.demandCheck({ of: ['b'], digests: ['right'] }, { state: 'not-found' }, 'a check of an unknown id');
    await subject.demandCheck({ of: [], digests: ['right'] }, { state: 'not-found' }, 'a check without a challenge');
    await subject.demandFailures(0, 0, 'the failures');
  });

  test('approves a right code once', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.demandApproved({}, 'the right code');
    await subject.demandCheck({ digests: ['right'] }, { state: 'not-found' }, 'the right code again');
    await subject.demandStates({ a: 'approved' }, 'reading');
  });

  test('approves a code under any of the peppers, and a digest for its own challenge only', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('digest-of-a')]);
    await subject.open('b', [local('digest-of-b')]);
    await subject.demandCheck(
      { digests: ['digest-of-b'] },
      { state: 'incorrect', checksLeft: 4 },
      'a digest of another',
    );
    await subject.demandApproved(
      { of: ['b'], digests: ['new-pepper', 'digest-of-b'] },
      'a digest under the old pepper',
    );
    await subject.demandStates({ a: 'canceled', b: 'approved' }, 'reading');
  });

  test('never takes a digest for one that only begins like it, nor one of another length', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { maxChecks: 9 })]);
    const digests = ['righ', 'rightt', '', 'RIGHT', 'rigth', 'rıght'];
    await subject.demandCheck(
      { digests },
      { state: 'incorrect', checksLeft: 8 },
      'digests that resemble the right one',
    );
  });

  test('accepts a right code at the last check, and none after it', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { maxChecks: 2 })]);
    await subject.check();
    await subject.demandApproved({}, 'the right code as the last check');
    await subject.open('b', [local('right', { maxChecks: 1 })]);
    await subject.check({ of: ['b'] });
    await subject.demandCheck({ of: ['b'], digests: ['right'] }, { state: 'exhausted' }, 'the right code too late');
  });

  test('accepts a code until its lifetime ends, not longer', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { lifetimeMs: minute })]);
    await bench.advanceAlmost(minute);
    await subject.demandApproved({}, 'the right code just before its end');
    await bench.advanceToEnd();
    await subject.open('b', [local('right', { lifetimeMs: minute })]);
    await bench.advance(minute);
    await subject.demandCheck({ of: ['b'], digests: ['right'] }, { state: 'expired' }, 'the right code at its end');
    await subject.demandFailures(0, 0, 'the failures');
  });

  test('ends every other challenge with an approval, and forgets the failures', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('x', { lifetimeMs: minute })]);
    await subject.open('b', [local('x', { maxChecks: 1 })]);
    await subject.check({ of: ['b'] });
    await bench.advance(minute);
    await subject.open('c');
    await subject.open('d');
    await subject.demandApproved({ of: ['d'] }, 'the right code');
    await subject.demandStates({ a: 'canceled', b: 'canceled', c: 'canceled', d: 'approved' }, 'reading');
    await subject.demandFailures(0, 0, 'the failures');
    await subject.demandCheck({ of: ['c'], digests: ['right'] }, { state: 'not-found' }, 'the code of another');
  });

  test('approves the first challenge that fits, in the order of the guesses', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.open('b');
    await subject.demandApproved({ of: ['b', 'a'] }, 'a code that fits two challenges');
    await subject.demandStates({ a: 'canceled', b: 'approved' }, 'reading');
  });

  test('finds no challenge for another purpose than the check says, and charges nothing', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    const other = { purpose: `${subject.challenged.purpose}-other` };
    await subject.demandCheck({ ...other, digests: ['right'] }, { state: 'not-found' }, 'the right code for another');
    await subject.demandCheck({ ...other, digests: ['wrong'] }, { state: 'not-found' }, 'a wrong code for another');
    await subject.demandFailures(0, 0, 'the failures');
    await subject.demandApproved({ purpose: subject.challenged.purpose }, 'the right code for this one');
  });

  test('remembers what an approval ended for the keepMs of the check', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.open('b');
    await subject.checkRight({ keepMs: 2 * minute });
    await bench.advanceAlmost(2 * minute);
    await subject.demandStates({ a: 'approved', b: 'canceled' }, 'reading just before keepMs is over');
    await bench.advanceToEnd();
    await subject.demandStates({}, 'reading then');
  });

  test('leaves out challenges that have ended', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.open('b', [local('second')]);
    await subject.cancel('a');
    const of = ['a', 'b'];
    await subject.demandCheck({ of, digests: ['right'] }, { state: 'incorrect', checksLeft: 4 }, 'a canceled code');
    await subject.demandApproved({ of, digests: ['second'] }, 'the other code');
  });

  test('takes a challenge once that is guessed twice', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p')]);
    const issuers = [{ id: subject.id('a'), provider: 'p' }];
    const of = ['a', 'a'];
    await subject.demandCheck({ of, token: 't' }, { state: 'ask', issuers, checksLeft: 4, judged: false }, 'a check');
    bench.demandAnswer(await subject.conclude('refund', 't', of), 'refunded', 'its refund');
    await subject.demandCheck({ of }, { state: 'ask', issuers, checksLeft: 4, judged: false }, 'another check');
  });
};
