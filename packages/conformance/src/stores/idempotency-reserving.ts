import type { IdempotencyStore } from '@polysms/core/stores';
import { accepted, dayMs, finishedKey, reservedKey, unknown } from './idempotency-keys.js';
import type { StoreSuite } from './store-suite.js';

/** What somebody may use as a key. */
const unusualKeys: readonly (readonly [string, string])[] = [
  ['255 characters', 'k'.repeat(255)],
  ['Chinese', '订单-四十二'],
  ['emoji', '📦👍🏽'],
  ['braces', '{a}{b}'],
  ['an open brace', '{{x'],
  ['empty braces', '{}'],
  ['white space and line ends', ' a\tb\r\nc '],
  ['quotes and slashes', '"q"\'s\'\\/'],
  ['patterns', '*?[a-z]%00'],
  ['names of members', '__proto__'],
  ['a null character', 'a\u0000b'],
];

/** `IdempotencyStore.reserve`. */
export const idempotencyReserving: StoreSuite<IdempotencyStore> = ({ test }) => {
  test('reserves a key once: the same message is then in progress', async (bench) => {
    const key = `${bench.prefix}k`;
    await reservedKey(bench, key);
    for (let time = 0; time < 2; time += 1) {
      bench.demandAnswer(await bench.store.reserve(key, 'f', dayMs), { state: 'in-progress' }, 'a second reservation');
    }
  });

  test('says conflict for other content, in progress and finished', async (bench) => {
    const key = `${bench.prefix}k`;
    const token = await reservedKey(bench, key);
    const conflict = { state: 'conflict' };
    bench.demandAnswer(await bench.store.reserve(key, 'other', dayMs), conflict, 'other content in progress');
    await bench.store.finish(key, token, accepted(), dayMs);
    bench.demandAnswer(await bench.store.reserve(key, 'other', dayMs), conflict, 'other content after the end');
    bench.demandAnswer(
      await bench.store.reserve(key, 'f', dayMs),
      { state: 'finished', result: accepted() },
      'the same content after the end',
    );
  });

  for (const [name, result] of [
    ['an accepted message', accepted()],
    ['an unknown outcome', unknown],
  ] as const) {
    test(`repeats the result of ${name}, as JSON has it`, async (bench) => {
      const key = `${bench.prefix}k`;
      await bench.store.finish(key, await reservedKey(bench, key), result, dayMs);
      for (let time = 0; time < 2; time += 1) {
        bench.demandAnswer(
          await bench.store.reserve(key, 'f', dayMs),
          { state: 'finished', result: JSON.parse(JSON.stringify(result)) },
          'a reservation after the end',
        );
      }
    });
  }

  test('keeps a result as it was, whatever happens to the object', async (bench) => {
    const key = `${bench.prefix}k`;
    const result = structuredClone(accepted());
    await bench.store.finish(key, await reservedKey(bench, key), result, dayMs);
    Object.assign(result.receipt, { reference: 'changed' });
    const finished = { state: 'finished', result: accepted() };
    const answer = await bench.store.reserve(key, 'f', dayMs);
    bench.demandAnswer(answer, finished, 'a reservation after the object was changed');
    if (answer.state === 'finished') Object.assign(answer.result, { outcome: 'changed' });
    bench.demandAnswer(await bench.store.reserve(key, 'f', dayMs), finished, 'one after the answer was changed');
  });

  test('forgets a reservation at the end of its lifetime, not sooner and not later', async (bench) => {
    const key = `${bench.prefix}k`;
    await reservedKey(bench, key, 60_000);
    await bench.advanceAlmost(60_000);
    bench.demandAnswer(await bench.store.reserve(key, 'f', dayMs), { state: 'in-progress' }, 'one just before the end');
    await bench.advanceToEnd();
    await reservedKey(bench, key, dayMs, 'other');
  });

  test('forgets a result at the end of the lifetime that finish() gave it', async (bench) => {
    const [longer, shorter] = [`${bench.prefix}longer`, `${bench.prefix}shorter`];
    await finishedKey(bench, longer, 60_000, 120_000);
    await finishedKey(bench, shorter, 120_000, 60_000);
    await bench.advanceAlmost(60_000);
    const finished = { state: 'finished', result: accepted() };
    bench.demandAnswer(await bench.store.reserve(shorter, 'f', dayMs), finished, 'one just before the end');
    await bench.advanceToEnd();
    await reservedKey(bench, shorter, dayMs, 'other');
    await bench.advanceAlmost(60_000);
    bench.demandAnswer(await bench.store.reserve(longer, 'f', dayMs), finished, 'one just before the longer end');
    await bench.advanceToEnd();
    await reservedKey(bench, longer, dayMs, 'other');
  });

  test('lengthens no lifetime by reserving again', async (bench) => {
    const key = `${bench.prefix}k`;
    await reservedKey(bench, key, 60_000);
    await bench.advance(30_000);
    await bench.store.reserve(key, 'f', dayMs);
    await bench.store.reserve(key, 'other', dayMs);
    await bench.advance(30_000);
    await finishedKey(bench, key, dayMs, 60_000);
    await bench.advance(30_000);
    await bench.store.reserve(key, 'f', dayMs);
    await bench.advance(30_000);
    await reservedKey(bench, key);
  });

  test('reserves for exactly one of 100 callers at once', async (bench) => {
    const key = `${bench.prefix}k`;
    const answers = await Promise.all(Array.from({ length: 100 }, () => bench.store.reserve(key, 'f', dayMs)));
    bench.demandCount(answers, { state: 'reserved' }, 1, '100 reservations');
    bench.demandCount(answers, { state: 'in-progress' }, 99, '100 reservations');
  });

  for (const [name, unusual] of unusualKeys) {
    test(`takes keys with ${name}, and tells them from others`, async (bench) => {
      // The key itself may not be longer.
      const key = `${unusual}${bench.prefix}`.slice(-255);
      await reservedKey(bench, `${key.slice(0, -1)}_`);
      await finishedKey(bench, key, dayMs, dayMs);
      const finished = { state: 'finished', result: accepted() };
      bench.demandAnswer(await bench.store.reserve(key, 'f', dayMs), finished, 'a reservation of a finished key');
      await reservedKey(bench, `${bench.prefix}${unusual}`.slice(0, 255));
    });
  }

  test('tells keys apart that differ only at the end, in upper case, or in accents written differently', async (bench) => {
    const stem = bench.prefix.padEnd(250, 'k');
    for (const end of ['a', 'b', 'A', 'ab', 'é', 'e\u0301', '']) await reservedKey(bench, `${stem}${end}`);
  });
};
