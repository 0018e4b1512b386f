import { checkDeadlineMs, invalidRequest, isListOfIds, readGiven } from '../delivery/send-request.js';
import { shownName } from '../errors/shown-name.js';
import type { Attempt } from '../errors/sms-error.js';
import { isAbortSignal } from '../provider-kit/deadline.js';
import { preferredLocale } from './localized.js';

/** What `verifications.start()` takes. */
export interface VerificationStartRequest {
  /** E.164, `+8613800138000`; with the client's `defaultCountry` also as it is dialled there. */
  readonly to: string;
  /**
   * What the code is for: `login`, `password-reset`. A code is good for one purpose only, as far as the provider
   * allows. 1 to 64 characters. Default `verification`.
   */
  readonly purpose?: string | undefined;
  /**
   * The person's language: a BCP 47 tag such as `zh-CN`, also `zh_CN`, or a whole `Accept-Language` header, of which
   * the language with the most weight counts. What names no language is like none: nobody waits in vain for a code.
   */
  readonly locale?: string | undefined;
  /** Ids of providers, to be tried in this order instead of the route's. */
  readonly via?: readonly string[] | undefined;
  /** The person's address, for the limits of the abuse guard. Without it there are none by address. */
  readonly ip?: string | undefined;
  /** Whatever the guard's `screen` hook needs: the token of a CAPTCHA. Polysms does not look at it. */
  readonly screening?: unknown;
  /** Instead of the client's deadline, in milliseconds. */
  readonly deadlineMs?: number | undefined;
  /** Ends the call early. What was written by then may still arrive. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What `verifications.check()` takes: the code and the id that `start` gave, or the code, the phone and the purpose.
 * Prefer the id: then only whoever began a verification can end it, or use its checks up.
 */
export type VerificationCheckRequest = CheckById | CheckByPhone;

interface CheckOptions {
  /** As the person typed it: spaces, hyphens, a full stop behind it and other digits than ASCII's do not matter. */
  readonly code: string;
  /** Instead of the client's deadline, in milliseconds. */
  readonly deadlineMs?: number | undefined;
  /** Ends the call early; the check may count all the same. */
  readonly signal?: AbortSignal | undefined;
}

/** Checks the codes of one verification. */
export interface CheckById extends CheckOptions {
  readonly id: string;
  /** What the code must be for; an id of another purpose is not found. Without it any purpose: compare the result's. */
  readonly purpose?: string | undefined;
}

/** Checks every live code of a phone and purpose: for an app that lost the id, and for codes that arrived late. */
export interface CheckByPhone extends CheckOptions {
  /** Like the `to` of the start. */
  readonly to: string;
  /** As in `start`. Default `verification`. */
  readonly purpose?: string | undefined;
}

/** Proof that a code is on its way. A plain value that survives JSON. */
export interface VerificationReceipt {
  /** Opaque. Keep it in the session of whoever asked for the code, and give it to `check`. */
  readonly id: string;
  /** The provider that took it. */
  readonly provider: string;
  /** When the code expires, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** Milliseconds after which this phone may be sent another code at the earliest; other limits may say later. */
  readonly resendAfterMs: number;
  /** Every attempt, in order. */
  readonly attempts: readonly Attempt[];
}

/** What became of a code that somebody typed in. Wrong codes are results, not exceptions. */
export type VerificationCheckResult =
  | VerificationApproved
  /** The code is wrong. Providers that do not tell also call an expired code wrong. */
  | {
      readonly outcome: 'incorrect';
      /** Wrong codes that are left before it is exhausted; 0: ask for a new one. */
      readonly checksLeft: number;
    }
  /** The code was too old. A new one may be asked for. */
  | { readonly outcome: 'expired' }
  /** Too many wrong codes: not even the right one is accepted now. */
  | { readonly outcome: 'exhausted' }
  /** There is no such verification, or it has been approved or canceled. */
  | { readonly outcome: 'not-found' };

/** The code is right, and will not be accepted again. */
export interface VerificationApproved {
  readonly outcome: 'approved';
  /** The phone that was verified, in E.164. Trust this one, not what a form says. */
  readonly to: string;
  readonly purpose: string;
}

/** What `verifications.cancel()` answers. `not-found`: there is none that could still be approved. */
export interface VerificationCancelResult {
  readonly outcome: 'canceled' | 'not-found';
}

/** Where a verification stands. */
export type VerificationStatus =
  | {
      readonly state: 'pending';
      /** In milliseconds since 1970. */
      readonly expiresAt: number;
      readonly checksLeft: number;
    }
  | { readonly state: 'approved' | 'canceled' | 'expired' | 'exhausted' | 'not-found' };

const defaultPurpose = 'verification';

const fieldsOfStart = ['to', 'purpose', 'locale', 'via', 'ip', 'screening', 'deadlineMs', 'signal'] as const;
const fieldsOfCheck = ['id', 'to', 'purpose', 'code', 'deadlineMs', 'signal'] as const;

/**
 * A copy, each field read once: the caller may change its object later.
 *
 * @throws SmsError `invalid_request`, naming the field
 */
export function readStartRequest(given: VerificationStartRequest): VerificationStartRequest & { purpose: string } {
  const caller = 'verifications.start()';
  return readGiven(caller, () => {
    checkFields(caller, given, fieldsOfStart);
    const { to, locale, via, ip, screening, deadlineMs, signal, purpose: givenPurpose } = given;
    const purpose = checkedPurpose(caller, givenPurpose);
    if (via !== undefined && !isListOfIds(via)) {
      throw invalidRequest(`${caller}: via must be a list of different provider ids, not empty.`);
    }
    checkDeadlineAndSignal(caller, deadlineMs, signal);
    // What is no phone number is refused where it is parsed.
    return { to, purpose, locale: preferredLocale(locale), via: via && [...via], ip, screening, deadlineMs, signal };
  });
}

/** A check that has been read, with what it is for. */
export interface ReadCheckRequest extends CheckOptions {
  readonly target:
    | { readonly id: string; readonly purpose: string | undefined }
    | { readonly to: string; readonly purpose: string };
}

/** @throws SmsError `invalid_request`, naming the field */
export function readCheckRequest(given: VerificationCheckRequest): ReadCheckRequest {
  const caller = 'verifications.check()';
  return readGiven(caller, () => {
    checkFields(caller, given, fieldsOfCheck);
    const { id, to, code, deadlineMs, signal, purpose: givenPurpose }: Partial<CheckById & CheckByPhone> = given;
    if ((id === undefined) === (to === undefined)) {
      throw invalidRequest(`${caller} takes either the id that start gave, or to.`);
    }
    if (id !== undefined && typeof id !== 'string')
      throw invalidRequest(`${caller}: id must be the string that start gave.`);
    if (typeof code !== 'string') throw invalidRequest(`${caller}: code must be a string, as the person typed it.`);
    checkDeadlineAndSignal(caller, deadlineMs, signal);
    const purpose = checkedPurpose(caller, givenPurpose);
    // An id without a purpose is good for any purpose: the default one is for phones.
    if (id !== undefined) {
      return { target: { id, purpose: givenPurpose && purpose }, code, deadlineMs, signal };
    }
    return { target: { to: to as string, purpose }, code, deadlineMs, signal };
  });
}

/** @throws SmsError `invalid_request` for what is no string: a receipt, say, in the place of its id */
export function readId(caller: string, id: unknown, giver = 'start'): string {
  if (typeof id === 'string') return id;
  throw invalidRequest(`${caller} takes the id that ${giver} gave, a string.`);
}

/** A misspelt field is an error: a misspelt `purpose` would mix codes up. */
function checkFields(caller: string, given: unknown, fields: readonly string[]): void {
  if (typeof given !== 'object' || given === null) throw invalidRequest(`${caller} takes an object.`);
  for (const field in given) {
    if (!fields.includes(field))
      throw invalidRequest(`${caller}: ${shownName(field)} is not a field; it knows ${fields.join(', ')}.`);
  }
}

function checkedPurpose(caller: string, purpose: unknown): string {
  if (purpose === undefined) return defaultPurpose;
  if (typeof purpose === 'string' && /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]{1,64}$/u.test(purpose))
    return purpose;
  throw invalidRequest(`${caller}: purpose must be a string of 1 to 64 characters, such as login.`);
}

function checkDeadlineAndSignal(caller: string, deadlineMs: unknown, signal: unknown): void {
  checkDeadlineMs(caller, deadlineMs);
  if (signal === undefined || isAbortSignal(signal)) return;
  throw invalidRequest(`${caller}: signal must be an AbortSignal.`);
}
