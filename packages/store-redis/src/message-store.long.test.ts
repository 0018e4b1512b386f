import { randomUUID } from 'node:crypto';
import { MemoryMessageStore, type MessageRecord, type MessageStore, type ReportEntry } from '@polysms/core/stores';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisStores } from './redis-stores.js';
import { record } from './sample.test.fixture.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const numRuns = isLong ? 1000 : 30;

/** One store in a comparison. */
interface Side {
  readonly store: MessageStore;
  readonly now: () => number;
  /** Those that messages have. */
  readonly ids: Set<string>;
}

type Call = (side: Side) => unknown;

const to = fc.constantFrom('+8613800138000', '+14155550100');
const id = fc.constantFrom('a', 'b', 'c', 'd');
const ms = fc.integer({ min: 1, max: 5 }).map((hundreds) => hundreds * 100);
const dueInMs = fc.option(ms, { nil: undefined });
const purpose = fc.string({ unit: 'binary', maxLength: 5 });
const name = fc.constantFrom('r', 's');

const replacing = fc.tuple(id, fc.constantFrom(1, 1, 1, 0, 2), purpose, dueInMs).map(
  ([of, ahead, text, dueIn]): Call =>
    async ({ store, now }) => {
      const known = await store.read(of);
      const { revision = 1 } = known ?? {};
      const dueAt = dueIn === undefined ? {} : { dueAt: now() + dueIn };
      const { dueAt: _, ...rest } = known ?? record({ id: of });
      return store.replace({ ...rest, revision: revision + ahead, purpose: text, ...dueAt });
    },
);

let adds = 0;
const adding = fc
  .tuple(fc.constantFrom('k', 'l', undefined), fc.constantFrom('f', 'f', 'f', 'g'), id, to, ms, dueInMs)
  .map(([key, fingerprint, of, phone, ttlMs, dueIn]): Call => {
    const own = `${of}${adds++}`;
    return async ({ store, now, ids }) => {
      const dueAt = dueIn === undefined ? {} : { dueAt: now() + dueIn };
      // No id is used twice.
      const message: MessageRecord = record({ id: ids.has(of) ? own : of, to: phone, ...dueAt });
      ids.add(of);
      if (key === undefined) return store.add(message, ttlMs);
      return store.add(message, ttlMs, { key, fingerprint, ttlMs, replaces: of });
    };
  });

const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: adding },
  { weight: 3, arbitrary: replacing },
  fc.tuple(id).map(
    ([of]): Call =>
      ({ store }) =>
        store.read(of),
  ),
  fc.tuple(name, id, ms).map(
    ([reference, of, keepMs]): Call =>
      ({ store }) =>
        store.link('mob', reference, of, keepMs),
  ),
  fc.tuple(name, fc.uuid(), ms).map(([reference, providerCode, waitMs]): Call => {
    const report: ReportEntry = { state: 'sent', providerCode };
    return ({ store }) => store.find('mob', reference, report, waitMs);
  }),
  // Of two that are due at the same moment, either may come first.
  ms.map(
    (leaseMs): Call =>
      async ({ store, now }) =>
        [...(await store.claimDue(now(), 100, leaseMs))].sort(),
  ),
  fc.tuple(name, ms).map(
    ([what, keepMs]): Call =>
      ({ store }) =>
        store.isFirst(what, keepMs),
  ),
  to.map(
    (phone): Call =>
      ({ store }) =>
        store.forget(phone),
  ),
);
const step = fc.record({ call, passMs: fc.nat({ max: 120 }) });

const url = await findRedis();

describe.skipIf(skipWithoutRedis(url))('the message stores over Redis and in memory', () => {
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
        const { messages } = redisStores({ client, prefix: `comparison-${randomUUID()}`, now });
        const redis: Side = { store: messages, now, ids: new Set() };
        const memory: Side = { store: new MemoryMessageStore({ now }), now, ids: new Set() };
        for (const { call: each, passMs } of steps) {
          expect(await each(redis)).toEqual(await each(memory));
          clock.ms += passMs;
        }
      }),
      { numRuns, seed: 1 },
    );
  });
});
