import type { Ending } from '../contract/deadline.js';
import type { CallContext } from '../contract/sms-provider.js';
import { deadlineWithin } from '../provider-kit/deadline.js';

// What one attempt leaves to the further ones: time of the call, and some of the budget.

/** Less than this is too little for a connection and an answer, as long as the others get their turn all the same. */
const shortestShareMs = 1_000;

/**
 * The time of one attempt while `others` could still be tried after it: an equal share of what is left, but at least a
 * second unless that were more than half of it.
 */
export function shareOf(remainingMs: number, others: number): number {
  return Math.max(remainingMs / (others + 1), Math.min(shortestShareMs, remainingMs / 2));
}

/** What the time of an attempt depends on. */
export interface AttemptTurn {
  /** Further attempts that could follow this one. */
  readonly others: number;
  /** Whether a duplicate is harmless, so that others are asked even if nobody knows what became of this attempt. */
  readonly isDuplicateHarmless: boolean;
  /** The share in milliseconds, if it is set by hand. One that is not shorter than what is left does not count. */
  readonly attemptTimeoutMs: number | undefined;
  /** The time in which the provider's circuit is closed. */
  readonly circuitClosed: Ending;
}

/**
 * The context of one attempt within that of the whole call.
 *
 * An attempt gets a share while others could still be tried, so that one that hangs leaves them their turn. It must be
 * written within its share: until then giving up is safe. What is written may have been sent; so a message that must
 * not arrive twice waits for its answer to the end of the call, since nobody else will be asked.
 *
 * When the circuit opens, what has not been written is given up, too: calls that began while the outage was not known
 * need not wait for the ends of their shares.
 */
export function attemptContext(call: CallContext, turn: AttemptTurn): CallContext {
  const { others, isDuplicateHarmless, attemptTimeoutMs, circuitClosed } = turn;
  if (others === 0) return call;
  const { deadline, idempotencyKey } = call;
  const remainingMs = deadline.remainingMs();
  // A share that is all there is would leave the others nothing.
  const isByHand = attemptTimeoutMs !== undefined && attemptTimeoutMs < remainingMs;
  const shareMs = isByHand ? attemptTimeoutMs : shareOf(remainingMs, others);
  return {
    deadline: isDuplicateHarmless ? deadlineWithin(deadline, shareMs) : deadline,
    writeBy: deadlineWithin(deadline, shareMs, circuitClosed),
    idempotencyKey,
  };
}

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
