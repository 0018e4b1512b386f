import { describeSmsError } from './describe-sms-error.js';
import type { SmsErrorCode } from './error-codes.js';
import { redactDigits, safeProviderCode } from './redact.js';
import { escaped } from './shown-name.js';
import type { Attempt, FailureOutcome, SmsErrorJson } from './sms-error-json.js';

export type { Attempt, FailureOutcome, SmsErrorJson };

/** What an {@link SmsError} is made from. */
export interface SmsErrorOptions {
  readonly code: SmsErrorCode;
  /** What went wrong and what to do about it, for a developer. Never a credential, code, text or phone number. */
  readonly message: string;
  readonly outcome: FailureOutcome;
  /** The id of the provider that failed, if one was asked. */
  readonly provider?: string | undefined;
  /** The vendor's own code, for its support desk. */
  readonly providerCode?: string | undefined;
  /** How long to wait before the same call may succeed, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Every attempt of the call, in order. */
  readonly attempts?: readonly Attempt[] | undefined;
  /** The verification whose code may have been sent all the same, and can then be checked. */
  readonly verificationId?: string | undefined;
  readonly cause?: unknown;
}

/** Longer messages are cut: nobody reads them, and they would fill a log. */
const longestMessage = 10_000;

const marker = Symbol.for('polysms.SmsError');

/**
 * The one error that Polysms throws.
 *
 * `code` says why, the same for every provider; `outcome` says what became of the message.
 * Recognise it with {@link isSmsError}: `instanceof` fails when two copies of the package are loaded.
 */
export class SmsError extends Error {
  override readonly name = 'SmsError';
  readonly code: SmsErrorCode;
  readonly outcome: FailureOutcome;
  readonly provider: string | undefined;
  readonly providerCode: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly attempts: readonly Attempt[];
  /**
   * The verification whose code may have been sent all the same: show the form for the code. Not in its JSON,
   * since whoever has it may use the checks up.
   */
  declare readonly verificationId: string | undefined;

  constructor(options: SmsErrorOptions) {
    super(safeMessage(options.message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.outcome = options.outcome;
    this.provider = options.provider;
    this.providerCode = safeProviderCode(options.providerCode);
    this.retryAfterMs = options.retryAfterMs;
    this.attempts = (options.attempts ?? []).map(redactAttempt);
    // Not enumerable, since loggers copy what is enumerable.
    Object.defineProperty(this, 'verificationId', { value: options.verificationId });
    Object.defineProperty(this, marker, { value: true });
  }

  /** What `console.log` and `util.inspect` show: a table of the attempts that a person can act on. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return describeSmsError(this);
  }

  toJSON(): SmsErrorJson {
    const { name, code, message, outcome, provider, providerCode, retryAfterMs, attempts } = this;
    return { name, code, message, outcome, provider, providerCode, retryAfterMs, attempts };
  }
}

/** A message without phone numbers and control characters, as a backstop. Line ends stay: lists of problems have them. */
function safeMessage(message: string): string {
  const shown = message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
  return redactDigits(shown.includes('\n') ? shown.split('\n').map(escaped).join('\n') : escaped(shown));
}

function redactAttempt(attempt: Attempt): Attempt {
  const providerCode = safeProviderCode(attempt.providerCode);
  return providerCode === undefined ? attempt : { ...attempt, providerCode };
}

/** Whether a caught value is an {@link SmsError}, also one made by another copy of this package. */
export function isSmsError(value: unknown): value is SmsError {
  return typeof value === 'object' && value !== null && marker in value;
}
