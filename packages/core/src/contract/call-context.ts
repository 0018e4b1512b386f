import type { Deadline } from './deadline.js';

/** What a single call must respect. */
export interface CallContext {
  /** The end of this attempt. The provider settles by then, whatever the network does. */
  readonly deadline: Deadline;
  /**
   * By then the request must have been written. If it has not been, the provider answers `not-sent`, and another
   * provider gets its turn. Never later than {@link CallContext.deadline}. Default: the deadline.
   *
   * The transport of the provider kit obeys it by itself. A provider over an SDK cannot see the write, and may leave it.
   */
  readonly writeBy?: Deadline | undefined;
  /** Passed on to vendors that understand such keys. */
  readonly idempotencyKey?: string | undefined;
}
