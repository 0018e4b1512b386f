import type { SmsErrorCode } from '../errors/error-codes.js';
import type { FailureOutcome } from '../errors/sms-error.js';

/** What a client tells about its work, by the name of the event. No event holds a text, a code or a whole number. */
export interface SmsEvents {
  /** One attempt with one provider has ended. */
  readonly attempt: AttemptEvent;
  /** A whole call has ended, unless it was malformed, or replayed the result of an earlier one. */
  readonly settled: SettledEvent;
  /** The circuit of a provider has changed its state. */
  readonly circuit: CircuitEvent;
}

export interface AttemptEvent {
  readonly provider: string;
  /** 1 for the first attempt of a call. */
  readonly attempt: number;
  /** Masked: `+86*******8000`. */
  readonly to: string;
  readonly outcome: 'accepted' | FailureOutcome;
  readonly code: SmsErrorCode | undefined;
  /** The vendor's own code. */
  readonly providerCode: string | undefined;
  readonly durationMs: number;
}

export interface SettledEvent {
  /** The provider that took the message, or the last one that was tried. */
  readonly provider: string | undefined;
  readonly attempts: number;
  /** Masked: `+86*******8000`. */
  readonly to: string;
  readonly outcome: 'accepted' | FailureOutcome;
  readonly code: SmsErrorCode | undefined;
  readonly durationMs: number;
}

export interface CircuitEvent {
  readonly provider: string;
  readonly from: CircuitEventState;
  readonly to: CircuitEventState;
}

/** `half-open`: one call may pass as a probe; `probing`: it is under way. */
export type CircuitEventState = 'closed' | 'open' | 'half-open' | 'probing';
