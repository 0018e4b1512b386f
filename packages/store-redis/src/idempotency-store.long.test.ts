import { randomUUID } from 'node:crypto';
import { type IdempotencyStore, MemoryIdempotencyStore, type StoredResult } from '@polysms/core/stores';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisStores } from './redis-stores.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const numRuns = isLong ? 150 : 30;

/** One store in a comparison: its own name for the keys, and its own tokens. */
interface Side {
  readonly store: IdempotencyStore;
  readonly prefix: string;
  readonly tokens: string[];
}

/** The answer of a call, without what differs by right. */
type Call = (side: Side) => unknown;

/** A recent token, more often than not one that still holds. */
const chosen = ({ tokens }: Side, pick: number) => tokens.at(-1 - (pick % 4)) ?? 'none';

const key = fc.constantFrom('a', 'b', 'c');
const ttlMs = fc.integer({ min: 1, max: 5 }).map((hundreds) => hundreds * 100);
const result = fc.oneof(
  fc.string({ unit: 'binary' }).map(
    (reference): StoredResult => ({
      version: 1,
      outcome: 'accepted',
      receipt: { id: 'm', provider: 'p', reference, attempts: [] },
    }),
  ),
  fc.constant<StoredResult>({
    version: 1,
    outcome: 'unknown',
    error: { name: 'SmsError', code: 'timeout', message: '"/\\é\u2028', outcome: 'unknown', attempts: [] },
  }),
);
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(key, fc.constantFrom('f', 'f', 'f', 'g'), ttlMs).map(
      ([k, print, ms]): Call =>
        async (side) => {
          const reservation = await side.store.reserve(side.prefix + k, print, ms);
          if (reservation.state === 'reserved') side.tokens.push(reservation.token);
          return reservation.state === 'reserved' ? 'reserved' : reservation;
        },
    ),
  },
  fc.tuple(key, fc.nat(), result, ttlMs).map(
    ([k, pick, ended, ms]): Call =>
      (side) =>
        side.store.finish(side.prefix + k, chosen(side, pick), ended, ms),
  ),
  fc.tuple(key, fc.nat()).map(
    ([k, pick]): Call =>
      (side) =>
        side.store.release(side.prefix + k, chosen(side, pick)),
  ),
);
const step = fc.record({ call, passMs: fc.nat({ max: 120 }) });

const url = await findRedis();

describe.skipIf(skipWithoutRedis(url))('the idempotency stores over Redis and in memory', () => {
  let client: Redis;
  beforeAll(() => {
    client = new Redis(url ?? '');
  });
  afterAll(() => client.disconnect());

  it('answer alike, whatever is called and however time passes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), async (steps) => {
        const clock = { ms: Date.UTC(2026, 0, 1) };
        const now = () => clock.ms;
        const { idempotency } = redisStores({ client, prefix: 'polysms-comparison', now });
        const redis: Side = { store: idempotency, prefix: randomUUID(), tokens: [] };
        const memory: Side = { store: new MemoryIdempotencyStore({ now }), prefix: '', tokens: [] };
        for (const { call: each, passMs } of steps) {
          expect(await each(redis)).toStrictEqual(await each(memory));
          clock.ms += passMs;
        }
      }),
      { numRuns, seed: 1 },
    );
  });
});
