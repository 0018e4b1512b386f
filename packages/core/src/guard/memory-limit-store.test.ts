import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dayMs } from './guard.test.fixture.js';
import type { Limit } from './limit-store.js';
import { MemoryLimitStore } from './memory-limit-store.js';

const three: Limit = { max: 3, windowMs: 60_000 };

async function takeMany(store: MemoryLimitStore, times: number, key = 'k', limit = three): Promise<number> {
  let taken = 0;
  for (let time = 0; time < times; time += 1) if ((await store.take(key, limit)).taken) taken += 1;
  return taken;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the memory store of limits', () => {
  it('is this process’s own', () => {
    expect(new MemoryLimitStore().isShared).toBe(false);
  });

  it('gives so many units and no more, and says when the window ends', async () => {
    const store = new MemoryLimitStore();
    await store.take('k', three);
    vi.advanceTimersByTime(10_000);
    await store.take('k', three);
    expect(await store.take('k', three)).toStrictEqual({ taken: true });
    vi.advanceTimersByTime(5_000);
    expect(await store.take('k', three)).toStrictEqual({ taken: false, retryAfterMs: 45_000 });
  });

  it('counts no unit that it refuses: one given back can be taken, however often it refused before', async () => {
    const store = new MemoryLimitStore();
    expect(await takeMany(store, 10)).toBe(3);
    await store.giveBack('k', three, 0);
    expect(await takeMany(store, 10)).toBe(1);
  });

  it('begins a new window when the old one has ended, not before, with the timer or without', async () => {
    const store = new MemoryLimitStore();
    await takeMany(store, 3);
    vi.advanceTimersByTime(59_999);
    expect(await store.take('k', three)).toStrictEqual({ taken: false, retryAfterMs: 1 });
    // The clock alone: a busy process runs its timers late.
    vi.setSystemTime(Date.now() + 1);
    expect(await takeMany(store, 4)).toBe(3);
    expect(await store.take('k', three)).toStrictEqual({ taken: false, retryAfterMs: 60_000 });
    vi.advanceTimersByTime(60_000);
    expect(await takeMany(store, 4)).toBe(3);
  });

  it('counts every key and every limit apart, also those that differ in one number only', async () => {
    const store = new MemoryLimitStore();
    const limits = [three, { max: 3, windowMs: 61_000 }, { max: 2, windowMs: 60_000 }];
    for (const limit of limits) {
      for (const key of ['a', 'b']) expect(await takeMany(store, 5, key, limit)).toBe(limit.max);
    }
    expect(store.size).toBe(6);
  });

  it('counts equal limits together, whatever object they are, and as they were', async () => {
    const store = new MemoryLimitStore();
    const limit = { max: 2, windowMs: 60_000 };
    await store.take('k', limit);
    expect(await takeMany(store, 5, 'k', { ...limit })).toBe(1);
    limit.max = 100;
    expect(await takeMany(store, 5, 'k', { max: 2, windowMs: 60_000 })).toBe(0);
  });

  it('gives exactly as many units to many at once, also while it loads what it counts with', async () => {
    vi.resetModules();
    const { MemoryLimitStore } = await import('./memory-limit-store.js');
    const store = new MemoryLimitStore();
    const takings = await Promise.all(Array.from({ length: 100 }, () => store.take('k', three)));
    expect(takings.filter(({ taken }) => taken)).toHaveLength(3);
  });

  it('gives as many also to those who wait together for the first limit’s code to be loaded', async () => {
    vi.resetModules();
    const fresh = await import('./memory-limit-store.js');
    const store = new fresh.MemoryLimitStore();
    const takings = await Promise.all(Array.from({ length: 10 }, () => store.take('k', three)));
    expect(takings.filter(({ taken }) => taken)).toHaveLength(3);
    expect(await takeMany(store, 2)).toBe(0);
    expect(store.size).toBe(1);
  });

  it('looks and acts in one step: takes and give-backs at once come out exact', async () => {
    const store = new MemoryLimitStore();
    await takeMany(store, 3);
    const takings = [];
    for (let time = 0; time < 10; time += 1) {
      takings.push(store.take('k', three), store.giveBack('k', three, 0), store.take('k', three));
    }
    const taken = (await Promise.all(takings)).map((taking) => taking?.taken);
    // Refused, given back, taken; ten times over.
    expect(taken).toStrictEqual(Array.from({ length: 10 }, () => [false, undefined, true]).flat());
    expect(await takeMany(store, 5)).toBe(0);
  });

  it.each(['', '__proto__', 'rlflx:k', '\ud800'])('takes any key, such as %j', async (key) => {
    const store = new MemoryLimitStore();
    expect(await takeMany(store, 5, key)).toBe(3);
    await store.giveBack(key, three, 0);
    expect(await takeMany(store, 5, key)).toBe(1);
  });
});

describe('giving back', () => {
  it('forgets a key with none taken, and its timer with it', async () => {
    const store = new MemoryLimitStore();
    await takeMany(store, 2);
    expect([store.size, vi.getTimerCount()]).toStrictEqual([1, 1]);
    await store.giveBack('k', three, 0);
    expect(store.size).toBe(1);
    await store.giveBack('k', three, 0);
    expect([store.size, vi.getTimerCount()]).toStrictEqual([0, 0]);
  });

  it('leaves the window where it began while any unit is taken', async () => {
    const store = new MemoryLimitStore();
    await takeMany(store, 1);
    vi.advanceTimersByTime(20_000);
    await takeMany(store, 2);
    await store.giveBack('k', three, 0);
    await takeMany(store, 1);
    expect(await store.take('k', three)).toStrictEqual({ taken: false, retryAfterMs: 40_000 });
  });

  it('does nothing for a key that is not counted: no window begins with a unit too many', async () => {
    const store = new MemoryLimitStore();
    await store.giveBack('k', three, 0);
    expect([store.size, vi.getTimerCount()]).toStrictEqual([0, 0]);
    expect(await takeMany(store, 5)).toBe(3);
  });

  it('does nothing when the window has ended and its timer is late', async () => {
    const store = new MemoryLimitStore();
    await takeMany(store, 3);
    vi.setSystemTime(Date.now() + 60_000);
    await store.giveBack('k', three, 0);
    expect(await takeMany(store, 5)).toBe(3);
  });

  it('does nothing when the window is younger than the unit, and something when it is as old', async () => {
    const store = new MemoryLimitStore();
    await takeMany(store, 1);
    vi.advanceTimersByTime(60_000);
    await takeMany(store, 3);
    vi.advanceTimersByTime(100);
    await store.giveBack('k', three, 101);
    expect(await takeMany(store, 5)).toBe(0);
    await store.giveBack('k', three, 100);
    expect(await takeMany(store, 5)).toBe(1);
  });

  it.each([
    ['and all that follows its end', 1],
    ['and so does the act, not what looks whether any unit is left', 2],
  ])('leaves no window with a unit too many: the look sees its last moment, %s', async (_, looks) => {
    const store = new MemoryLimitStore();
    await takeMany(store, 2);
    vi.setSystemTime(Date.now() + 59_999);
    const real = Date.now;
    const now = vi.spyOn(Date, 'now').mockImplementation(() => real() + 1);
    for (let look = 0; look < looks; look += 1) now.mockImplementationOnce(() => real());
    await store.giveBack('k', three, 0);
    now.mockRestore();
    expect(store.size).toBe(0);
    expect(await takeMany(store, 5)).toBe(3);
  });

  it('makes nobody wait longer than a window when the clock is set back', async () => {
    const store = new MemoryLimitStore();
    await takeMany(store, 3);
    vi.setSystemTime(Date.now() - dayMs);
    expect(await store.take('k', three)).toStrictEqual({ taken: false, retryAfterMs: 60_000 });
    vi.advanceTimersByTime(60_000);
    expect(await takeMany(store, 5)).toBe(3);
  });
});

describe('clearing the memory store', () => {
  it('forgets every key of every limit, and stops the timers', async () => {
    const store = new MemoryLimitStore();
    await takeMany(store, 3, 'a');
    await takeMany(store, 3, 'b');
    await takeMany(store, 1, 'a', { max: 1, windowMs: 1000 });
    expect([store.size, vi.getTimerCount()]).toStrictEqual([3, 3]);
    store.clear();
    expect([store.size, vi.getTimerCount()]).toStrictEqual([0, 0]);
    expect(await takeMany(store, 5, 'a')).toBe(3);
  });
});

describe('the bounds of the memory store', () => {
  it('refuses a new key when it is full, and counts those it knows', async () => {
    const store = new MemoryLimitStore({ maxKeys: 2 });
    await store.take('a', three);
    await store.take('a', { max: 1, windowMs: 1000 });
    const full = { code: 'store_unavailable', outcome: 'not-sent', message: expect.stringContaining('maxKeys') };
    await expect(store.take('b', three)).rejects.toMatchObject(full);
    expect(store.size).toBe(2);
    expect(await takeMany(store, 5, 'a')).toBe(2);
    vi.advanceTimersByTime(1000);
    expect(await takeMany(store, 5, 'b')).toBe(3);
    await store.giveBack('a', three, 0);
    await expect(store.take('c', three)).rejects.toMatchObject(full);
  });

  it('counts 100,000 keys unless it is told how many, and says what to do about more', async () => {
    const store = new MemoryLimitStore();
    for (let key = 0; key < 100_000; key += 1) await store.take(`k${key}`, three);
    await expect(store.take('one more', three)).rejects.toThrow(
      'The limit store is full and counts no further key. Nothing was sent. If this is no flood, raise maxKeys of MemoryLimitStore; else lower guard.limits.global, so that a flood ends before the store is full.',
    );
  });

  it('has room again for a key that was given back', async () => {
    const store = new MemoryLimitStore({ maxKeys: 1 });
    await store.take('a', three);
    await store.giveBack('a', three, 0);
    expect(await takeMany(store, 1, 'b')).toBe(1);
  });

  it('forgets everything, and stops its timers, when it is cleared', async () => {
    const store = new MemoryLimitStore({ maxKeys: 3 });
    for (const key of ['a', 'b']) await takeMany(store, 3, key);
    await takeMany(store, 2, 'a', { max: 2, windowMs: 1_000 });
    store.clear();
    expect([store.size, vi.getTimerCount()]).toStrictEqual([0, 0]);
    for (const key of ['a', 'b', 'c']) expect(await takeMany(store, 5, key)).toBe(3);
  });

  it('forgets every key when its window ends', async () => {
    const store = new MemoryLimitStore();
    for (let key = 0; key < 1000; key += 1) await store.take(`k${key}`, three);
    expect(store.size).toBe(1000);
    vi.advanceTimersByTime(60_000);
    expect([store.size, vi.getTimerCount()]).toStrictEqual([0, 0]);
  });

  it('keeps no process alive', async () => {
    vi.useRealTimers();
    const unref = vi.spyOn(Object.getPrototypeOf(setTimeout(() => {}, 0).unref()), 'unref');
    await new MemoryLimitStore().take('k', { max: 1, windowMs: 24 * dayMs });
    expect(unref).toHaveBeenCalledTimes(1);
    unref.mockRestore();
  });

  it('limits over the longest window', async () => {
    const store = new MemoryLimitStore();
    const limit = { max: 1, windowMs: 24 * dayMs };
    await store.take('k', limit);
    vi.advanceTimersByTime(24 * dayMs - 1);
    expect(await store.take('k', limit)).toStrictEqual({ taken: false, retryAfterMs: 1 });
    vi.advanceTimersByTime(1);
    expect(await store.take('k', limit)).toStrictEqual({ taken: true });
  });

  it.each([
    { max: 0, windowMs: 1000 },
    { max: 1.5, windowMs: 1000 },
    { max: Number.NaN, windowMs: 1000 },
    { max: 1_000_000_001, windowMs: 1000 },
    { max: 1, windowMs: 0 },
    { max: 1, windowMs: 999 },
    { max: 1, windowMs: 1500 },
    { max: 1, windowMs: -1000 },
    { max: 1, windowMs: Number.POSITIVE_INFINITY },
    { max: 1, windowMs: 24 * dayMs + 1000 },
  ])('refuses the limit $max in $windowMs ms', async (limit) => {
    const invalid = {
      code: 'configuration_invalid',
      message: expect.stringMatching(/^MemoryLimitStore: (max|windowMs): must/),
    };
    await expect(new MemoryLimitStore().take('k', limit)).rejects.toMatchObject(invalid);
    await expect(new MemoryLimitStore().giveBack('k', limit, 0)).rejects.toMatchObject(invalid);
  });

  it.each([0, 1.5, -1, Number.NaN])('refuses maxKeys %d', (maxKeys) => {
    const message = expect.stringMatching(/^MemoryLimitStore: maxKeys: must be a whole number, at least 1/);
    expect(() => new MemoryLimitStore({ maxKeys })).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message }),
    );
  });
});
