import type { NotSent, Refused, Unknown } from '../contract/outcomes.js';
import { errorPolicy } from '../errors/error-policy.js';

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
  // A circuit that is open has cost nobody anything, so its failover is free.
  return code === 'circuit_open' || state.budgetAllows ? undefined : 'budget-used-up';
}
