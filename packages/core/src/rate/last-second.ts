const secondMs = 1_000;

/** Counts what happened in about the last second, in two numbers however often it happens. */
export class LastSecond {
  #startedAt = Number.NEGATIVE_INFINITY;
  #inThis = 0;
  #inTheOneBefore = 0;

  add(at: number): void {
    this.#moveTo(at);
    this.#inThis += 1;
  }

  /** How many in the second before `at`. Those of the calendar's second before count by the part of it that is left. */
  count(at: number): number {
    this.#moveTo(at);
    const passed = Math.max(0, at - this.#startedAt) / secondMs;
    return this.#inThis + this.#inTheOneBefore * Math.max(0, 1 - passed);
  }

  clear(): void {
    this.#startedAt = Number.NEGATIVE_INFINITY;
    this.#inThis = 0;
    this.#inTheOneBefore = 0;
  }

  #moveTo(at: number): void {
    if (at < this.#startedAt + secondMs) return;
    const isNext = at < this.#startedAt + 2 * secondMs;
    this.#inTheOneBefore = isNext ? this.#inThis : 0;
    this.#inThis = 0;
    this.#startedAt = isNext ? this.#startedAt + secondMs : at;
  }
}
