import type { SmsErrorCode } from '../errors/error-codes.js';

/** What became of a message. Exactly one of four; a provider that cannot tell says `unknown`. */
export type SendOutcome = Accepted | Refused | NotSent | Unknown;

/** The provider took the message. */
export interface Accepted {
  readonly outcome: 'accepted';
  /** The vendor's id of the message or verification, if it gives one. */
  readonly reference?: string | undefined;
  /** All its ids, where a vendor gives one to each part of a long message; `reference` is the first. */
  readonly references?: readonly string[] | undefined;
  /** How many messages the vendor counts, if it says. */
  readonly segments?: number | undefined;
  /** What the vendor charges for all segments together, if it says. */
  readonly price?: Price | undefined;
}

/** An amount of money. */
export interface Price {
  /** A decimal number as the vendor wrote it: `0.00750`. A string, since a binary number would round it. */
  readonly amount: string;
  /** ISO 4217: `USD`. */
  readonly currency: string;
}

/** The provider answered, and said no: nothing was sent. Whether another may be tried is the code's policy. */
export interface Refused extends Failure {
  readonly outcome: 'refused';
  /** How long the vendor asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** The request never left this process: nothing was sent, and another provider may always be tried. */
export interface NotSent extends Failure {
  readonly outcome: 'not-sent';
  /** How long until a request could leave, in milliseconds, if that is known. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * The request was written and no trustworthy answer came: the message may or may not arrive.
 * Another provider may be tried only if a duplicate is harmless.
 */
export interface Unknown extends Failure {
  readonly outcome: 'unknown';
}

/** What all failures share. */
export interface Failure {
  readonly code: SmsErrorCode;
  /** What went wrong, for a developer. Never a credential, code, text or phone number. */
  readonly message: string;
  /** The vendor's own code. */
  readonly providerCode?: string | undefined;
  /** What the transport said; free of credentials, codes, texts and phone numbers like the message. */
  readonly cause?: unknown;
}

/**
 * What a provider says about a code that it made. Wrong codes are results;
 * `refused`, `not-sent` and `unknown` mean that the code was not judged.
 */
export type CheckOutcome = CodeApproved | CodeIncorrect | CodeExpired | CodeExhausted | Refused | NotSent | Unknown;

/** The code is right. Vendors accept a code once: never check it again. */
export interface CodeApproved {
  readonly outcome: 'approved';
}

/** The code is wrong. Also a code that is too old, when the vendor does not tell the two apart. */
export interface CodeIncorrect {
  readonly outcome: 'incorrect';
  /** Checks left before the code is dead, if the vendor says. */
  readonly checksLeft?: number | undefined;
}

/** The code is too old. */
export interface CodeExpired {
  readonly outcome: 'expired';
}

/** The code was checked too often and is dead, even if it was right. */
export interface CodeExhausted {
  readonly outcome: 'exhausted';
}
