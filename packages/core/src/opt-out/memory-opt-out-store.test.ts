import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryOptOutStore } from './memory-opt-out-store.js';

const full = expect.objectContaining({
  code: 'store_unavailable',
  outcome: 'not-sent',
  message: expect.stringMatching(/^The opt-out store is full .* was not kept\. Raise maxKeys of MemoryOptOutStore/),
});

describe('the memory store of opt-outs', () => {
  it('is this process’s own', () => {
    expect(new MemoryOptOutStore().isShared).toBe(false);
  });

  it('refuses an opt-out that it has no room for, and loses none', () => {
    const store = new MemoryOptOutStore({ maxKeys: 2 });
    store.add('a', 1);
    store.add('b', 2);
    expect(() => store.add('c', 3)).toThrow(full);
    store.add('a', 4);
    expect(store.has(['a', 'b', 'c'])).toEqual([true, true, false]);
    store.remove('b', 5);
    store.add('c', 3);
    expect(store.has(['a', 'b', 'c'])).toEqual([true, false, true]);
  });

  it('forgets what was taken back first before it refuses', () => {
    const store = new MemoryOptOutStore({ maxKeys: 3 });
    for (const key of ['a', 'b', 'c']) store.remove(key, 5);
    store.remove('a', 6);
    store.add('d', 1);
    // Of b it is forgotten: an older opt-out counts again, which is the safe mistake.
    for (const key of ['a', 'c']) store.add(key, 4);
    expect(store.has(['a', 'b', 'c', 'd'])).toEqual([false, false, false, true]);
    store.add('b', 4);
    expect(store.has(['a', 'b', 'c', 'd'])).toEqual([false, true, false, true]);
    expect(store.size).toBe(3);
  });

  it('forgets at once what is taken back while it is full of opt-outs, and fails not', () => {
    const store = new MemoryOptOutStore({ maxKeys: 1 });
    store.add('a', 1);
    store.remove('b', 1);
    expect([store.size, store.has(['a', 'b'])]).toEqual([1, [true, false]]);
    store.remove('a', 2);
    store.add('a', 1);
    expect([store.size, store.has(['a'])]).toEqual([1, [false]]);
  });

  it('holds every key once, and never more than it may', () => {
    const step = fc.record({
      isStop: fc.boolean(),
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      at: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), fc.integer({ min: 1, max: 6 }), (steps, maxKeys) => {
        const store = new MemoryOptOutStore({ maxKeys });
        const keys = new Set<string>();
        for (const { isStop, key, at } of steps) {
          const [before] = store.has([key]);
          try {
            if (isStop) store.add(key, at);
            else store.remove(key, at);
            keys.add(key);
          } catch {
            expect([isStop, before, store.size]).toEqual([true, false, maxKeys]);
          }
          expect(store.size).toBeLessThanOrEqual(Math.min(maxKeys, keys.size));
        }
      }),
    );
  });

  it('forgets everything when it is cleared', () => {
    const store = new MemoryOptOutStore();
    store.add('a', 5);
    store.remove('b', 5);
    store.clear();
    expect([store.size, store.has(['a'])]).toEqual([0, [false]]);
    store.add('b', 1);
    expect(store.has(['b'])).toEqual([true]);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '9' as never])('refuses maxKeys of %j', (maxKeys) => {
    expect(() => new MemoryOptOutStore({ maxKeys })).toThrow(
      expect.objectContaining({
        code: 'configuration_invalid',
        message: 'MemoryOptOutStore: maxKeys: must be a whole number, at least 1',
      }),
    );
  });
});
