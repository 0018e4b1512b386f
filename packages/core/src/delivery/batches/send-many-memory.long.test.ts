import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { sendMany } from './send-many.js';

const count = process.env['POLYSMS_TEST_SUITE'] === 'long' ? 1_000_000 : 100_000;

it(`holds ${count} requests no longer than it must`, async () => {
  const concurrency = 64;
  const inMemory = { read: 0, taken: 0, most: 0 };
  const samples: WeakRef<object>[] = [];
  function* requests() {
    for (let number = 0; number < count; number += 1) {
      const request = { number };
      if (number % 100 === 0) samples.push(new WeakRef(request));
      inMemory.read += 1;
      inMemory.most = Math.max(inMemory.most, inMemory.read - inMemory.taken);
      yield request;
    }
  }
  let sum = 0;
  const batch = sendMany(async ({ number }) => ({ number }), requests(), { concurrency });
  for await (const result of batch) {
    inMemory.taken += 1;
    sum += result.status === 'accepted' ? result.receipt.number : Number.NaN;
    if (result.index === count - 10_000) {
      expect(samples.length).toBeGreaterThan(890);
      let alive = samples;
      // The engine may keep what it has just used for another turn or two.
      for (let turn = 0; turn < 10 && alive.length > 2; turn += 1) {
        await nextTurn();
        collectGarbage();
        alive = samples.filter((each) => each.deref() !== undefined);
      }
      expect(alive.length).toBeLessThanOrEqual(2);
    }
  }
  expect(inMemory).toEqual({ read: count, taken: count, most: concurrency });
  expect(sum).toBe((count * (count - 1)) / 2);
});

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
