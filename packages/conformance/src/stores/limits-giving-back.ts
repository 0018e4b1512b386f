import type { LimitStore } from '@polysms/core/stores';
import { denied, minuteMs, takeMany, taken, takesExactly } from './limits-keys.js';
import type { StoreSuite } from './store-suite.js';

/** `LimitStore.giveBack`. */
export const limitsGivingBack: StoreSuite<LimitStore> = ({ test }) => {
  const limit = { max: 3, windowMs: minuteMs };

  test('frees exactly one that was given back, and leaves the window as it is', async (bench) => {
    const key = `${bench.prefix}k`;
    await takeMany(bench, key, limit, 3);
    await bench.advance(20_000);
    await bench.store.giveBack(key, limit, 20_000);
    bench.demandAnswer(await bench.store.take(key, limit), taken, 'the one that was given back');
    bench.demandAnswer(await bench.store.take(key, limit), denied(minuteMs - 20_000), 'one more');
    await bench.advance(minuteMs - 20_000);
    await takesExactly(bench, key, limit, 3);
  });

  test('frees one that was taken later than the window began', async (bench) => {
    const key = `${bench.prefix}k`;
    await takeMany(bench, key, limit, 2);
    await bench.advance(20_000);
    await bench.store.take(key, limit);
    await bench.store.giveBack(key, limit, 0);
    bench.demandAnswer(await bench.store.take(key, limit), taken, 'the one that was given back at once');
    bench.demandAnswer(await bench.store.take(key, limit), denied(minuteMs - 20_000), 'one more');
  });

  test('never counts below zero', async (bench) => {
    const [untouched, used] = [`${bench.prefix}untouched`, `${bench.prefix}used`];
    for (let time = 0; time < 3; time += 1) await bench.store.giveBack(untouched, limit, 0);
    await takesExactly(bench, untouched, limit, 3);
    await bench.store.take(used, limit);
    for (let time = 0; time < 3; time += 1) await bench.store.giveBack(used, limit, 0);
    const answers = await takeMany(bench, used, limit, 10);
    bench.demandCount(answers, { taken: true }, 3, '10 after too many were given back');
  });

  test('gives nothing to the next window when the one has ended', async (bench) => {
    const key = `${bench.prefix}k`;
    await bench.store.take(key, limit);
    await bench.advance(minuteMs);
    await takeMany(bench, key, limit, 3);
    await bench.store.giveBack(key, limit, minuteMs);
    bench.demandAnswer(await bench.store.take(key, limit), denied(minuteMs), 'one too many of the next window');
  });

  test('gives nothing to the next window of one that was taken late in its own', async (bench) => {
    const key = `${bench.prefix}k`;
    await bench.store.take(key, limit);
    await bench.advance(50_000);
    await bench.store.take(key, limit);
    await bench.advance(20_000);
    await takeMany(bench, key, limit, 3);
    await bench.advance(5_000);
    await bench.store.giveBack(key, limit, 25_000);
    bench.demandAnswer(await bench.store.take(key, limit), denied(minuteMs - 5_000), 'one too many of the next window');
    await bench.store.giveBack(key, limit, 5_000);
    bench.demandAnswer(await bench.store.take(key, limit), taken, 'one that its own window got back');
    bench.demandAnswer(await bench.store.take(key, limit), denied(minuteMs - 5_000), 'one more');
  });

  test('gives nothing to a window that has not begun', async (bench) => {
    const key = `${bench.prefix}k`;
    await takeMany(bench, key, limit, 3);
    await bench.advance(minuteMs);
    await bench.store.giveBack(key, limit, minuteMs);
    await bench.advance(1000);
    await takesExactly(bench, key, limit, 3);
  });

  test('gives back to the key alone', async (bench) => {
    const [one, other] = [`${bench.prefix}one`, `${bench.prefix}other`];
    await takeMany(bench, one, limit, 3);
    await takeMany(bench, other, limit, 3);
    await bench.store.giveBack(one, limit, 0);
    bench.demandAnswer(await bench.store.take(other, limit), denied(minuteMs), 'one too many of another key');
    bench.demandAnswer(await bench.store.take(one, limit), taken, 'one that was given back');
  });

  test('frees exactly as many as are given back at once', async (bench) => {
    const key = `${bench.prefix}k`;
    const many = { max: 50, windowMs: minuteMs };
    await takeMany(bench, key, many, 50);
    await Promise.all(Array.from({ length: 20 }, () => bench.store.giveBack(key, many, 0)));
    const answers = await takeMany(bench, key, many, 60);
    bench.demandCount(answers, { taken: true }, 20, '60 after 20 were given back');
  });
};
