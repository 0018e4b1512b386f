import type { Deadline } from '../contract/deadline.js';
import { deadlineAfter, deadlineSignal } from '../provider-kit/deadline.js';

/** How long something may be waited for. */
export interface Patience {
  readonly deadline: Deadline;
  /** To be called when the work is done: it stops the timer. */
  release(): void;
}

/**
 * Whoever may fail without failing the call gets half of the time that is left: otherwise one that hangs would leave
 * no time to send, and nothing would pass.
 */
export function patienceFor(deadline: Deadline, mayFail: boolean): Patience {
  if (!mayFail) {
    // One listener for the whole time: a deadline starts its timer for the first, and stops it after the last.
    return { deadline, release: deadline.onEnd(() => {}) };
  }
  const whole = deadlineSignal(deadline);
  const half = deadlineAfter(deadline.remainingMs() / 2, { signal: whole.signal });
  const stop = half.onEnd(() => {});
  return {
    deadline: half,
    release: () => {
      stop();
      whole.release();
    },
  };
}
