import type { LimitStore, TakenUnit } from '@polysms/core/stores';
import { denied, minuteMs, takeMany, taken, takeOne, takesExactly } from './limits-keys.js';
import type { StoreSuite } from './store-suite.js';

/** `LimitStore.takeAll`, of one unit at a time. */
export const limitsTaking: StoreSuite<LimitStore> = ({ test }) => {
  test('says whether it is shared between processes', async (bench) => {
    bench.demandAnswer(typeof bench.store.isShared, 'boolean', 'the type of isShared');
  });

  for (const max of [1, 2, 20]) {
    test(`lets a key have exactly ${max} of ${max}, and says how long to wait then`, async (bench) => {
      await takesExactly(bench, `${bench.prefix}k`, { max, windowMs: minuteMs }, max);
    });
  }

  test('begins the window with the first, and frees everything at its end', async (bench) => {
    const limit = { max: 2, windowMs: minuteMs };
    const key = `${bench.prefix}k`;
    bench.demandAnswer(await takeOne(bench, key, limit), taken, 'the first');
    await bench.advance(minuteMs / 2);
    bench.demandAnswer(await takeOne(bench, key, limit), taken, 'the second, half a window later');
    bench.demandAnswer(await takeOne(bench, key, limit), denied(minuteMs / 2), 'the third');
    await bench.advanceAlmost(minuteMs / 2);
    bench.demandAnswer(await takeOne(bench, key, limit), denied(bench.lastMomentMs), 'one just before the end');
    await bench.advanceToEnd();
    await takesExactly(bench, key, limit, 2);
  });

  test('begins the next window with the next first, whenever that is', async (bench) => {
    const limit = { max: 1, windowMs: minuteMs };
    const key = `${bench.prefix}k`;
    await takeOne(bench, key, limit);
    await bench.advance(minuteMs * 1.5);
    bench.demandAnswer(await takeOne(bench, key, limit), taken, 'the first of the next window');
    await bench.advance(minuteMs / 2);
    bench.demandAnswer(await takeOne(bench, key, limit), denied(minuteMs / 2), 'the second of it');
  });

  test('changes nothing when it denies', async (bench) => {
    const limit = { max: 3, windowMs: minuteMs };
    const key = `${bench.prefix}k`;
    const units: TakenUnit[] = [];
    await takeMany(bench, key, limit, 3, units);
    for (let time = 0; time < 5; time += 1) {
      bench.demandAnswer(await takeOne(bench, key, limit), denied(minuteMs - time * 1000), 'one too many');
      await bench.advance(1000);
    }
    await bench.store.refund(units.slice(0, 1));
    bench.demandAnswer(await takeOne(bench, key, limit), taken, 'the one that was given back');
    bench.demandAnswer(await takeOne(bench, key, limit), denied(minuteMs - 5000), 'one too many then');
    await bench.advance(minuteMs - 5000);
    await takesExactly(bench, key, limit, 3);
  });

  test('counts every key for itself', async (bench) => {
    const limit = { max: 1, windowMs: minuteMs };
    const keys = ['a', 'b', 'A', 'ab', '{a}', '{a}b', 'é', 'e\u0301', '号', '__proto__', 'k'.repeat(200), ''];
    for (const key of keys)
      bench.demandAnswer(await takeOne(bench, `${bench.prefix}${key}`, limit), taken, `one of ${key}`);
    for (const key of keys) {
      bench.demandAnswer(await takeOne(bench, `${bench.prefix}${key}`, limit), denied(minuteMs), `a second of ${key}`);
    }
  });

  for (const [name, windowMs] of [
    ['a second', 1000],
    ['24 days', 24 * 24 * 60 * minuteMs],
  ] as const) {
    test(`has windows of ${name}`, async (bench) => {
      const limit = { max: 1, windowMs };
      const key = `${bench.prefix}k`;
      await takesExactly(bench, key, limit, 1);
      await bench.advance(windowMs);
      await takesExactly(bench, key, limit, 1);
    });
  }

  test('lets exactly max of many at once through', async (bench) => {
    const limit = { max: 17, windowMs: minuteMs };
    const answers = await takeMany(bench, `${bench.prefix}k`, limit, 200);
    bench.demandCount(answers, { taken: true }, 17, '200 at once');
    bench.demandCount(answers, { taken: false }, 183, '200 at once');
  });
};
