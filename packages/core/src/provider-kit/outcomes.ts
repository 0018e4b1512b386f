import type { IncomingHttpHeaders } from 'node:http';
import type { Accepted, NotSent, Price, Refused, Unknown } from '../contract/outcomes.js';
import type { SmsErrorCode } from '../errors/error-codes.js';
import { longestDelayMs } from './deadline.js';

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

/**
 * The outcome of an answer that holds no verdict of the vendor's own, by its HTTP status alone.
 *
 * 4xx is a definite no (RFC 9110, section 15.5), except 408: the server gave up on a request that it may have
 * acted on. Everything else is `unknown`: after 5xx the message may be on its way, a redirect may follow a
 * success, and a 2xx without a verdict proves nothing.
 */
export function outcomeOfHttpStatus(status: number, headers: IncomingHttpHeaders): Refused | Unknown {
  const providerCode = `http-${status}`;
  if (status === 401) return refused('authentication_failed', 'The vendor refused the credentials.', { providerCode });
  if (status === 403) return refused('permission_denied', 'The vendor forbids this request.', { providerCode });
  if (status === 429) {
    const retryAfterMs = retryAfter(headers['retry-after']);
    return refused('rate_limited', 'The vendor limits the rate of requests.', { providerCode, retryAfterMs });
  }
  if (status >= 400 && status < 500 && status !== 408) {
    return refused('unrecognized_provider_code', `The vendor answered HTTP ${status}; is the base URL right?`, {
      providerCode,
    });
  }
  if (status >= 500 || status === 408) {
    return unknown('provider_unavailable', `The vendor answered HTTP ${status}.`, { providerCode });
  }
  return unknown('invalid_response', `The vendor answered HTTP ${status} without a verdict.`, { providerCode });
}

/** `Retry-After` in milliseconds (RFC 9110, section 10.2.3: seconds or a date), at most 24 days; undefined if unreadable. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Math.min(longestDelayMs, Number(header) * 1000);
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(header)) return undefined;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.min(longestDelayMs, Math.max(0, date - Date.now()));
}

/** A word, if it is one of these: what comes from other code may be anything. */
export function oneOf<Word extends string>(words: readonly Word[], value: unknown): Word | undefined {
  return words.find((word) => word === value);
}

/** A price as plain data; undefined if it is none. */
export function priceOf(value: unknown): Price | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { amount, currency } = value as Readonly<Record<string, unknown>>;
  const isAmount = typeof amount === 'string' && /^-?\d{1,20}(\.\d{1,20})?$/.test(amount);
  return isAmount && typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? { amount, currency } : undefined;
}
