import type { OptOutStore } from '@polysms/core/stores';
import { dayMs, demandOut, noon } from './opt-outs-asking.js';
import type { StoreSuite } from './store-suite.js';

const keys = ['a', 'b', 'A', 'ab', '{a}', '{a}b', '{}', 'é', 'e\u0301', '号', '📦', '__proto__', 'a\u0000b', ' ', ''];

/** `OptOutStore`, one call after the other. */
export const optOutsKeeping: StoreSuite<OptOutStore> = ({ test }) => {
  test('says whether it is shared between processes', async (bench) => {
    bench.demandAnswer(typeof bench.store.isShared, 'boolean', 'the type of isShared');
  });

  test('opts a key out, and in again', async (bench) => {
    const key = `${bench.prefix}k`;
    await demandOut(bench, key, false, 'before anything was said');
    await bench.store.add(key, noon);
    await demandOut(bench, key, true, 'after add()');
    await bench.store.remove(key, noon + 1);
    await demandOut(bench, key, false, 'after a later remove()');
    await bench.store.add(key, noon + 2);
    await demandOut(bench, key, true, 'after a still later add()');
  });

  test('keeps an opt-out from a newer opt-in that is told first', async (bench) => {
    const key = `${bench.prefix}k`;
    await bench.store.add(key, noon + 2);
    await bench.store.remove(key, noon + 1);
    await demandOut(bench, key, true, 'after a remove() that was said before it');
  });

  test('knows that an opt-out is older than what took it back, in whatever order they come', async (bench) => {
    const [known, unknown] = [`${bench.prefix}known`, `${bench.prefix}unknown`];
    await bench.store.add(known, noon);
    for (const key of [known, unknown]) {
      await bench.store.remove(key, noon + 2);
      await bench.store.add(key, noon + 1);
      await demandOut(bench, key, false, 'after an add() that was said before the last remove()');
    }
  });

  test('still knows so a week later', async (bench) => {
    const key = `${bench.prefix}k`;
    await bench.store.remove(key, noon + 1);
    await bench.advance(7 * dayMs);
    await bench.store.add(key, noon);
    await demandOut(bench, key, false, 'after an add() that was said before the last remove(), a week ago');
  });

  test('lets the opt-out count if both were said at one time', async (bench) => {
    const [first, last] = [`${bench.prefix}first`, `${bench.prefix}last`];
    await bench.store.add(first, noon);
    await bench.store.remove(first, noon);
    await demandOut(bench, first, true, 'after a remove() of the same time');
    await bench.store.remove(last, noon);
    await bench.store.add(last, noon);
    await demandOut(bench, last, true, 'after an add() of the same time');
  });

  test('keeps the latest time of a word that is told again', async (bench) => {
    const [out, back] = [`${bench.prefix}out`, `${bench.prefix}back`];
    for (const at of [noon + 5, noon]) await bench.store.add(out, at);
    await bench.store.remove(out, noon + 4);
    await demandOut(
      bench,
      out,
      true,
      'after it was told again with an older time, and then taken back before the latest',
    );
    for (const at of [noon + 5, noon]) await bench.store.remove(back, at);
    await bench.store.add(back, noon + 4);
    await demandOut(
      bench,
      back,
      false,
      'after it was taken back again with an older time, and then said before the latest',
    );
  });

  test('moves the time of a word that is told with a later one', async (bench) => {
    const [out, back] = [`${bench.prefix}out`, `${bench.prefix}back`];
    for (const at of [noon, noon + 5]) await bench.store.add(out, at);
    await bench.store.remove(out, noon + 4);
    await demandOut(bench, out, true, 'after it was taken back between its two times');
    for (const at of [noon, noon + 5]) await bench.store.remove(back, at);
    await bench.store.add(back, noon + 4);
    await demandOut(bench, back, false, 'after it was said between the two times of being taken back');
  });

  test('tells times apart by the millisecond, from 1970 on', async (bench) => {
    const key = `${bench.prefix}k`;
    await bench.store.add(key, 0);
    await demandOut(bench, key, true, 'after add() at time 0');
    for (const at of [1, noon - 1, noon]) {
      await bench.store.remove(key, at);
      await demandOut(bench, key, false, 'after a remove() a millisecond later');
      await bench.store.add(key, at);
      await demandOut(bench, key, true, 'after an add() of that millisecond');
    }
  });

  test('keeps an opt-out for good', async (bench) => {
    const key = `${bench.prefix}k`;
    await bench.store.add(key, noon);
    await bench.advance(60 * dayMs);
    await demandOut(bench, key, true, '60 days later');
    await bench.store.remove(key, noon + 60 * dayMs);
    await bench.store.add(key, noon + 60 * dayMs + 1);
    await bench.advance(60 * dayMs);
    await demandOut(bench, key, true, '60 days after it was taken back and said again');
  });

  test('answers for every key in the order of the question', async (bench) => {
    const [out, back, unknown] = ['out', 'back', 'unknown'].map((key) => `${bench.prefix}${key}`) as [
      string,
      string,
      string,
    ];
    await bench.store.add(out, noon);
    await bench.store.add(back, noon);
    await bench.store.remove(back, noon + 1);
    for (const [asked, expected] of [
      [[], []],
      [[out], [true]],
      [[unknown], [false]],
      [
        [unknown, out, back],
        [false, true, false],
      ],
      [
        [out, back, unknown],
        [true, false, false],
      ],
      [
        [out, out, back, out],
        [true, true, false, true],
      ],
    ]) {
      bench.demandAnswer(await bench.store.has(asked as string[]), expected, `has() of ${asked?.length} keys`);
    }
  });

  test('answers for a hundred keys at once', async (bench) => {
    const many = Array.from({ length: 100 }, (_, index) => `${bench.prefix}${index}`);
    const expected = many.map((_, index) => index % 3 === 1);
    await Promise.all(many.map(async (key, index) => (expected[index] ? bench.store.add(key, noon) : undefined)));
    bench.demandAnswer(await bench.store.has(many), expected, 'has() of 100 keys');
  });

  test('changes nothing by answering', async (bench) => {
    const key = `${bench.prefix}k`;
    await bench.store.has([key]);
    await bench.store.add(key, 1);
    for (let time = 0; time < 3; time += 1) await demandOut(bench, key, true, `asked ${time} times before`);
  });

  test('keeps every key for itself', async (bench) => {
    for (const [index, key] of [...keys, 'k'.repeat(200)].entries()) {
      const own = `${bench.prefix}${key}`;
      await demandOut(bench, own, false, `of ${JSON.stringify(key)} before it was added`);
      await bench.store.add(own, noon + index);
      await demandOut(bench, own, true, `of ${JSON.stringify(key)} after it was added`);
    }
    await bench.store.remove(`${bench.prefix}a`, noon + 100);
    const left = keys.map((key) => key !== 'a');
    bench.demandAnswer(
      await bench.store.has(keys.map((key) => `${bench.prefix}${key}`)),
      left,
      'has() after one remove()',
    );
  });
};
