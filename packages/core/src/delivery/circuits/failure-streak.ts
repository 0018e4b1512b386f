/** Failures that lie further apart than this are no outage that goes on, however many they are. */
const streakMs = 60_000;

/**
 * Health failures in a row: what opens a circuit at low traffic, where a rate has too few calls to mean anything.
 *
 * A call that says nothing about the provider's health neither adds to the row nor ends it.
 */
export class FailureStreak {
  readonly #limit: number;
  /** When each failure of the row came; the oldest first, `limit` at most. */
  #times: number[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * One more failure. Whether the row is full now: `limit` failures within a minute.
   *
   * @param now on a monotonic clock, in milliseconds
   */
  fails(now: number): boolean {
    this.#times.push(now);
    if (this.#times.length > this.#limit) this.#times.shift();
    const [oldest = now] = this.#times;
    return this.#times.length === this.#limit && now - oldest <= streakMs;
  }

  /** The provider works: the row has ended. */
  reset(): void {
    if (this.#times.length > 0) this.#times = [];
  }
}
