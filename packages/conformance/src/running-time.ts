import type { Deadline, DeadlineEnd } from '@polysms/core/provider-kit';

const everyMs = 5;
/** What counts at most between two looks at the clock. */
const longestMs = 10;

/**
 * The time in which this process ran. On a quiet machine that is the time that passed. On a busy one, time in which the
 * process waited for its turn counts little, so that the machine makes no punctual provider late.
 */
export class RunningTime {
  #ranMs = 0;
  #lookedAt = performance.now();

  /** To be called often. Returns the milliseconds since the beginning. */
  look(): number {
    const now = performance.now();
    this.#ranMs += Math.min(now - this.#lookedAt, longestMs);
    this.#lookedAt = now;
    return this.#ranMs;
  }
}

/** Calls back when this process has run for `ms`. Returns a function that stops the wait. */
export function afterRunning(ms: number, callback: () => void): () => void {
  const time = new RunningTime();
  let timer: NodeJS.Timeout | undefined;
  const wait = (leftMs: number) => {
    if (leftMs <= 0) callback();
    else timer = setTimeout(() => wait(ms - time.look()), Math.min(everyMs, leftMs));
  };
  wait(ms);
  return () => clearTimeout(timer);
}

/**
 * A deadline that ends when this process has run for `ms`: time enough to write a request, on however slow a machine.
 * It looks at the clock until it ends, so it is for short times.
 */
export function deadlineAfterRunning(ms: number): Deadline {
  const endsAt = performance.now() + ms;
  const listeners = new Set<(reason: DeadlineEnd) => void>();
  let ended: DeadlineEnd | undefined;
  afterRunning(ms, () => {
    ended = 'deadline_exceeded';
    for (const listener of listeners) listener(ended);
  });
  return {
    remainingMs: () => (ended === undefined ? Math.max(1, endsAt - performance.now()) : 0),
    get ended() {
      return ended;
    },
    onEnd(listener) {
      if (ended !== undefined) {
        listener(ended);
        return () => {};
      }
      // Wrapped, so that one function may be given twice.
      const entry = (reason: DeadlineEnd) => listener(reason);
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
  };
}
