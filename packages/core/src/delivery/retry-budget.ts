/** How many attempts beyond the first a client may make, over all its calls. */
export interface RetryBudgetOptions {
  /** Further attempts for each call, on average. Default 0.2. */
  readonly ratio?: number | undefined;
  /** Further attempts that may be made at once after a quiet time. Default 500. */
  readonly burst?: number | undefined;
}

/**
 * Keeps an outage from being amplified: every call pays `ratio` in, and every further attempt that a failing provider
 * costs takes 1 out. When all providers fail, n calls make at most `n * (1 + ratio) + burst` attempts and those that
 * were under way when the budget ran out, not `n * maxAttempts`.
 *
 * Nothing is paid in advance: while the next provider takes what the first one refuses, any number of calls may be
 * under way at once, and nothing is used up.
 */
export class RetryBudget {
  readonly #ratio: number;
  readonly #burst: number;
  #balance: number;

  constructor({ ratio = 0.2, burst = 500 }: RetryBudgetOptions = {}) {
    this.#ratio = ratio;
    // Without room for 1, a ratio alone would never allow anything.
    this.#burst = Math.max(burst, ratio > 0 ? 1 : 0);
    this.#balance = burst;
  }

  /** A call begins. */
  deposit(): void {
    this.#balance = Math.min(this.#burst, this.#balance + this.#ratio);
  }

  /** Whether a further attempt may be made. */
  get allowsAttempt(): boolean {
    return this.#balance >= 1;
  }

  /** A further attempt has failed by the provider's fault. The balance may fall below 0: attempts overlap. */
  charge(): void {
    this.#balance -= 1;
  }
}
