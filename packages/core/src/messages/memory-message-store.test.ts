import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Awaitable } from '../stores/ask-store.js';
import type { IdempotencyStore, Reservation, StoredResult } from './idempotency-store.js';
import { MemoryIdempotencyStore, type MemoryIdempotencyStoreOptions } from './memory-idempotency-store.js';

const attempts = [{ provider: 'mob', outcome: 'accepted', durationMs: 12 }] as const;

function accepted(reference = 'r1'): StoredResult {
  return { version: 1, outcome: 'accepted', receipt: { id: 'm', provider: 'mob', reference, attempts } };
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

const state = async (reservation: Awaitable<Reservation>) => (await reservation).state;

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
      receipt: { id: 'm', provider: 'mob', reference: 'r1', attempts },
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

  it('frees a few expired keys of each kind with each reservation, those that expired first', async () => {
    const { store, clock } = storeAt();
    const digits = Array.from({ length: 10 }, (_, index) => index);
    for (const index of digits) {
      await reserved(store, `p${index}`, 100 - index);
      await store.finish(`f${index}`, await reserved(store, `f${index}`), accepted(), 100 - index);
    }
    clock.ms += 1_000;
    await reserved(store, 'new');
    // Only a clock that goes back shows what is still held.
    clock.ms -= 1_000;
    const heldOf = async (kind: string) => {
      const states = digits.map((index) => state(store.reserve(`${kind}${index}`, 'f', 100)));
      return (await Promise.all(states)).flatMap((each, index) => (each === 'reserved' ? [] : [index]));
    };
    expect([await heldOf('p'), await heldOf('f')]).toEqual([
      [0, 1, 2, 3, 4, 5],
      [0, 1, 2, 3, 4, 5],
    ]);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '100' as never])('refuses a lifetime of %j', async (ttlMs) => {
    const { store } = storeAt();
    const message = 'The lifetime of an idempotency key must be a number of milliseconds above 0.';
    const invalid = expect.objectContaining({ code: 'invalid_request', outcome: 'not-sent', message });
    expect(() => store.reserve('k', 'f', ttlMs)).toThrow(invalid);
    const token = await reserved(store, 'k');
    expect(() => store.finish('k', token, accepted(), ttlMs)).toThrow(invalid);
    expect(await state(store.reserve('k', 'f', 100))).toBe('in-progress');
  });

  it.each([0, 1.5, -1, Number.NaN])('refuses maxKeys %d', (maxKeys) => {
    const message = expect.stringMatching(/^MemoryIdempotencyStore: maxKeys: must be a whole number, at least 1/);
    expect(() => new MemoryIdempotencyStore({ maxKeys })).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message }),
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
    const full = expect.objectContaining({
      code: 'store_unavailable',
      outcome: 'not-sent',
      message: expect.stringContaining('maxKeys'),
    });
    expect(() => store.reserve('c', 'f', 100)).toThrow(full);
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
