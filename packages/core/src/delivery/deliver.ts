import type { Deadline, DeadlineEnd } from '../contract/deadline.js';
import type { NotSent, Refused, SendOutcome, Unknown } from '../contract/outcomes.js';
import type { CallContext, SmsProvider } from '../contract/sms-provider.js';
import type { SmsErrorCode } from '../errors/error-codes.js';
import { errorPolicy } from '../errors/error-policy.js';
import { safeProviderCode } from '../errors/provider-code.js';
import type { Attempt } from '../errors/sms-error.js';
import { notSent } from '../provider-kit/outcomes.js';
import type { RetryBudget } from './retry-budget.js';

/** What is to be delivered, and how far one may go for it. */
export interface Delivery<Provider extends SmsProvider> {
  /** Providers in the order in which they are to be tried. */
  readonly providers: readonly Provider[];
  /** Asks one provider, once. Never rejects. */
  attempt(provider: Provider, context: CallContext): Promise<SendOutcome>;
  /** After an `unknown` outcome: `stop`, or try one more provider, since a duplicate is harmless. */
  readonly onUnknown: 'stop' | 'failover';
  readonly maxAttempts: number;
  readonly budget: RetryBudget;
  readonly context: CallContext;
  /** Told of every attempt when it has ended. */
  onAttempt?(attempt: Attempt, number: number): void;
}

/** How a delivery ended. */
export type DeliveryResult =
  | { readonly status: 'accepted'; readonly reference: string | undefined; readonly attempts: readonly Attempt[] }
  | { readonly status: 'failed'; readonly failure: DeliveryFailure; readonly attempts: readonly Attempt[] };

/** The failure that ended a delivery, and why no further provider was tried. */
export interface DeliveryFailure {
  readonly last: Refused | NotSent | Unknown;
  readonly stoppedBy:
    | 'policy'
    | 'unknown-outcome'
    | 'no-provider-left'
    | 'attempts-used-up'
    | 'budget-used-up'
    | 'deadline';
}

/**
 * Tries providers one after the other until one takes the message or it is no longer safe or useful to go on.
 *
 * This loop is the only place that repeats anything. A message is handed to a further provider only if the one
 * before certainly did not send it, or if a duplicate is harmless.
 */
export async function deliver<Provider extends SmsProvider>(delivery: Delivery<Provider>): Promise<DeliveryResult> {
  const { providers, context, budget } = delivery;
  const attempts: Attempt[] = [];
  let unknownOutcomes = 0;
  const { ended } = context.deadline;
  if (ended !== undefined) return endedBefore(ended);
  budget.deposit();
  for (let index = 0; index < providers.length; index += 1) {
    const provider = providers[index] as Provider;
    const started = performance.now();
    const outcome = await delivery.attempt(provider, context);
    const attempt = attemptOf(provider.id, outcome, performance.now() - started);
    attempts.push(attempt);
    delivery.onAttempt?.(attempt, index + 1);
    if (outcome.outcome === 'accepted') return { status: 'accepted', reference: outcome.reference, attempts };
    if (index > 0 && amplifiesOutage(outcome.code)) budget.charge();
    if (outcome.outcome === 'unknown') unknownOutcomes += 1;
    const stoppedBy =
      reasonToStop(outcome, delivery.onUnknown, unknownOutcomes) ?? limitReached(index + 1, delivery, context.deadline);
    if (stoppedBy !== undefined) return { status: 'failed', failure: { last: outcome, stoppedBy }, attempts };
    // A circuit that is open has cost nobody anything, so its failover is free.
    if (outcome.code !== 'circuit_open' && !budget.allowsAttempt) {
      return { status: 'failed', failure: { last: outcome, stoppedBy: 'budget-used-up' }, attempts };
    }
  }
  throw new Error('A delivery needs at least one provider.');
}

/** Whether a failure is one of a provider in trouble: broken, or asked too often. A wrong number is none. */
function amplifiesOutage(code: SmsErrorCode): boolean {
  const { countsAgainstCircuit, retrySameProvider } = errorPolicy(code);
  return countsAgainstCircuit || retrySameProvider;
}

function endedBefore(code: DeadlineEnd): DeliveryResult {
  const last = notSent(code, 'The call had ended before a provider was asked.');
  return { status: 'failed', failure: { last, stoppedBy: 'policy' }, attempts: [] };
}

function attemptOf(provider: string, outcome: SendOutcome, durationMs: number): Attempt {
  if (outcome.outcome === 'accepted') return { provider, outcome: 'accepted', durationMs };
  const { code } = outcome;
  const providerCode = safeProviderCode(outcome.providerCode);
  return {
    provider,
    outcome: outcome.outcome,
    durationMs,
    code,
    ...(providerCode === undefined ? {} : { providerCode }),
  };
}

type StopReason = DeliveryFailure['stoppedBy'];

function reasonToStop(
  { outcome, code }: Refused | NotSent | Unknown,
  onUnknown: 'stop' | 'failover',
  unknownOutcomes: number,
): StopReason | undefined {
  if (errorPolicy(code).failOver === 'never') return 'policy';
  // One duplicate may be harmless; a row of them is a flood. What was unknown before counts, whatever came after.
  if (outcome === 'unknown' && (onUnknown === 'stop' || unknownOutcomes > 1)) return 'unknown-outcome';
  return undefined;
}

function limitReached(
  made: number,
  { maxAttempts, providers }: { readonly maxAttempts: number; readonly providers: readonly unknown[] },
  deadline: Deadline,
): StopReason | undefined {
  if (made >= providers.length) return 'no-provider-left';
  if (made >= maxAttempts) return 'attempts-used-up';
  return deadline.ended === undefined ? undefined : 'deadline';
}
