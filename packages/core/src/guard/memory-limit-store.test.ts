import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dayMs } from './guard.test.fixture.js';
import type { Limit, TakenUnit } from './limit-store.js';
import { LimitWindows, MemoryLimitStore } from './memory-limit-store.js';

const three: Limit = { max: 3, windowMs: 60_000 };

const refused = (retryAfterMs: number, index = 0) => ({ taken: false, index, retryAfterMs });

/** The units that were taken, of so many asked for one by one. */
function takeMany(store: MemoryLimitStore, times: number, key = 'k', limit = three): TakenUnit[] {
  return Array.from({ length: times }).flatMap(() => {
    const result = take(store, key, limit);
    return result.taken ? result.units : [];
  });
}

function take(store: MemoryLimitStore, key = 'k', limit = three) {
  return store.takeAll([{ key, limit }]);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the memory store of limits', () => {
  it('is this process’s own', () => {
    expect(new MemoryLimitStore().isShared).toBe(false);
  });

  it('gives so many units and no more, and says when the window ends', () => {
    const store = new MemoryLimitStore();
    take(store);
    vi.advanceTimersByTime(10_000);
    take(store);
    expect(take(store)).toMatchObject({ taken: true, units: [{ key: 'k', limit: three }] });
    vi.advanceTimersByTime(5_000);
    expect(take(store)).toStrictEqual(refused(45_000));
  });

  it('counts no unit that it refuses: one given back can be taken, however often it refused before', () => {
    const store = new MemoryLimitStore();
    const taken = takeMany(store, 10);
    expect(taken).toHaveLength(3);
    store.refund(taken.slice(0, 1));
    expect(takeMany(store, 10)).toHaveLength(1);
  });

  it('begins a new window when the old one has ended, not before', () => {
    const store = new MemoryLimitStore();
    takeMany(store, 3);
    vi.advanceTimersByTime(59_999);
    expect(take(store)).toStrictEqual(refused(1));
    vi.advanceTimersByTime(1);
    expect(takeMany(store, 4)).toHaveLength(3);
    expect(take(store)).toStrictEqual(refused(60_000));
  });

  it('counts every key and every limit apart, also those that differ in one number only', () => {
    const store = new MemoryLimitStore();
    const limits = [three, { max: 3, windowMs: 61_000 }, { max: 2, windowMs: 60_000 }];
    for (const limit of limits) {
      for (const key of ['a', 'b']) expect(takeMany(store, 5, key, limit)).toHaveLength(limit.max);
    }
    expect(store.size).toBe(6);
  });

  it('counts equal limits together, whatever object they are, and as they were', () => {
    const store = new MemoryLimitStore();
    const limit = { max: 2, windowMs: 60_000 };
    take(store, 'k', limit);
    expect(takeMany(store, 5, 'k', { ...limit })).toHaveLength(1);
    limit.max = 100;
    expect(takeMany(store, 5, 'k', { max: 2, windowMs: 60_000 })).toHaveLength(0);
  });

  it.each(['', '__proto__', 'a.b', '\ud800'])('takes any key, such as %j', (key) => {
    const store = new MemoryLimitStore();
    const taken = takeMany(store, 5, key);
    expect(taken).toHaveLength(3);
    store.refund(taken.slice(0, 1));
    expect(takeMany(store, 5, key)).toHaveLength(1);
  });

  it('reads the monotonic clock: one that is set forward or back changes nothing', () => {
    const store = new MemoryLimitStore();
    takeMany(store, 3);
    for (const ms of [-dayMs, 2 * dayMs]) {
      vi.setSystemTime(Date.now() + ms);
      expect(take(store)).toStrictEqual(refused(60_000));
    }
  });

  it('reads the clock that it is given', () => {
    let ms = 5;
    const store = new MemoryLimitStore({ now: () => ms });
    takeMany(store, 3);
    ms += 59_999;
    expect(take(store)).toStrictEqual(refused(1));
    ms += 1;
    expect(store.size).toBe(0);
    expect(takeMany(store, 5)).toHaveLength(3);
  });
});

describe('taking units of several limits', () => {
  const [one, two] = [
    { max: 1, windowMs: 1000 },
    { max: 2, windowMs: 60_000 },
  ] as const;

  it('takes all of them or none, and says which one refuses', () => {
    const store = new MemoryLimitStore();
    const both = [
      { key: 'a', limit: one },
      { key: 'b', limit: two },
    ];
    expect(store.takeAll(both)).toMatchObject({ taken: true, units: both });
    vi.advanceTimersByTime(400);
    expect(store.takeAll(both)).toStrictEqual(refused(600));
    expect(store.takeAll(both.toReversed())).toStrictEqual(refused(600, 1));
    vi.advanceTimersByTime(600);
    // Had the refused ones taken anything of b, nothing would be left.
    expect(store.takeAll(both)).toMatchObject({ taken: true });
    vi.advanceTimersByTime(1000);
    expect(store.takeAll(both)).toStrictEqual(refused(58_000, 1));
    expect(take(store, 'a', one)).toMatchObject({ taken: true });
  });

  it('names the one to wait longest for, and of equal waits the first', () => {
    const store = new MemoryLimitStore();
    const minute = { max: 1, windowMs: 60_000 };
    const units = [
      { key: 'a', limit: one },
      { key: 'b', limit: minute },
      { key: 'c', limit: minute },
      { key: 'd', limit: one },
      { key: 'e', limit: minute },
    ];
    store.takeAll(units.slice(0, 4));
    expect(store.takeAll(units)).toStrictEqual(refused(60_000, 1));
    expect(store.takeAll(units.toReversed())).toStrictEqual(refused(60_000, 2));
    expect(take(store, 'e', minute)).toMatchObject({ taken: true });
  });

  it('begins no window when the store has no room for all of them', () => {
    const store = new MemoryLimitStore({ maxKeys: 2 });
    const units = ['a', 'b', 'c'].map((key) => ({ key, limit: three }));
    expect(() => store.takeAll(units)).toThrow('full');
    expect(store.size).toBe(0);
    expect(store.takeAll(units.slice(0, 2))).toMatchObject({ taken: true });
    expect(() => store.takeAll(units)).toThrow('full');
    expect(takeMany(store, 5, 'a')).toHaveLength(2);
  });
});

describe('a refund', () => {
  it('forgets a key with none taken', () => {
    const store = new MemoryLimitStore();
    const [first, second] = takeMany(store, 2);
    store.refund(first ? [first] : []);
    expect(store.size).toBe(1);
    store.refund(second ? [second] : []);
    expect(store.size).toBe(0);
  });

  it('leaves the window where it began while any unit is taken', () => {
    const store = new MemoryLimitStore();
    takeMany(store, 1);
    vi.advanceTimersByTime(20_000);
    store.refund(takeMany(store, 2).slice(0, 1));
    takeMany(store, 1);
    expect(take(store)).toStrictEqual(refused(40_000));
  });

  it('gives each unit back once, whenever and however often it is repeated, also as a copy', () => {
    const store = new MemoryLimitStore();
    const limit = { max: 100, windowMs: 60_000 };
    const taken = takeMany(store, 100, 'k', limit);
    const copies = JSON.parse(JSON.stringify(taken.slice(20, 90))) as TakenUnit[];
    for (let time = 0; time < 3; time += 1) store.refund([...copies, ...copies]);
    expect(takeMany(store, 200, 'k', limit)).toHaveLength(70);
    store.refund(copies);
    expect(takeMany(store, 200, 'k', limit)).toHaveLength(0);
  });

  it('gives nothing to the next window, however early that begins', () => {
    const store = new MemoryLimitStore();
    const old = takeMany(store, 2);
    vi.advanceTimersByTime(60_000);
    store.refund(old);
    takeMany(store, 3);
    store.refund(old);
    expect(takeMany(store, 5)).toHaveLength(0);
  });

  it('gives nothing to the window that begins when all was given back', () => {
    const store = new MemoryLimitStore();
    const old = takeMany(store, 2);
    store.refund(old);
    takeMany(store, 3);
    store.refund(old);
    expect(takeMany(store, 5)).toHaveLength(0);
  });

  it.each(['', '1', '1.', '1.0', '1.4', '1.-1', '1.x', '2.1', 'x.1'])(
    'of a unit that was never taken, %j, does nothing',
    (id) => {
      const store = new MemoryLimitStore();
      takeMany(store, 3);
      store.refund([{ key: 'k', limit: three, id }]);
      store.refund([{ key: 'unknown', limit: three, id }]);
      expect([store.size, takeMany(store, 5)]).toStrictEqual([1, []]);
    },
  );
});

describe('the bounds of the memory store', () => {
  it('refuses a new key when it is full, and counts those it knows', () => {
    const store = new MemoryLimitStore({ maxKeys: 2 });
    const [first] = takeMany(store, 1, 'a');
    take(store, 'a', { max: 1, windowMs: 1000 });
    const full = expect.objectContaining({
      code: 'store_unavailable',
      outcome: 'not-sent',
      message: expect.stringContaining('maxKeys'),
    });
    expect(() => take(store, 'b')).toThrow(full);
    expect(store.size).toBe(2);
    expect(takeMany(store, 5, 'a')).toHaveLength(2);
    vi.advanceTimersByTime(1000);
    expect(takeMany(store, 5, 'b')).toHaveLength(3);
    store.refund(first ? [first] : []);
    expect(() => take(store, 'c')).toThrow(full);
  });

  it('counts 100,000 keys unless it is told how many, and says what to do about more', () => {
    const store = new MemoryLimitStore();
    for (let key = 0; key < 100_000; key += 1) take(store, `k${key}`);
    expect(() => take(store, 'one more')).toThrow(
      'The limit store is full and counts no further key. Nothing was sent. If this is no flood, raise maxKeys of MemoryLimitStore; else lower guard.limits.global, so that a flood ends before the store is full.',
    );
  });

  it('has room again for a key that was given back', () => {
    const store = new MemoryLimitStore({ maxKeys: 1 });
    store.refund(takeMany(store, 1, 'a'));
    expect(takeMany(store, 1, 'b')).toHaveLength(1);
  });

  it('forgets everything when it is cleared, also what could be given back', () => {
    const store = new MemoryLimitStore({ maxKeys: 3 });
    const old = ['a', 'b'].flatMap((key) => takeMany(store, 3, key));
    takeMany(store, 2, 'a', { max: 2, windowMs: 1_000 });
    store.clear();
    expect(store.size).toBe(0);
    for (const key of ['a', 'b', 'c']) expect(takeMany(store, 5, key)).toHaveLength(3);
    store.refund(old);
    for (const key of ['a', 'b', 'c']) expect(takeMany(store, 5, key)).toHaveLength(0);
  });

  it('forgets windows that have ended in passing, a few at a time, and has no timer', () => {
    const windows = new LimitWindows(three);
    for (let key = 0; key < 100; key += 1) windows.begin(`old ${key}`, 1, 0);
    windows.begin('new', 1, 60_000);
    expect(windows.size).toBe(97);
    for (let key = 1; key < 30; key += 1) windows.begin(`new ${key}`, 1, 60_000);
    expect(windows.size).toBe(30);
    const store = new MemoryLimitStore();
    for (let key = 0; key < 1000; key += 1) take(store, `k${key}`);
    expect([store.size, vi.getTimerCount()]).toStrictEqual([1000, 0]);
    vi.advanceTimersByTime(60_000);
    expect(store.size).toBe(0);
  });

  it('limits over the longest window', () => {
    const store = new MemoryLimitStore();
    const limit = { max: 1, windowMs: 24 * dayMs };
    take(store, 'k', limit);
    vi.advanceTimersByTime(24 * dayMs - 1);
    expect(take(store, 'k', limit)).toStrictEqual(refused(1));
    vi.advanceTimersByTime(1);
    expect(take(store, 'k', limit)).toMatchObject({ taken: true });
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
  ])('refuses the limit $max in $windowMs ms', (limit) => {
    const invalid = expect.objectContaining({
      code: 'configuration_invalid',
      message: expect.stringMatching(/^MemoryLimitStore: (max|windowMs): must/),
    });
    expect(() => take(new MemoryLimitStore(), 'k', limit)).toThrow(invalid);
    expect(() => new MemoryLimitStore().refund([{ key: 'k', limit, id: '1.1' }])).toThrow(invalid);
  });

  it.each([0, 1.5, -1, Number.NaN])('refuses maxKeys %d', (maxKeys) => {
    const message = expect.stringMatching(/^MemoryLimitStore: maxKeys: must be a whole number, at least 1/);
    expect(() => new MemoryLimitStore({ maxKeys })).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message }),
    );
  });
});
