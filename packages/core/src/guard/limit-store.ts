import type { Awaitable } from '../stores/ask-store.js';

/**
 * Counts what is limited. Every operation is atomic, over all processes that share the store. A method that throws or
 * rejects means that the store is down.
 */
export interface LimitStore {
  /** Whether it is outside this process: then a pepper must be configured, since the keys are made from phone numbers. */
  readonly isShared: boolean;
  /**
   * Takes every one of these units, or none if a window of any has no unit left.
   *
   * @param units at least one; no two with the same key and the same limit
   */
  takeAll(units: readonly LimitUnit[]): Awaitable<TakeResult>;
  /**
   * Gives units back to the windows they were taken from. A window that has ended gets nothing back, and neither does
   * the next one. A unit that has been given back already is left alone.
   */
  refund(units: readonly TakenUnit[]): Awaitable<void>;
}

/** So many within so long. The window begins with the first. */
export interface Limit {
  /** A whole number, at least 1. */
  readonly max: number;
  /** In milliseconds: whole seconds, at most 24 days. */
  readonly windowMs: number;
}

/** One unit of a limit, for a key. Each key and each limit has a window of its own. */
export interface LimitUnit {
  readonly key: string;
  readonly limit: Limit;
}

/** A unit that was taken. */
export interface TakenUnit extends LimitUnit {
  /** Names the unit and its window to the store that made it. */
  readonly id: string;
}

/** What {@link LimitStore.takeAll} answers. */
export type TakeResult =
  /** In the order in which they were asked for. */
  | { readonly taken: true; readonly units: readonly TakenUnit[] }
  /**
   * Nothing was taken. `index` is that of the unit whose window is full, `retryAfterMs` the time until that window
   * ends. If several are full, it is the one that ends last; of those that end at once, the first.
   */
  | { readonly taken: false; readonly index: number; readonly retryAfterMs: number };
