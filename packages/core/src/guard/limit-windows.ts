import type { Limit } from './limit-store.js';

/** The window of one key. */
export interface LimitWindow {
  readonly id: string;
  readonly endsAt: number;
  /** Units that are taken now. */
  used: number;
  /** Units that were ever taken: the number of the last. */
  lastNumber: number;
  /** A bit for each unit that was given back, so that none is given back twice. Empty until one is. */
  readonly refunded: number[];
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
  begin(key: string, id: string, now: number): LimitWindow {
    this.sweep(now, sweptAtOnce);
    const window: LimitWindow = { id, endsAt: now + this.limit.windowMs, used: 0, lastNumber: 0, refunded: [] };
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
