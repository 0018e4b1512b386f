/** How many attempts beyond the first a client may make, over all its calls. */
export interface RetryBudgetOptions {
  /** Further attempts for each call, on average. Default 0.2. */
  readonly ratio?: number | undefined;
  /** Further attempts that may be made at once after a quiet time. Default 500. */
  readonly burst?: number | undefined;
}

/**
 * Keeps an outage from being amplified: every call pays `ratio` in, every further attempt takes 1 out, and gets it
 * back if it succeeds. When all providers fail, n calls make at most `n * (1 + ratio) + burst` attempts, not
 * `n * maxAttempts`; while the next provider takes what the first one refuses, nothing is used up.
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

  /** A further attempt has succeeded: it amplified nothing. */
  refund(): void {
    this.#balance = Math.min(this.#burst, this.#balance + 1);
  }

  /** Takes one further attempt; false if none is left. */
  withdraw(): boolean {
    if (this.#balance < 1) return false;
    this.#balance -= 1;
    return true;
  }
}
