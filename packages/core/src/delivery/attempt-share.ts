import type { Ending } from '../contract/deadline.js';
import type { CallContext } from '../contract/sms-provider.js';
import { deadlineWithin } from '../provider-kit/deadline.js';

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
