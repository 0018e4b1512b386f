import type { Price } from '../contract/outcomes.js';
import type { SmsErrorCode } from '../errors/error-codes.js';
import type { Attempt, FailureOutcome } from '../errors/sms-error.js';
import type { CircuitState } from '../telemetry/events.js';

/** Proof that a provider has taken a message. A plain value that survives JSON. */
export interface Receipt {
  /** The message's id, a UUID of version 7: in its events and reports, and for `sms.messages.get()`. */
  readonly id: string;
  /** The id of the provider. */
  readonly provider: string;
  /** The vendor's id of the message, if it gives one. */
  readonly reference: string | undefined;
  /** How many messages the vendor counts, if it says. */
  readonly segments?: number | undefined;
  /** What the vendor charges for all segments together, if it says. */
  readonly price?: Price | undefined;
  /** Every attempt, in order; the last one is the provider's that took the message. */
  readonly attempts: readonly Attempt[];
  /**
   * True if an earlier call with the same `idempotencyKey` has sent the message: this is its receipt, and nothing was
   * sent now. Such a call gives neither an `attempt` nor a `settled` event, and uses no limit up.
   */
  readonly replayed?: true | undefined;
}

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
