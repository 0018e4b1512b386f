/**
 * Counts what is limited. Every operation is atomic, over all processes that share the store. A method that rejects
 * means that the store is down.
 */
export interface LimitStore {
  /** Whether it is outside this process: then a pepper must be configured, since the keys are made from phone numbers. */
  readonly isShared: boolean;
  /** Says what `take` would answer, and takes nothing. */
  look(key: string, limit: Limit): Promise<Taking>;
  /** Takes one of the limit's units for a key, unless none is left; then nothing changes. */
  take(key: string, limit: Limit): Promise<Taking>;
  /**
   * Gives a unit back that was taken `elapsedMs` ago. Does nothing if its window has ended since, so that the next
   * window never has a unit too many.
   */
  giveBack(key: string, limit: Limit, elapsedMs: number): Promise<void>;
}

/** So many within so long. The window begins with the first. */
export interface Limit {
  /** A whole number, at least 1. */
  readonly max: number;
  /** In milliseconds: whole seconds, at most 24 days. */
  readonly windowMs: number;
}

/** What {@link LimitStore.take} answers. */
export type Taking =
  | { readonly taken: true }
  /** `retryAfterMs`: until the window ends. */
  | { readonly taken: false; readonly retryAfterMs: number };
