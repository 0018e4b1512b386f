import type { VerificationStore } from '@polysms/core/stores';
import type { StoreSuite } from './store-suite.js';
import { issued, local, minute, TestSubject, usual } from './verification-subject.js';

/** `VerificationStore.conclude`. */
export const verificationConcluding: StoreSuite<VerificationStore> = ({ test }) => {
  test('approves what a provider approved: every challenge ends, and the failures are forgotten', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p')]);
    await subject.open('b');
    await subject.check({ token: 't' });
    bench.demandAnswer(await subject.conclude('approved', 't'), 'approved', 'an approval');
    await subject.demandStates({ a: 'approved', b: 'canceled' }, 'reading');
    await subject.demandFailures(0, 0, 'the failures');
    await subject.demandCheck({ of: ['a', 'b'], digests: ['right'] }, { state: 'not-found' }, 'a later check');
  });

  test('approves the first challenge that has not ended, in the order of the ids', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p')]);
    await subject.open('b', [issued('p')]);
    await subject.open('c', [issued('p')]);
    await subject.cancel('c');
    bench.demandAnswer(await subject.conclude('approved', 't', ['x', 'c', 'b', 'a']), 'approved', 'an approval');
    await subject.demandStates({ a: 'canceled', b: 'approved', c: 'canceled' }, 'reading');
  });

  test('approves though the check was the last one, or the code expired while the provider was asked', async (bench) => {
    const [last, late] = [new TestSubject(bench, 'last'), new TestSubject(bench, 'late')];
    await last.open('a', [issued('p', { maxChecks: 1 })]);
    await last.check({ token: 't' });
    bench.demandAnswer(await last.conclude('approved', 't'), 'approved', 'an approval of the last check');
    await late.open('a', [issued('p', { lifetimeMs: minute })]);
    await late.check({ token: 't' });
    await bench.advance(minute);
    bench.demandAnswer(await late.conclude('approved', 't'), 'approved', 'an approval after the code expired');
  });

  test('approves nothing that has ended or is not known', async (bench) => {
    const subject = new TestSubject(bench);
    bench.demandAnswer(await subject.conclude('approved', 't'), 'not-found', 'an approval for an unknown subject');
    await subject.open('a', [issued('p')]);
    await subject.open('b', [issued('p')]);
    await subject.check({ token: 't' });
    await subject.cancel('a');
    bench.demandAnswer(await subject.conclude('approved', 't'), 'not-found', 'an approval of what was canceled');
    bench.demandAnswer(await subject.conclude('approved', 't', []), 'not-found', 'an approval of nothing');
    await subject.demandStates({ a: 'canceled', b: 'pending' }, 'reading');
    await subject.demandFailures(1, usual.failureWindowMs, 'the failures');
  });

  test('approves once: a second check that a provider approved finds nothing', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p')]);
    await subject.check({ token: 't1' });
    await subject.check({ token: 't2' });
    bench.demandAnswer(await subject.conclude('approved', 't1'), 'approved', 'the first approval');
    bench.demandAnswer(await subject.conclude('approved', 't2'), 'not-found', 'the second approval');
  });

  test('remembers what an approval ended for the keepMs of the conclusion', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p')]);
    await subject.open('b', [issued('p')]);
    await subject.conclude('approved', 't', ['a'], minute);
    await bench.advanceAlmost(minute);
    await subject.demandStates({ a: 'approved', b: 'canceled' }, 'reading just before keepMs is over');
    await bench.advanceToEnd();
    await subject.demandStates({}, 'reading then');
  });

  test('gives a check and a failure back when nobody judged the code', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p', { maxChecks: 2 })]);
    await subject.open('b', [issued('p', { maxChecks: 1 })]);
    const of = ['a', 'b'];
    await subject.check({ of: ['a'], token: 't1' });
    await bench.advance(minute);
    await subject.check({ of, token: 't2' });
    await subject.demandStates({ a: 'exhausted', b: 'exhausted' }, 'reading before');
    bench.demandAnswer(await subject.conclude('refund', 't2', of), 'refunded', 'a refund');
    await subject.demandStates({ a: 'pending', b: 'pending' }, 'reading after');
    await subject.demandFailures(1, usual.failureWindowMs - minute, 'the failures');
    const issuers = [{ id: subject.id('a'), provider: 'p' }];
    await subject.demandCheck({ of }, { state: 'ask', issuers, checksLeft: 0, judged: false }, 'a check then');
  });

  test('gives back what a check has charged once, and nothing to another check', async (bench) => {
    const subject = new TestSubject(bench);
    bench.demandAnswer(await subject.conclude('refund', 't'), 'not-found', 'a refund for an unknown subject');
    await subject.open('a', [local('right', { maxChecks: 3 })]);
    bench.demandAnswer(await subject.conclude('refund', 't1'), 'not-found', 'a refund before any check');
    await subject.check({ token: 't1' });
    await subject.check({ token: 't2' });
    bench.demandAnswer(await subject.conclude('refund', 't1'), 'not-found', 'a refund of an earlier check');
    bench.demandAnswer(await subject.conclude('refund', 't2', ['b']), 'not-found', 'a refund of an unknown id');
    bench.demandAnswer(await subject.conclude('refund', 't2'), 'refunded', 'a refund of the last check');
    bench.demandAnswer(await subject.conclude('refund', 't2'), 'not-found', 'the same refund again');
    await subject.demandFailures(1, usual.failureWindowMs, 'the failures');
    await subject.demandCheck({}, { state: 'incorrect', checksLeft: 1 }, 'the next check');
  });

  test('begins a new window of failures after all of them were given back', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    await subject.check({ token: 't' });
    await subject.conclude('refund', 't');
    await subject.demandFailures(0, 0, 'the failures after the refund');
    await bench.advance(minute);
    await subject.check();
    await subject.demandFailures(1, usual.failureWindowMs, 'the failures of the next check');
  });

  test('refunds a check whose failures have been forgotten, and counts none below zero', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { maxChecks: 1, lifetimeMs: 2 * minute })]);
    await subject.check({ token: 't', failureWindowMs: minute });
    await bench.advance(minute);
    bench.demandAnswer(await subject.conclude('refund', 't'), 'refunded', 'a refund');
    await subject.demandFailures(0, 0, 'the failures');
    await subject.demandCheck({}, { state: 'incorrect', checksLeft: 0 }, 'the next check');
    await subject.demandFailures(1, usual.failureWindowMs, 'the failures of it');
  });

  test('refunds nothing of what has ended', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p')]);
    await subject.check({ token: 't' });
    await subject.cancel('a');
    bench.demandAnswer(await subject.conclude('refund', 't'), 'not-found', 'a refund');
    await subject.demandFailures(1, usual.failureWindowMs, 'the failures');
  });
};
