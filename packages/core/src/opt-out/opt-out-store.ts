import type { Awaitable } from '../stores/ask-store.js';

/**
 * Keeps who wants no messages, under keys that name nobody. Every operation is atomic for each key, over all processes
 * that share the store. A method that throws or rejects means that the store is down.
 *
 * Of each key the word with the latest time counts, in whatever order they come; of one time, the opt-out. A word that
 * is told again changes nothing. An opt-out is kept until it is taken back, however long that is, and nothing else ends
 * it: a store that has no room for one must throw.
 */
export interface OptOutStore {
  /** Whether it is outside this process: then a pepper must be configured, since the keys are made from phone numbers. */
  readonly isShared: boolean;
  /**
   * Opts a key out.
   *
   * @param at when the person said so, in whole milliseconds since 1970
   */
  add(key: string, at: number): Awaitable<void>;
  /**
   * Takes the opt-out of a key back. That it was taken back is kept as well, for 30 days and as far as there is room,
   * so that an older opt-out that comes late is known to be older.
   *
   * @param at when the person said so, in whole milliseconds since 1970
   */
  remove(key: string, at: number): Awaitable<void>;
  /**
   * Which of these keys are opted out, in their order.
   *
   * @param keys any number, in any order; a key may be there twice
   */
  has(keys: readonly string[]): Awaitable<readonly boolean[]>;
}
