import type { CheckOutcome, Refused, SendOutcome } from '../../contract/outcomes.js';
import { errorPolicy } from '../../errors/error-policy.js';
import { safeProviderCode } from '../../errors/provider-code.js';
import type { FailureOutcome } from '../../errors/sms-error.js';
import type { LastFailure } from '../types.js';

/**
 * What an outcome says about the health of the provider:
 * `success`: it took a message or judged a code. A failure: its own or its account's fault.
 * `neutral`: nothing (a wrong phone number, an aborted call).
 */
export type CircuitVerdict = 'success' | 'neutral' | LastFailure;

/** The policy table of the error codes decides alone. */
export function circuitVerdict(outcome: SendOutcome | CheckOutcome): CircuitVerdict {
  switch (outcome.outcome) {
    case 'accepted':
    case 'approved':
    case 'incorrect':
    case 'expired':
    case 'exhausted':
      return 'success';
    case 'refused':
    case 'not-sent':
    case 'unknown':
      return errorPolicy(outcome.code).countsAgainstCircuit ? lastFailure(outcome) : 'neutral';
  }
}

function lastFailure(failure: Omit<Refused, 'outcome'> & { readonly outcome: FailureOutcome }): LastFailure {
  const { code, outcome, providerCode } = failure;
  return { code, outcome, providerCode: safeProviderCode(providerCode), at: Date.now() };
}
