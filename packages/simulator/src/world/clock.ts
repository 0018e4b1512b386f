/** A clock. `Date` is one; {@link ManualClock} is one that a test moves. */
export interface SimulatorClock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Runs something later, by this clock, and returns what cancels that. Without it, delays are real time.
   *
   * @param delayMs from 0 up, at most 2147483647
   */
  setTimer?(delayMs: number, run: () => void): () => void;
}

interface Timer {
  readonly dueAt: number;
  readonly run: () => void;
}

/** A clock that stands still until it is moved. Reports and a vendor's repetitions move with it. */
export class ManualClock implements SimulatorClock {
  readonly #timers = new Set<Timer>();
  #now: number;

  /** @param now where it starts, in milliseconds since 1970 */
  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimer(delayMs: number, run: () => void): () => void {
    const timer = { dueAt: this.#now + delayMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves on, and runs what falls due on the way, each thing at its own time. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) {
        if (timer.dueAt <= until && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
      }
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = next.dueAt;
      next.run();
    }
    this.#now = until;
  }
}
