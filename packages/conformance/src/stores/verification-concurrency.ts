import type { VerificationStore } from '@polysms/core/stores';
import type { StoreSuite } from './store-suite.js';
import { issued, local, TestSubject, usual } from './verification-subject.js';

/** Operations on one subject at once. */
export const verificationConcurrency: StoreSuite<VerificationStore> = ({ test }) => {
  test('approves exactly one of 1000 right checks at once', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a');
    const answers = await times(1000, () => subject.checkRight());
    bench.demandCount(answers, { state: 'approved' }, 1, '1000 right checks');
    bench.demandCount(answers, { state: 'not-found' }, 999, '1000 right checks');
    await subject.demandStates({ a: 'approved' }, 'reading');
  });

  test('charges 200 wrong checks at once no more than maxChecks', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { maxChecks: 7 })]);
    const answers = await times(200, () => subject.check({ maxFailures: 1000 }));
    bench.demandCount(answers, { state: 'incorrect' }, 7, '200 wrong checks');
    bench.demandCount(answers, { state: 'exhausted' }, 193, '200 wrong checks');
    for (let checksLeft = 0; checksLeft < 7; checksLeft += 1) {
      bench.demandCount(answers, { state: 'incorrect', checksLeft }, 1, '200 wrong checks');
    }
    await subject.demandFailures(7, usual.failureWindowMs, 'the failures');
  });

  test('charges wrong checks over several challenges at once no more than maxFailures', async (bench) => {
    const subject = new TestSubject(bench);
    for (const challenge of ['a', 'b', 'c']) await subject.open(challenge, [local('right', { maxChecks: 100 })]);
    const challenges = [['a'], ['b'], ['c'], ['a', 'b', 'c']];
    const answers = await times(200, (index) => subject.check({ of: challenges[index % 4] ?? [], maxFailures: 11 }));
    bench.demandCount(answers, { state: 'incorrect' }, 11, '200 wrong checks of three challenges');
    bench.demandCount(answers, { state: 'exhausted' }, 189, '200 wrong checks of three challenges');
    await subject.demandFailures(11, usual.failureWindowMs, 'the failures');
  });

  test('accepts nothing and charges nothing after an approval, while others check', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [local('right', { maxChecks: 1000 })]);
    await subject.open('b', [issued('p', { maxChecks: 1000 })]);
    const of = ['a', 'b'];
    const answers = await times(300, (index) =>
      subject.check({ of, digests: [index % 30 === 29 ? 'right' : 'wrong'], maxFailures: 1000 }),
    );
    bench.demandCount(answers, { state: 'approved' }, 1, 'wrong and right checks');
    const charged = answers.filter(({ state }) => state === 'ask').length;
    bench.demandCount(answers, { state: 'not-found' }, 299 - charged, 'wrong and right checks');
    await subject.demandStates({ a: 'approved', b: 'canceled' }, 'reading');
    await subject.demandFailures(0, 0, 'the failures');
  });

  test('lets either a conclusion or a cancellation win', async (bench) => {
    for (let round = 0; round < 20; round += 1) {
      const subject = new TestSubject(bench, `subject-${round}`);
      await subject.open('a', [issued('p')]);
      await subject.check({ token: 't' });
      const conclude = () => subject.conclude('approved', 't');
      const cancel = () => subject.cancel('a');
      const answers = new Set<unknown>(
        await Promise.all(round % 2 === 0 ? [conclude(), cancel()] : [cancel(), conclude()]),
      );
      if (answers.has('approved')) {
        bench.demandAnswer([...answers].includes(false), true, 'a cancellation that was too late');
        await subject.demandStates({ a: 'approved' }, 'reading');
      } else {
        bench.demandAnswer([...answers].toSorted(), ['not-found', true], 'a conclusion that was too late');
        await subject.demandStates({ a: 'canceled' }, 'reading');
      }
    }
  });

  test('lets one of many conclusions win', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p', { maxChecks: 100 })]);
    const answers = await times(100, async (index) => ({ answer: await subject.conclude('approved', `t${index}`) }));
    bench.demandCount(answers, { answer: 'approved' }, 1, '100 conclusions');
    bench.demandCount(answers, { answer: 'not-found' }, 99, '100 conclusions');
  });

  test('opens no more than maxLive challenges at once', async (bench) => {
    const subject = new TestSubject(bench);
    const answers = await times(100, (index) => subject.open(`c${index}`));
    bench.demandCount(answers, { state: 'opened' }, usual.maxLive, '100 openings');
    bench.demandCount(answers, { state: 'locked', reason: 'challenges' }, 100 - usual.maxLive, '100 openings');
    bench.demandAnswer((await subject.read()).challenges.length, usual.maxLive, 'reading how many are remembered');
  });

  test('charges a check once that is repeated 100 times at once, and gives it back once', async (bench) => {
    const subject = new TestSubject(bench);
    await subject.open('a', [issued('p', { maxChecks: 3 })]);
    await subject.check();
    const issuers = [{ id: subject.id('a'), provider: 'p' }];
    const first = { state: 'ask', issuers, checksLeft: 1, judged: false, ...subject.challenged };
    const answers = await times(100, () => subject.check({ token: 't' }));
    for (const answer of answers) bench.demandAnswer(answer, first, 'one of 100 checks with the same token');
    const refunds = await times(100, async () => ({ answer: await subject.conclude('refund', 't') }));
    bench.demandCount(refunds, { answer: 'refunded' }, 1, '100 refunds');
    await subject.demandFailures(1, usual.failureWindowMs, 'the failures');
  });
};

async function times<Answer>(count: number, call: (index: number) => Promise<Answer>): Promise<readonly Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)));
}
