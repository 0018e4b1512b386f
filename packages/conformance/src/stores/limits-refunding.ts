import type { LimitStore, TakenUnit } from '@polysms/core/stores';
import { denied, minuteMs, takeMany, taken, takeOne, takesExactly } from './limits-keys.js';
import type { StoreBench } from './store-bench.js';
import type { StoreSuite } from './store-suite.js';

/** `LimitStore.refund`. */
export const limitsRefunding: StoreSuite<LimitStore> = ({ test }) => {
  const limit = { max: 3, windowMs: minuteMs };
  const unitsOf = async (bench: StoreBench<LimitStore>, key: string, count: number) => {
    const units: TakenUnit[] = [];
    await takeMany(bench, key, limit, count, units);
    return units;
  };

  test('frees exactly one that was given back, and leaves the window as it is', async (bench) => {
    const key = `${bench.prefix}k`;
    const units = await unitsOf(bench, key, 3);
    await bench.advance(20_000);
    await bench.store.refund(units.slice(0, 1));
    bench.demandAnswer(await takeOne(bench, key, limit), taken, 'the one that was given back');
    bench.demandAnswer(await takeOne(bench, key, limit), denied(minuteMs - 20_000), 'one more');
    await bench.advance(minuteMs - 20_000);
    await takesExactly(bench, key, limit, 3);
  });

  test('frees one that was taken later than the window began', async (bench) => {
    const key = `${bench.prefix}k`;
    await unitsOf(bench, key, 2);
    await bench.advance(20_000);
    await bench.store.refund(await unitsOf(bench, key, 1));
    bench.demandAnswer(await takeOne(bench, key, limit), taken, 'the one that was given back at once');
    bench.demandAnswer(await takeOne(bench, key, limit), denied(minuteMs - 20_000), 'one more');
  });

  test('gives a unit back once, however often it is asked to', async (bench) => {
    const key = `${bench.prefix}k`;
    const units = (await unitsOf(bench, key, 3)).slice(0, 1);
    for (let time = 0; time < 3; time += 1) await bench.store.refund(units);
    await bench.store.refund([...units, ...units]);
    bench.demandCount(await takeMany(bench, key, limit, 10), { taken: true }, 1, '10 after one was given back often');
    await bench.store.refund(units);
    bench.demandAnswer(await takeOne(bench, key, limit), denied(minuteMs), 'one more, given back once again');
  });

  test('gives a unit back once also to a window that begins anew when all was given back', async (bench) => {
    const key = `${bench.prefix}k`;
    const units = await unitsOf(bench, key, 2);
    await bench.store.refund(units);
    await takesExactly(bench, key, limit, 3);
    await bench.store.refund(units);
    bench.demandAnswer(await takeOne(bench, key, limit), denied(minuteMs), 'one too many');
  });

  test('gives nothing to the next window when the one has ended', async (bench) => {
    const key = `${bench.prefix}k`;
    const units = await unitsOf(bench, key, 1);
    await bench.advance(minuteMs);
    await takeMany(bench, key, limit, 3);
    await bench.store.refund(units);
    bench.demandAnswer(await takeOne(bench, key, limit), denied(minuteMs), 'one too many of the next window');
  });

  test('gives back in the last moment of a window, and nothing to the next', async (bench) => {
    const key = `${bench.prefix}k`;
    const units = await unitsOf(bench, key, 3);
    await bench.advanceAlmost(minuteMs);
    await bench.store.refund(units.slice(0, 1));
    bench.demandAnswer(await takeOne(bench, key, limit), taken, 'the one that was given back just before the end');
    bench.demandAnswer(await takeOne(bench, key, limit), denied(bench.lastMomentMs), 'one more just before the end');
    await bench.advanceToEnd();
    await takeMany(bench, key, limit, 3);
    await bench.store.refund(units);
    bench.demandAnswer(await takeOne(bench, key, limit), denied(minuteMs), 'one too many of the next window');
  });

  test('gives nothing to the next window of one that was taken late in its own', async (bench) => {
    const key = `${bench.prefix}k`;
    await unitsOf(bench, key, 1);
    await bench.advance(50_000);
    const late = await unitsOf(bench, key, 1);
    await bench.advance(20_000);
    const next = await unitsOf(bench, key, 3);
    await bench.advance(5_000);
    await bench.store.refund(late);
    bench.demandAnswer(await takeOne(bench, key, limit), denied(minuteMs - 5_000), 'one too many of the next window');
    await bench.store.refund(next.slice(0, 1));
    bench.demandAnswer(await takeOne(bench, key, limit), taken, 'one that its own window got back');
    bench.demandAnswer(await takeOne(bench, key, limit), denied(minuteMs - 5_000), 'one more');
  });

  test('gives nothing to a window that has not begun', async (bench) => {
    const key = `${bench.prefix}k`;
    const units = await unitsOf(bench, key, 3);
    await bench.advance(minuteMs);
    await bench.store.refund(units);
    await bench.advance(1000);
    await takesExactly(bench, key, limit, 3);
  });

  test('gives back to the key and the limit alone, several at a time', async (bench) => {
    const [one, other] = [`${bench.prefix}one`, `${bench.prefix}other`];
    const longer = { max: 3, windowMs: 2 * minuteMs };
    const units = await unitsOf(bench, one, 3);
    const others = await unitsOf(bench, other, 3);
    await takeMany(bench, one, longer, 3);
    await bench.store.refund([...units.slice(0, 2), ...others.slice(0, 1)]);
    bench.demandAnswer(await takeOne(bench, one, longer), denied(2 * minuteMs), 'one too many of another limit');
    bench.demandCount(await takeMany(bench, one, limit, 5), { taken: true }, 2, '5 after 2 were given back');
    bench.demandCount(await takeMany(bench, other, limit, 5), { taken: true }, 1, '5 after 1 was given back');
  });

  test('takes units as they come out of JSON', async (bench) => {
    const key = `${bench.prefix}k`;
    const units = await unitsOf(bench, key, 3);
    await bench.store.refund(JSON.parse(JSON.stringify(units.slice(0, 1))) as TakenUnit[]);
    bench.demandCount(await takeMany(bench, key, limit, 5), { taken: true }, 1, '5 after 1 was given back');
  });

  test('frees exactly as many as are given back at once, each twice', async (bench) => {
    const key = `${bench.prefix}k`;
    const many = { max: 1500, windowMs: minuteMs };
    const units: TakenUnit[] = [];
    await takeMany(bench, key, many, 1500, units);
    const some = units.filter((_, index) => index % 3 === 0);
    await Promise.all([...some, ...some].map((unit) => bench.store.refund([unit])));
    const answers = await takeMany(bench, key, many, 600);
    bench.demandCount(answers, { taken: true }, 500, '600 after 500 were given back');
  });
};
