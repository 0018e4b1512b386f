import { configurationInvalid } from '../provider-kit/options.js';
import { storeFull } from '../stores/ask-store.js';
import {
  type Limit,
  type LimitStore,
  type LimitUnit,
  limitProblem,
  type TakenUnit,
  type TakeResult,
} from './limit-store.js';

/** Options of a {@link MemoryLimitStore}. */
export interface MemoryLimitStoreOptions {
  /** Keys counted at most, over all limits, at least 1. Default 100000: about 25 MB. */
  readonly maxKeys?: number | undefined;
  /** The time in milliseconds, from any beginning, never going back. Default: the monotonic clock. */
  readonly now?: (() => number) | undefined;
}

/**
 * Counts in the memory of this process: other processes count for themselves, and a restart begins anew.
 *
 * A key is forgotten some time after its window has ended, or when all its units are given back. When `maxKeys` are
 * counted, a new key is refused: to forget one instead would give its owner a new allowance, which is what a flood of
 * made-up addresses is after. With the default limits there are never more than about 60,000: `global` stops the flood
 * first. It has no timers, and answers at once.
 */
export class MemoryLimitStore implements LimitStore {
  readonly isShared = false;
  /** One for each limit: few, since they come from the configuration. */
  readonly #limits: LimitWindows[] = [];
  readonly #maxKeys: number;
  readonly #now: () => number;
  #windowsBegun = 0;

  /** @throws SmsError `configuration_invalid` if `maxKeys` is no whole number above 0 */
  constructor({ maxKeys = 100_000, now = () => performance.now() }: MemoryLimitStoreOptions = {}) {
    if (!Number.isSafeInteger(maxKeys) || maxKeys < 1) {
      throw configurationInvalid('MemoryLimitStore: maxKeys: must be a whole number, at least 1');
    }
    this.#maxKeys = maxKeys;
    this.#now = now;
  }

  /** Keys that are counted now, over all limits. */
  get size(): number {
    const now = this.#now();
    for (const windows of this.#limits) windows.sweep(now);
    return this.#held();
  }

  /** @throws SmsError `store_unavailable` if a key is new and the store is full; nothing is taken then */
  takeAll(units: readonly LimitUnit[]): TakeResult {
    const now = this.#now();
    const found: (LimitWindow | undefined)[] = [];
    let full: { readonly index: number; readonly retryAfterMs: number } | undefined;
    let newKeys = 0;
    for (const { key, limit } of units) {
      const index = found.length;
      const window = this.#windowsOf(limit).at(key, now);
      found.push(window);
      if (window === undefined) newKeys += 1;
      if (window === undefined || window.used < limit.max) continue;
      const retryAfterMs = window.endsAt - now;
      if (full === undefined || retryAfterMs > full.retryAfterMs) full = { index, retryAfterMs };
    }
    if (full !== undefined) return { taken: false, index: full.index, retryAfterMs: full.retryAfterMs };
    this.#checkRoom(newKeys);
    return {
      taken: true,
      units: units.map(({ key, limit }, index) => {
        const windows = this.#windowsOf(limit);
        const window = found[index] ?? this.#begin(windows, key, now);
        window.used += 1;
        window.lastNumber += 1;
        return { key, limit: windows.limit, id: `${window.id}.${window.lastNumber}` };
      }),
    };
  }

  refund(units: readonly TakenUnit[]): void {
    const now = this.#now();
    for (const { key, limit, id } of units) {
      const windows = this.#windowsOf(limit);
      const window = windows.at(key, now);
      const [windowId, number] = id.split('.');
      if (window !== undefined && String(window.id) === windowId) windows.refund(key, window, Number(number));
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#limits.length = 0;
  }

  #begin(windows: LimitWindows, key: string, now: number) {
    this.#windowsBegun += 1;
    return windows.begin(key, this.#windowsBegun, now);
  }

  #held(): number {
    let size = 0;
    for (const windows of this.#limits) size += windows.size;
    return size;
  }

  #checkRoom(newKeys: number): void {
    // Counting what has ended as well is quicker, and enough until the store seems full.
    if (this.#held() + newKeys <= this.#maxKeys || this.size + newKeys <= this.#maxKeys) return;
    throw storeFull(
      'The limit store is full and counts no further key. Nothing was sent. If this is no flood, raise maxKeys of MemoryLimitStore; else lower guard.limits.global, so that a flood ends before the store is full.',
    );
  }

  #windowsOf({ max, windowMs }: Limit): LimitWindows {
    for (const known of this.#limits) {
      if (known.limit.max === max && known.limit.windowMs === windowMs) return known;
    }
    const problem = limitProblem({ max, windowMs });
    if (problem !== undefined) throw configurationInvalid(`MemoryLimitStore: ${problem}`);
    const made = new LimitWindows({ max, windowMs });
    this.#limits.push(made);
    return made;
  }
}

/** The window of one key. */
export interface LimitWindow {
  readonly id: number;
  readonly endsAt: number;
  /** Units that are taken now. */
  used: number;
  /** Units that were ever taken: the number of the last. */
  lastNumber: number;
  /** A bit for each unit that was given back, so that none is given back twice. Undefined until one is. */
  refunded: number[] | undefined;
}

/** Expired windows that one operation forgets in passing, at most: none stalls the process. */
const sweptAtOnce = 4;

/** The windows of one limit. All are equally long, so that the one that began first ends first. */
export class LimitWindows {
  readonly limit: Limit;
  readonly #windows = new Map<string, LimitWindow>();

  constructor({ max, windowMs }: Limit) {
    this.limit = { max, windowMs };
  }

  get size(): number {
    return this.#windows.size;
  }

  /** The window of a key; undefined if none has begun, or if it has ended. */
  at(key: string, now: number): LimitWindow | undefined {
    const window = this.#windows.get(key);
    return window !== undefined && window.endsAt > now ? window : undefined;
  }

  /** Begins the window of a key that has none. */
  begin(key: string, id: number, now: number): LimitWindow {
    this.sweep(now, sweptAtOnce);
    const window: LimitWindow = { id, endsAt: now + this.limit.windowMs, used: 0, lastNumber: 0, refunded: undefined };
    // What has ended may still be there: the new window belongs at the end.
    this.#windows.delete(key);
    this.#windows.set(key, window);
    return window;
  }

  /** Gives a unit back, unless it was never taken from this window or has been given back. */
  refund(key: string, window: LimitWindow, number: number): void {
    if (!(number >= 1 && number <= window.lastNumber)) return;
    const word = number >>> 5;
    const bit = 1 << (number & 31);
    window.refunded ??= [];
    const bits = window.refunded[word] ?? 0;
    if ((bits & bit) !== 0) return;
    window.refunded[word] = bits | bit;
    window.used -= 1;
    if (window.used === 0) this.#windows.delete(key);
  }

  /** Forgets windows that have ended, so many at most. */
  sweep(now: number, most = Number.POSITIVE_INFINITY): void {
    let swept = 0;
    for (const [key, { endsAt }] of this.#windows) {
      if (swept >= most || endsAt > now) return;
      this.#windows.delete(key);
      swept += 1;
    }
  }
}
