import type { LimitStore, LimitUnit, TakenUnit } from '@polysms/core/stores';
import { denied, minuteMs, take, takeMany, taken, takeOne, takesExactly } from './limits-keys.js';
import type { StoreSuite } from './store-suite.js';

/** `LimitStore.takeAll`, of several units. */
export const limitsTakingTogether: StoreSuite<LimitStore> = ({ test }) => {
  const one = { max: 1, windowMs: minuteMs };
  const many = { max: 5, windowMs: minuteMs };
  /** Keys of different people, and two limits of the same one. */
  const unitsOf = (prefix: string): readonly LimitUnit[] => [
    { key: `${prefix}a`, limit: many },
    { key: `${prefix}a`, limit: one },
    { key: `${prefix}b`, limit: many },
    { key: `${prefix}c`, limit: many },
  ];

  test('takes one of each, and names them in the order in which they were asked for', async (bench) => {
    const units = unitsOf(bench.prefix);
    bench.demandAnswer(await take(bench, units), taken, 'all of several');
    bench.demandAnswer(
      await take(
        bench,
        [units[3], units[0]].flatMap((each) => each ?? []),
      ),
      taken,
      'two, turned round',
    );
    for (const [index, left] of [3, 0, 4, 3].entries()) {
      const { key, limit } = units[index] ?? { key: '', limit: one };
      const answers = await takeMany(bench, key, limit, 6);
      bench.demandCount(answers, { taken: true }, left, `6 of unit ${index} then`);
    }
  });

  for (const index of [0, 1, 2, 3]) {
    test(`takes nothing of any if the window of unit ${index} is full, and says that it is`, async (bench) => {
      const units = unitsOf(bench.prefix);
      const { key, limit } = units[index] ?? { key: '', limit: one };
      await takeMany(bench, key, limit, limit.max);
      await bench.advance(10_000);
      for (let time = 0; time < 6; time += 1) {
        bench.demandAnswer(await take(bench, units), denied(minuteMs - 10_000, index), 'all of several, one full');
      }
      for (const other of units) {
        if (other !== units[index]) await takesExactly(bench, other.key, other.limit, other.limit.max);
      }
    });
  }

  test('names the one to wait longest for if several are full', async (bench) => {
    const limits = [30_000, 90_000, 60_000].map((windowMs) => ({ max: 1, windowMs }));
    const units = limits.map((limit, index) => ({ key: `${bench.prefix}${index}`, limit }));
    bench.demandAnswer(await take(bench, units), taken, 'all of several');
    bench.demandAnswer(await take(bench, units), denied(90_000, 1), 'all again');
    bench.demandAnswer(await take(bench, units.toReversed()), denied(90_000, 1), 'all again, turned round');
    bench.demandAnswer(await take(bench, units.slice(0, 1)), denied(30_000), 'the first alone');
    await bench.advance(90_000);
    await bench.advanceToEnd();
    bench.demandAnswer(await take(bench, units), taken, 'all when every window has ended');
  });

  test('has nothing to give back of what it denied', async (bench) => {
    const units = unitsOf(bench.prefix);
    const kept: TakenUnit[] = [];
    await take(bench, units, kept);
    await take(bench, units, kept);
    bench.demandAnswer(kept.length, units.length, 'how many units there are to give back');
    await bench.store.refund(kept);
    bench.demandAnswer(await take(bench, units), taken, 'all when all was given back');
    bench.demandAnswer(await take(bench, units), denied(minuteMs, 1), 'all once more');
  });

  test('lets exactly as many of many at once through as the smallest allows', async (bench) => {
    const [wide, narrow] = [
      { max: 40, windowMs: minuteMs },
      { max: 3, windowMs: minuteMs },
    ];
    const everybody = `${bench.prefix}all`;
    const answers = await Promise.all(
      Array.from({ length: 80 }, (_, index) =>
        take(bench, [
          { key: `${bench.prefix}${index % 10}`, limit: narrow },
          { key: everybody, limit: wide },
        ]),
      ),
    );
    bench.demandCount(answers, { taken: true }, 30, '80 of 10 people at once');
    const left = await takeMany(bench, everybody, wide, 20);
    bench.demandCount(left, { taken: true }, 10, '20 more that all of them share');
    bench.demandAnswer(await takeOne(bench, everybody, wide), denied(minuteMs), 'one more');
  });
};
