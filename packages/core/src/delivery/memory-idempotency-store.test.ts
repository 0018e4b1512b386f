import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { IdempotencyStore, Reservation, StoredResult } from './idempotency-store.js';
import { MemoryIdempotencyStore, type MemoryIdempotencyStoreOptions } from './memory-idempotency-store.js';

const attempts = [{ provider: 'mob', outcome: 'accepted', durationMs: 12 }] as const;

function accepted(reference = 'r1'): StoredResult {
  return { version: 1, outcome: 'accepted', receipt: { provider: 'mob', reference, attempts } };
}

const unknown: StoredResult = {
  version: 1,
  outcome: 'unknown',
  error: { name: 'SmsError', code: 'timeout', message: 'No answer.', outcome: 'unknown', attempts: [] },
};

function storeAt(options: MemoryIdempotencyStoreOptions = {}) {
  const clock = { ms: 1_000 };
  return { clock, store: new MemoryIdempotencyStore({ now: () => clock.ms, ...options }) };
}

async function reserved(store: IdempotencyStore, key: string, ttlMs = 100): Promise<string> {
  const reservation = await store.reserve(key, 'f', ttlMs);
  if (reservation.state !== 'reserved') throw new Error(`${key} is ${reservation.state}`);
  return reservation.token;
}

const state = async (reservation: Promise<Reservation>) => (await reservation).state;

describe('the memory store of idempotency keys', () => {
  it('reserves a key once, then replays how the call ended', async () => {
    const { store } = storeAt();
    const token = await reserved(store, 'k');
    expect(await store.reserve('k', 'f', 100)).toStrictEqual({ state: 'in-progress' });
    await store.finish('k', token, accepted(), 100);
    for (let replay = 0; replay < 2; replay += 1) {
      expect(await store.reserve('k', 'f', 100)).toStrictEqual({ state: 'finished', result: accepted() });
    }
  });

  it('says conflict for other content, in progress and finished', async () => {
    const { store } = storeAt();
    const token = await reserved(store, 'k');
    expect(await store.reserve('k', 'other', 100)).toStrictEqual({ state: 'conflict' });
    await store.finish('k', token, unknown, 100);
    expect(await store.reserve('k', 'other', 100)).toStrictEqual({ state: 'conflict' });
    expect(await store.reserve('k', 'f', 100)).toStrictEqual({ state: 'finished', result: unknown });
  });

  it('frees a key that is released, for any content', async () => {
    const { store } = storeAt();
    await store.release('k', await reserved(store, 'k'));
    expect(await state(store.reserve('k', 'other', 100))).toBe('reserved');
  });

  it('keeps a result as it was, whatever happens to the object', async () => {
    const { store } = storeAt();
    const result = {
      version: 1,
      outcome: 'accepted',
      receipt: { provider: 'mob', reference: 'r1', attempts },
    } as const;
    const mutable: { receipt: { reference: string } } & StoredResult = structuredClone(result);
    await store.finish('k', await reserved(store, 'k'), mutable, 100);
    mutable.receipt.reference = 'changed';
    expect(await store.reserve('k', 'f', 100)).toStrictEqual({ state: 'finished', result });
  });

  it('forgets a reservation and a result at the end of their lifetimes, not before', async () => {
    const { store, clock } = storeAt();
    const token = await reserved(store, 'k', 100);
    clock.ms += 99;
    await store.finish('k', token, accepted(), 50);
    clock.ms += 49;
    expect(await state(store.reserve('k', 'f', 100))).toBe('finished');
    clock.ms += 1;
    expect(await state(store.reserve('k', 'f', 100))).toBe('reserved');
  });

  it('lets a late holder change nothing: neither when its time is up nor when the key is another’s', async () => {
    const { store, clock } = storeAt();
    const late = await reserved(store, 'k', 100);
    clock.ms += 100;
    await store.finish('k', late, accepted(), 100);
    const current = await reserved(store, 'k', 100);
    await store.finish('k', late, accepted(), 100);
    await store.release('k', late);
    expect(await state(store.reserve('k', 'f', 100))).toBe('in-progress');
    await store.finish('k', current, accepted('mine'), 100);
    await store.finish('k', current, unknown, 100);
    await store.release('k', current);
    expect(await store.reserve('k', 'f', 100)).toStrictEqual({ state: 'finished', result: accepted('mine') });
  });

  it('reserves for exactly one of many callers at once', async () => {
    const { store } = storeAt();
    const states = await Promise.all(Array.from({ length: 100 }, () => state(store.reserve('k', 'f', 100))));
    expect(states.filter((each) => each === 'reserved')).toHaveLength(1);
    expect(states.filter((each) => each === 'in-progress')).toHaveLength(99);
  });

  it.each(['', '__proto__', 'toString', '\ud800'])('takes any key, such as %j', async (key) => {
    const { store } = storeAt();
    await store.finish(key, await reserved(store, key), accepted(), 100);
    expect(await state(store.reserve(key, 'f', 100))).toBe('finished');
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a lifetime of %d', async (ttlMs) => {
    const { store } = storeAt();
    const invalid = expect.objectContaining({ code: 'invalid_request', outcome: 'not-sent' });
    await expect(store.reserve('k', 'f', ttlMs)).rejects.toEqual(invalid);
    const token = await reserved(store, 'k');
    await expect(store.finish('k', token, accepted(), ttlMs)).rejects.toEqual(invalid);
    expect(await state(store.reserve('k', 'f', 100))).toBe('in-progress');
  });

  it.each([0, 1.5, -1, Number.NaN])('refuses maxKeys %d', (maxKeys) => {
    expect(() => new MemoryIdempotencyStore({ maxKeys })).toThrow(
      expect.objectContaining({ code: 'configuration_invalid' }),
    );
  });
});

describe('a memory store that is full', () => {
  it('forgets the finished key that expires soonest', async () => {
    const { store } = storeAt({ maxKeys: 4 });
    for (const [key, ttlMs] of [
      ['a', 300],
      ['b', 100],
      ['c', 200],
    ] as const) {
      await store.finish(key, await reserved(store, key, 500), accepted(key), ttlMs);
    }
    await reserved(store, 'd', 50);
    await reserved(store, 'e', 500);
    expect(await store.reserve('a', 'f', 100)).toStrictEqual({ state: 'finished', result: accepted('a') });
    expect(await store.reserve('c', 'f', 100)).toStrictEqual({ state: 'finished', result: accepted('c') });
    expect(await state(store.reserve('d', 'f', 100))).toBe('in-progress');
    expect(await state(store.reserve('b', 'f', 100))).toBe('reserved');
  });

  it('never forgets a key in progress: it refuses the next one, and replays what it has', async () => {
    const { store, clock } = storeAt({ maxKeys: 2 });
    const token = await reserved(store, 'a', 100);
    await reserved(store, 'b', 200);
    await expect(store.reserve('c', 'f', 100)).rejects.toMatchObject({
      code: 'send_limit_exceeded',
      outcome: 'not-sent',
      message: expect.stringContaining('maxKeys'),
    });
    expect(await state(store.reserve('a', 'f', 100))).toBe('in-progress');
    await store.finish('a', token, accepted(), 100);
    expect(await state(store.reserve('a', 'f', 100))).toBe('finished');
    expect(await state(store.reserve('c', 'f', 300))).toBe('reserved');
    clock.ms += 200;
    expect(await state(store.reserve('d', 'f', 100))).toBe('reserved');
  });
});

describe('time in a memory store', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('passes by the monotonic clock, without a timer', async () => {
    const store = new MemoryIdempotencyStore();
    await reserved(store, 'k', 100);
    vi.setSystemTime(Date.now() + 1_000_000);
    expect(await state(store.reserve('k', 'f', 100))).toBe('in-progress');
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100);
    expect(await state(store.reserve('k', 'f', 100))).toBe('reserved');
  });
});

/** The same rules over a list that is searched from end to end. */
class Model implements IdempotencyStore {
  #keys: { key: string; print: string; token: string; result?: StoredResult; expiresAt: number }[] = [];
  #tokens = 0;
  readonly #clock: { readonly ms: number };
  readonly #maxKeys: number;

  constructor(clock: { readonly ms: number }, maxKeys: number) {
    this.#clock = clock;
    this.#maxKeys = maxKeys;
  }

  async reserve(key: string, print: string, ttlMs: number): Promise<Reservation> {
    this.#keys = this.#keys.filter(({ expiresAt }) => expiresAt > this.#clock.ms);
    const known = this.#keys.find((each) => each.key === key);
    if (known !== undefined && known.print !== print) return { state: 'conflict' };
    if (known !== undefined) {
      return known.result === undefined ? { state: 'in-progress' } : { state: 'finished', result: known.result };
    }
    if (this.#keys.length === this.#maxKeys) {
      const finished = this.#keys.filter(({ result }) => result !== undefined);
      const [first] = finished.sort((a, b) => a.expiresAt - b.expiresAt);
      if (first === undefined) throw new Error('full');
      this.#keys = this.#keys.filter((each) => each !== first);
    }
    this.#tokens += 1;
    const token = String(this.#tokens);
    this.#keys.push({ key, print, token, expiresAt: this.#clock.ms + ttlMs });
    return { state: 'reserved', token };
  }

  async finish(key: string, token: string, result: StoredResult, ttlMs: number): Promise<void> {
    const held = this.#held(key, token);
    if (held !== undefined) Object.assign(held, { result, expiresAt: this.#clock.ms + ttlMs });
  }

  async release(key: string, token: string): Promise<void> {
    const held = this.#held(key, token);
    this.#keys = this.#keys.filter((each) => each !== held);
  }

  #held(key: string, token: string) {
    return this.#keys.find(
      (each) =>
        each.key === key && each.token === token && each.result === undefined && each.expiresAt > this.#clock.ms,
    );
  }
}

/** `serial` is its own for each call; a little of it in every lifetime keeps two keys from expiring together. */
type Call = (store: IdempotencyStore, tokens: readonly string[], serial: number) => Promise<unknown>;

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const ttl = fc.integer({ min: 1, max: 5 }).map((hundreds) => hundreds * 100);
const result = fc.constantFrom(accepted('r1'), accepted('r2'), unknown);
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(key, fc.constantFrom('f', 'f', 'f', 'g'), ttl).map(
      ([k, print, ms]): Call =>
        (store, _, serial) =>
          store.reserve(k, print, ms + serial / 1_000_000),
    ),
  },
  fc.tuple(key, fc.nat(), result, ttl).map(
    ([k, pick, ended, ms]): Call =>
      (store, tokens, serial) =>
        store.finish(k, chosen(tokens, pick), ended, ms + serial / 1_000_000),
  ),
  fc.tuple(key, fc.nat()).map(
    ([k, pick]): Call =>
      (store, tokens) =>
        store.release(k, chosen(tokens, pick)),
  ),
);
/** Calls made at once, and the time that passes after them. */
const round = fc.record({ calls: fc.array(call, { minLength: 1, maxLength: 4 }), passMs: fc.nat({ max: 120 }) });

/** A recent token, more often than not one that still holds. */
function chosen(tokens: readonly string[], pick: number): string {
  return tokens.at(-1 - (pick % 6)) ?? 'none';
}

const answer = (settled: PromiseSettledResult<unknown>) => (settled.status === 'rejected' ? 'full' : settled.value);

describe('the memory store and a trivial model', () => {
  it('answer alike, whatever is called at once and however time passes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(round, { maxLength: 60, size: 'max' }),
        fc.integer({ min: 1, max: 5 }),
        async (rounds, maxKeys) => {
          const clock = { ms: 0 };
          const store = new MemoryIdempotencyStore({ maxKeys, now: () => clock.ms });
          const model = new Model(clock, maxKeys);
          const tokens: string[] = [];
          let serial = 0;
          for (const { calls, passMs } of rounds) {
            const answers = await Promise.allSettled(calls.map((each, index) => each(store, tokens, serial + index)));
            const expected = await Promise.allSettled(calls.map((each, index) => each(model, tokens, serial + index)));
            expect(answers.map(answer)).toStrictEqual(expected.map(answer));
            for (const each of answers.map(answer)) {
              if (typeof each === 'object' && each !== null && 'token' in each) tokens.push(String(each.token));
            }
            serial += calls.length;
            clock.ms += passMs;
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
