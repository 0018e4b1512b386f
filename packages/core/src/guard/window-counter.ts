import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Limit } from './limit-store.js';

/** A window that has begun and not ended. */
export interface CountedWindow {
  readonly used: number;
  readonly ageMs: number;
  readonly endsInMs: number;
}

/** What rate-limiter-flexible keeps its counts in. It answers at once. */
interface Storage {
  get(key: string): { readonly consumedPoints: number; readonly msBeforeNext: number } | null;
  /** Begins a window if there is none, also with a negative value. */
  incrby(key: string, value: number, windowSeconds: number): unknown;
  delete(key: string): boolean;
  readonly _storage: { readonly size: number; keys(): Iterable<string> };
}

/**
 * Counts one limit with rate-limiter-flexible. Its own methods answer in promises, so that nobody could look and take
 * in one step, and a `consume` that it refuses counts all the same. Hence its storage is used directly, which its
 * types leave out; the tests of the memory store fail if a new version changes it.
 */
export class WindowCounter extends RateLimiterMemory {
  declare readonly _memoryStorage: Storage;
  readonly limit: Limit;

  constructor(limit: Limit) {
    super({ points: limit.max, duration: limit.windowMs / 1000 });
    this.limit = limit;
  }

  /** Keys with a window. */
  get size(): number {
    return this._memoryStorage._storage.size;
  }

  /** The window of a key. Undefined if there is none, or if it has ended and its timer is late. */
  look(key: string): CountedWindow | undefined {
    const found = this._memoryStorage.get(key);
    if (found === null || found.msBeforeNext <= 0) return undefined;
    const { windowMs } = this.limit;
    // A system clock that was set back must make nobody wait for longer than a window.
    const endsInMs = Math.min(found.msBeforeNext, windowMs);
    return { used: found.consumedPoints, ageMs: windowMs - endsInMs, endsInMs };
  }

  /** Takes a unit, which must be left. The first begins the window. */
  take(key: string): void {
    this._memoryStorage.incrby(key, 1, this.duration);
  }

  /** Gives a unit back; a window with none taken is forgotten, and its timer with it. */
  giveBack(key: string): void {
    this._memoryStorage.incrby(key, -1, this.duration);
    // Below 0 if the window has ended since the look: then this has just begun one with a unit too many.
    if ((this.look(key)?.used ?? 0) <= 0) this._memoryStorage.delete(key);
  }

  clear(): void {
    for (const key of [...this._memoryStorage._storage.keys()]) this._memoryStorage.delete(key);
  }
}
