/** A rate in numbers that have been checked. */
export interface Rate {
  /** Turns in a second, on average. */
  readonly maxPerSecond: number;
  /** Turns at once after a quiet time. */
  readonly burst: number;
}

/**
 * When the next turns are due. Only arithmetic: the time is given, and nothing waits.
 *
 * Two rules hold for every turn. *Spacing* is a token bucket: turns come `1000 / maxPerSecond` ms apart, and up to
 * `burst` of them at once after a quiet time. *Window* is the vendor's view: no second sees more than
 * `maxPerSecond + burst - 1` turns, by the moments at which they were really taken. A rate that is no whole number
 * has the window that fits: 2.5 is 3 turns in 1.2 s, 0.5 is one turn in 2 s.
 *
 * Spacing alone would have to choose. Counted from late timers, every millisecond of lateness is a turn that comes
 * later for ever: a tenth of the rate at 100 a second. Counted from the plan, a late turn and a punctual one come
 * closer than they may. So the plan forgives some lateness, and the window forgives none.
 */
export class TurnSchedule {
  readonly #burst: number;
  readonly #spacingMs: number;
  readonly #windowMs: number;
  readonly #forgivenMs: number;
  /** When the last turns were taken, as a ring that holds as many as one window may see. */
  readonly #taken: Float64Array;
  #oldest = 0;
  /** When the next turn would be due if there were no burst. */
  #due = Number.NEGATIVE_INFINITY;

  constructor({ maxPerSecond, burst }: Rate) {
    const wholeTurns = Math.ceil(maxPerSecond);
    this.#burst = burst;
    this.#spacingMs = 1000 / maxPerSecond;
    this.#windowMs = (wholeTurns * 1000) / maxPerSecond;
    // Less than a turn, so that a long stall lets none pass beyond the burst. Timers are not exact to less than 2 ms.
    this.#forgivenMs = Math.max(this.#spacingMs / 2, 2);
    this.#taken = new Float64Array(wholeTurns + burst - 1).fill(Number.NEGATIVE_INFINITY);
  }

  /** Milliseconds until a turn may be taken, if `ahead` others are taken first; 0 if it may be taken now. */
  waitMs(now: number, ahead = 0): number {
    const bySpacing = this.#due + (ahead + 1 - this.#burst) * this.#spacingMs;
    return Math.max(0, bySpacing - now, this.#windowEnd(ahead) - now);
  }

  /** A turn is taken by somebody who has just come. */
  take(now: number): void {
    this.#take(now, now);
  }

  /** A turn is taken by somebody who has waited for it, so that a late timer may be to blame for the time that passed. */
  takeAfterWait(now: number): void {
    this.#take(now, now - this.#forgivenMs);
  }

  #take(now: number, countedFrom: number): void {
    this.#due = Math.max(this.#due, countedFrom) + this.#spacingMs;
    this.#taken[this.#oldest] = now;
    this.#oldest = (this.#oldest + 1) % this.#taken.length;
  }

  /** When the oldest turn leaves the window, so that there is room for another. */
  #windowEnd(ahead: number): number {
    // Those further behind wait for turns that have not been taken; spacing places them well enough.
    if (ahead >= this.#taken.length) return Number.NEGATIVE_INFINITY;
    return (this.#taken[(this.#oldest + ahead) % this.#taken.length] ?? Number.NEGATIVE_INFINITY) + this.#windowMs;
  }
}
