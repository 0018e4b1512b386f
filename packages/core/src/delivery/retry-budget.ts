/** How many attempts beyond the first a client may make, over all its calls. */
export interface RetryBudgetOptions {
  /** Further attempts for each call, on average. Default 0.2. */
  readonly ratio?: number | undefined;
  /** Further attempts that may be made at once after a quiet time. Default 500. */
  readonly burst?: number | undefined;
}

/**
 * Keeps an outage from being amplified: every call pays `ratio` in, every further attempt takes 1 out.
 * When all providers fail, n calls make at most `n * (1 + ratio) + burst` attempts, not `n * maxAttempts`.
 */
export class RetryBudget {
  readonly #ratio: number;
  readonly #burst: number;
  #balance: number;

  constructor({ ratio = 0.2, burst = 500 }: RetryBudgetOptions = {}) {
    this.#ratio = ratio;
    this.#burst = burst;
    this.#balance = burst;
  }

  /** A call begins. */
  deposit(): void {
    this.#balance = Math.min(this.#burst, this.#balance + this.#ratio);
  }

  /** Takes one further attempt; false if none is left. */
  withdraw(): boolean {
    if (this.#balance < 1) return false;
    this.#balance -= 1;
    return true;
  }
}
