import type { Accepted, NotSent, Refused, Unknown } from '../contract/outcomes.js';
import type { SmsErrorCode } from '../errors/error-codes.js';

/** What a failure may carry besides its code and message. */
export interface FailureDetails {
  readonly providerCode?: string | undefined;
  readonly cause?: unknown;
}

/** What a failure that proves that nothing was sent may carry as well. */
export interface UnsentDetails extends FailureDetails {
  /** How long to wait before the same call may succeed, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** The vendor took the message. */
export function accepted(reference?: string): Accepted {
  return reference === undefined ? { outcome: 'accepted' } : { outcome: 'accepted', reference };
}

/** The vendor answered, and said no. */
export function refused(code: SmsErrorCode, message: string, details?: UnsentDetails): Refused {
  return { outcome: 'refused', code, message, ...details };
}

/** The request never left this process. */
export function notSent(code: SmsErrorCode, message: string, details?: UnsentDetails): NotSent {
  return { outcome: 'not-sent', code, message, ...details };
}

/** The request was written and no trustworthy answer came. */
export function unknown(code: SmsErrorCode, message: string, details?: FailureDetails): Unknown {
  return { outcome: 'unknown', code, message, ...details };
}
