import type { SmsErrorCode } from './error-codes.js';
import { errorKind, transportCodeOf } from './foreign-error.js';
import { escaped, redactDigits, safeProviderCode, shownName } from './shown-name.js';

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
  return redactDigits(shown.split('\n').map(escaped).join('\n'));
}

function redactAttempt(attempt: Attempt): Attempt {
  const providerCode = safeProviderCode(attempt.providerCode);
  return providerCode === undefined ? attempt : { ...attempt, providerCode };
}

/** Whether a caught value is an {@link SmsError}, also one made by another copy of this package. */
export function isSmsError(value: unknown): value is SmsError {
  return typeof value === 'object' && value !== null && marker in value;
}

/** What is described: the fields that are safe to show, the stack, and the name and message of the cause. */
type Described = Omit<SmsErrorJson, 'name'> & Pick<Error, 'stack' | 'cause'>;

/** An error as text: what happened, one row for each attempt, then where. */
export function describeSmsError(error: Described): string {
  const { code, outcome, message, provider, providerCode, retryAfterMs, attempts, stack = '', cause } = error;
  const facts = [
    outcome === 'unknown' ? 'the message may have been sent' : 'nothing was sent',
    provider === undefined ? '' : `provider ${shownName(provider)}`,
    providerCode === undefined ? '' : `vendor code ${providerCode}`,
    retryAfterMs === undefined ? '' : `try again in ${Math.ceil(retryAfterMs / 1000)} s`,
  ];
  const lines = [`SmsError ${code} (${outcome}): ${message}`, `  ${facts.filter((fact) => fact !== '').join(', ')}`];
  if (attempts.length > 0) lines.push('  attempts:', ...table(attempts));
  // Its message is left out: a provider's author may have passed on anything.
  if (cause !== undefined) lines.push(`  cause: ${errorKind(cause)} ${transportCodeOf(cause) ?? ''}`.trimEnd());
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return [...lines, ...frames].join('\n');
}

function table(attempts: readonly Attempt[]): string[] {
  const rows = attempts.map(({ provider, outcome, code, providerCode, durationMs }, index) => [
    String(index + 1),
    shownName(provider),
    outcome,
    code ?? '',
    providerCode ?? '',
    `${durationMs.toFixed(1)} ms`,
  ]);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `    ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}
