/** Why a call must end: its time is up, or the caller no longer wants it. */
export type DeadlineEnd = 'deadline_exceeded' | 'aborted';

/**
 * The moment by which a call must have settled, shared by all its attempts, and the caller's own signal on top.
 * Made with `deadlineAfter` of `@polysms/core` or `@polysms/core/provider-kit`.
 */
export interface Deadline {
  /** Milliseconds left; 0 when the deadline has passed, never negative. Measured on a monotonic clock. */
  remainingMs(): number;
  /** Why the call has ended; undefined while it may go on. */
  readonly ended: DeadlineEnd | undefined;
  /**
   * Calls `listener` once when the call ends, or at once if it has ended.
   * Returns a function that stops listening; call it when the work is done, since the wait holds a timer.
   */
  onEnd(listener: (reason: DeadlineEnd) => void): () => void;
}

/** Something that can end: a deadline, or the time in which a circuit is closed. */
export type Ending = Pick<Deadline, 'ended' | 'onEnd'>;
