import type { CheckOutcome, NotSent, Refused, SendOutcome, Unknown } from '../../contract/outcomes.js';
import { errorPolicy, type SmsErrorCode } from '../../errors/error-codes.js';
import { transportCodeOf } from '../../errors/foreign-error.js';
import { safeProviderCode } from '../../errors/shown-name.js';
import type { FailureOutcome } from '../../errors/sms-error.js';
import type { CircuitState } from '../../telemetry/events.js';

/** How one provider is doing. */
export interface ProviderHealth {
  readonly circuit: CircuitState;
  /** Calls in the rolling window of the circuit breaker. */
  readonly calls: number;
  /** Those of them that count against the circuit: the provider's or the account's own fault. */
  readonly failures: number;
  /** Milliseconds until an open circuit lets a probe pass; undefined unless it is open. */
  readonly probeInMs: number | undefined;
  /** The last failure that counted against the circuit; kept when the circuit closes. */
  readonly lastFailure: LastFailure | undefined;
  /**
   * Messages and codes that the provider did not take for another reason (a template that it does not know, a wrong
   * number), by code, since the client was made. No circuit counts them.
   */
  readonly refusals: { readonly [Code in SmsErrorCode]?: number };
  /** The last of these. */
  readonly lastRefusal: LastFailure | undefined;
}

/** A failure as health shows it. */
export interface LastFailure {
  readonly code: SmsErrorCode;
  readonly outcome: FailureOutcome;
  readonly providerCode: string | undefined;
  /** Why the network failed, in the words of Node or undici: `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`. */
  readonly transportCode: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

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

function lastFailure({ code, outcome, providerCode, cause }: Refused | NotSent | Unknown): LastFailure {
  return {
    code,
    outcome,
    providerCode: safeProviderCode(providerCode),
    transportCode: transportCodeOf(cause),
    at: Date.now(),
  };
}
