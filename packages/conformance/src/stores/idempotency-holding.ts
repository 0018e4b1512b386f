import type { IdempotencyStore } from '@polysms/core/stores';
import { accepted, dayMs, reservedKey, unknown } from './idempotency-keys.js';
import type { StoreSuite } from './store-suite.js';

/** `IdempotencyStore.finish` and `release`: for whoever holds the reservation. */
export const idempotencyHolding: StoreSuite<IdempotencyStore> = ({ test }) => {
  test('frees a key that is released, for any content', async (bench) => {
    const key = `${bench.prefix}k`;
    await bench.store.release(key, await reservedKey(bench, key));
    await reservedKey(bench, key, dayMs, 'other');
  });

  test('gives every reservation a token of its own', async (bench) => {
    const key = `${bench.prefix}k`;
    const tokens = new Set<string>();
    for (let time = 0; time < 20; time += 1) {
      const token = await reservedKey(bench, key);
      tokens.add(token);
      await bench.store.release(key, token);
    }
    bench.demandAnswer(tokens.size, 20, 'the number of tokens of 20 reservations');
  });

  test('changes nothing for a token that is not that of the reservation', async (bench) => {
    const [key, another] = [`${bench.prefix}k`, `${bench.prefix}another`];
    await reservedKey(bench, key);
    for (const token of ['', 'no such token', await reservedKey(bench, another)]) {
      await bench.store.finish(key, token, accepted(), dayMs);
      await bench.store.release(key, token);
      bench.demandAnswer(await bench.store.reserve(key, 'f', dayMs), { state: 'in-progress' }, 'a second reservation');
    }
  });

  test('changes nothing of a key that is not reserved', async (bench) => {
    const key = `${bench.prefix}k`;
    await bench.store.finish(key, 'no such token', accepted(), dayMs);
    await bench.store.release(key, 'no such token');
    await reservedKey(bench, key);
  });

  test('changes nothing of a result: neither by finishing again nor by releasing', async (bench) => {
    const key = `${bench.prefix}k`;
    const token = await reservedKey(bench, key);
    await bench.store.finish(key, token, accepted(), 120_000);
    await bench.advance(60_000);
    await bench.store.finish(key, token, unknown, dayMs);
    await bench.store.release(key, token);
    const finished = { state: 'finished', result: accepted() };
    bench.demandAnswer(await bench.store.reserve(key, 'f', dayMs), finished, 'a reservation');
    await bench.advance(60_000);
    await reservedKey(bench, key);
  });

  test('lets a holder whose time is up change nothing, whoever has the key then', async (bench) => {
    const key = `${bench.prefix}k`;
    const late = await reservedKey(bench, key, 60_000);
    await bench.advance(60_000);
    await bench.store.finish(key, late, unknown, dayMs);
    const current = await reservedKey(bench, key, dayMs, 'other');
    await bench.store.finish(key, late, unknown, dayMs);
    await bench.store.release(key, late);
    bench.demandAnswer(
      await bench.store.reserve(key, 'other', dayMs),
      { state: 'in-progress' },
      'a second reservation',
    );
    await bench.store.finish(key, current, accepted('mine'), dayMs);
    const finished = { state: 'finished', result: accepted('mine') };
    bench.demandAnswer(await bench.store.reserve(key, 'other', dayMs), finished, 'a reservation after the end');
  });

  test('records one of two ends at once', async (bench) => {
    const key = `${bench.prefix}k`;
    const token = await reservedKey(bench, key);
    const results = [accepted('r1'), accepted('r2')];
    await Promise.all(results.map((result) => bench.store.finish(key, token, result, dayMs)));
    const first = await bench.store.reserve(key, 'f', dayMs);
    const expected = results.find(({ receipt }) => {
      return (
        first.state === 'finished' &&
        first.result.outcome === 'accepted' &&
        first.result.receipt.reference === receipt.reference
      );
    });
    bench.demandAnswer(first, { state: 'finished', result: expected ?? results[0] }, 'a reservation after two ends');
  });
};
