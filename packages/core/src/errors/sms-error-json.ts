import type { SmsErrorCode } from './error-codes.js';

/** How a call that did not succeed ended. `docs/architecture.md` explains the outcomes. */
export type FailureOutcome = 'refused' | 'not-sent' | 'unknown';

/** One attempt to hand a message to one provider. */
export interface Attempt {
  /** The provider's id. */
  readonly provider: string;
  readonly outcome: 'accepted' | FailureOutcome;
  readonly durationMs: number;
  readonly code?: SmsErrorCode | undefined;
  /** The vendor's own code. */
  readonly providerCode?: string | undefined;
  /** Why the network failed, in the words of Node or undici: `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`. */
  readonly transportCode?: string | undefined;
  /** How long to wait before this provider may take it, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** What `JSON.stringify` shows of an `SmsError`: everything but the stack and the cause. */
export interface SmsErrorJson {
  readonly name: 'SmsError';
  readonly code: SmsErrorCode;
  readonly message: string;
  readonly outcome: FailureOutcome;
  readonly provider?: string | undefined;
  readonly providerCode?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly attempts: readonly Attempt[];
}
