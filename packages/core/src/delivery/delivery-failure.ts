import type { NotSent, Refused, Unknown } from '../contract/outcomes.js';
import { errorPolicy } from '../errors/error-codes.js';
import { type Attempt, type FailureOutcome, SmsError } from '../errors/sms-error.js';

/** What ends a delivery that failed. */
export type StopReason =
  /** No other provider could do better, or none may be tried. */
  | 'policy'
  /** The message may arrive, and must not arrive twice. */
  | 'unknown-outcome'
  | 'no-provider-left'
  | 'attempts-used-up'
  | 'budget-used-up'
  | 'deadline';

/** What decides whether a further provider may be tried. */
export interface DeliveryState {
  readonly failure: Refused | NotSent | Unknown;
  readonly onUnknown: 'stop' | 'failover';
  /** Attempts made, this one included. */
  readonly made: number;
  readonly maxAttempts: number;
  readonly providers: number;
  readonly hasEnded: boolean;
  readonly budgetAllows: boolean;
}

/**
 * Why no further provider is tried; undefined if one is. A message is handed to a further provider only if the one
 * before certainly did not send it, or if a duplicate is harmless.
 */
export function reasonToStop(state: DeliveryState): StopReason | undefined {
  const { outcome, code } = state.failure;
  if (errorPolicy(code).failOver === 'never') return 'policy';
  if (outcome === 'unknown' && state.onUnknown === 'stop') return 'unknown-outcome';
  if (state.made >= state.providers) return 'no-provider-left';
  if (state.made >= state.maxAttempts) return 'attempts-used-up';
  if (state.hasEnded) return 'deadline';
  return wasHeldBack(state.failure) || state.budgetAllows ? undefined : 'budget-used-up';
}

/**
 * Whether our own circuit or pace held the message back. No provider was asked, so it has cost nobody anything: the
 * failover is free.
 */
export function wasHeldBack({ outcome, code }: Refused | NotSent | Unknown): boolean {
  return outcome === 'not-sent' && (code === 'circuit_open' || code === 'rate_limited');
}

/** The failure that ended a delivery, and why no further provider was tried. */
export interface DeliveryFailure {
  readonly last: Refused | NotSent | Unknown;
  readonly stoppedBy: StopReason;
}

/** Makes the one error of a delivery that failed. */
export function deliveryError({ last, stoppedBy }: DeliveryFailure, attempts: readonly Attempt[]): SmsError {
  const provider = attempts.at(-1)?.provider;
  const isExhausted = stoppedBy !== 'policy' && stoppedBy !== 'unknown-outcome' && attempts.length > 1;
  return new SmsError({
    code: isExhausted ? 'all_providers_failed' : last.code,
    outcome: overallOutcome(attempts),
    message: isExhausted
      ? `${everyAttempt(attempts)} ${advice[stoppedBy]}`
      : `${last.message} ${advice[stoppedBy]}`.trim(),
    provider,
    providerCode: last.providerCode,
    retryAfterMs: soonest(isExhausted ? [...attempts, last] : [last]),
    attempts,
    cause: last.cause,
  });
}

/** One attempt that may have sent the message outweighs any number that did not. */
function overallOutcome(attempts: readonly Attempt[]): FailureOutcome {
  const outcomes = attempts.map(({ outcome }) => outcome);
  if (outcomes.includes('unknown')) return 'unknown';
  return outcomes.includes('refused') ? 'refused' : 'not-sent';
}

/** The shortest wait that a provider named. A message that may have been sent has none: it is not to be sent again. */
function soonest(failures: readonly (Attempt | DeliveryFailure['last'])[]): number | undefined {
  const waits = failures.flatMap((each) => (each.outcome === 'unknown' ? [] : (each.retryAfterMs ?? [])));
  return waits.length === 0 ? undefined : Math.min(...waits);
}

function everyAttempt(attempts: readonly Attempt[]): string {
  const each = attempts.map(
    ({ provider, outcome, code, transportCode }) =>
      `${provider}: ${outcome}, ${code}${transportCode === undefined ? '' : ` (${transportCode})`}`,
  );
  return `Every provider that was tried failed (${each.join('; ')}).`;
}

const advice: Readonly<Record<StopReason, string>> = {
  policy: '',
  'unknown-outcome': 'The message may still arrive, so no other provider was tried.',
  'no-provider-left': '',
  'attempts-used-up': 'maxAttempts allows no further attempt.',
  'budget-used-up': 'The retry budget allows no further attempt.',
  deadline: 'The call ended before another provider could be tried.',
};
