import type { CheckOutcome, Refused, SendOutcome } from '../../contract/outcomes.js';
import { errorPolicy, type SmsErrorCode } from '../../errors/error-codes.js';
import { transportCodeOf } from '../../errors/foreign-error.js';
import { safeProviderCode } from '../../errors/shown-name.js';
import type { FailureOutcome } from '../../errors/sms-error.js';
import type { LastFailure } from '../types.js';

/**
 * What an outcome says about the health of the provider:
 * `success`: it took a message or judged a code. `failure`: its own or its account's fault. `refusal`: it is well, and
 * did not take this (a wrong phone number). `neutral`: nothing, since the call ended before (an aborted one).
 */
export type CircuitVerdict =
  | { readonly kind: 'success' | 'neutral' }
  | { readonly kind: 'failure' | 'refusal'; readonly failure: LastFailure };

const success = { kind: 'success' } as const;
const neutral = { kind: 'neutral' } as const;

/** The call's own end, the circuit's and the client's: none is a word of the provider's. */
const ends: ReadonlySet<SmsErrorCode> = new Set(['aborted', 'client_closed', 'deadline_exceeded', 'circuit_open']);

/** The policy table of the error codes decides alone. */
export function circuitVerdict(outcome: SendOutcome | CheckOutcome): CircuitVerdict {
  switch (outcome.outcome) {
    case 'accepted':
    case 'approved':
    case 'incorrect':
    case 'expired':
    case 'exhausted':
      return success;
    case 'refused':
    case 'not-sent':
    case 'unknown':
      if (ends.has(outcome.code)) return neutral;
      return {
        kind: errorPolicy(outcome.code).countsAgainstCircuit ? 'failure' : 'refusal',
        failure: lastFailure(outcome),
      };
  }
}

function lastFailure(failure: Omit<Refused, 'outcome'> & { readonly outcome: FailureOutcome }): LastFailure {
  const { code, outcome, providerCode, cause } = failure;
  return {
    code,
    outcome,
    providerCode: safeProviderCode(providerCode),
    transportCode: transportCodeOf(cause),
    at: Date.now(),
  };
}
