import * as v from 'valibot';
import { brokenText, isBroken } from '../errors/broken-text.js';
import { isLanguageTag, type Localized } from './localized.js';

/** How `sms.verifications` works. Everything has a default that a small app need not touch. */
export interface VerificationOptions {
  /**
   * A secret of at least 32 characters under which codes are kept. Required when a store is shared, the same for all
   * processes; without it each process makes its own. To rotate it, first give all processes the new one as
   * `previous`, then swap the two, and drop the old one after `failureWindowMs`.
   */
  readonly pepper?: string | { readonly current: string; readonly previous?: string | undefined } | undefined;
  /**
   * Who makes the codes. `issued`, the default: a provider that can makes and checks them itself, all others carry
   * a code of ours. `local`: all codes are ours.
   */
  readonly codes?: 'issued' | 'local' | undefined;
  /**
   * What providers of texts send, `{code}` and `{minutes}` included. Default: an English sentence.
   * Give this or `template`.
   */
  readonly text?: Localized | undefined;
  /** A template of the catalogue that carries our codes. It has the parameter `code`, and may have `minutes`. */
  readonly template?: Localized | undefined;
  /** Digits of a code of ours, 6 to 10. Default 6, the least that NIST SP 800-63B-4 allows. */
  readonly codeLength?: number | undefined;
  /** How long a code is good for, in milliseconds, up to 10 minutes as NIST asks. Default 300000, five minutes. */
  readonly lifetimeMs?: number | undefined;
  /** Checks of one code at most, 1 to 10. Default 5. */
  readonly maxChecks?: number | undefined;
  /** Wrong codes for one phone and purpose, over all its codes, 1 to 100. Default 15. An approval forgets them. */
  readonly maxFailures?: number | undefined;
  /** How long wrong codes count, in milliseconds from the first, up to 24 days. Default 24 hours. */
  readonly failureWindowMs?: number | undefined;
  /** Keeps apart the codes and limits of apps that share stores and a pepper; not idempotency keys. Default: none. */
  readonly tenant?: string | undefined;
}

/** {@link VerificationOptions} with every default filled in. */
export interface ParsedVerificationOptions {
  readonly pepper: { readonly current: string; readonly previous: string | undefined } | undefined;
  readonly codes: 'issued' | 'local';
  readonly message: { readonly kind: 'text' | 'template'; readonly names: Localized };
  readonly codeLength: number;
  readonly lifetimeMs: number;
  readonly maxChecks: number;
  readonly maxFailures: number;
  readonly failureWindowMs: number;
  readonly tenant: string;
}

export const defaultText = 'Your verification code is {code}. It is good for {minutes} minutes. Do not share it.';

const whole = (least: number, most: number, expected: string) => {
  const message = `must be a whole number of ${expected}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
};
const secret = v.pipe(
  v.string(),
  v.minLength(32, 'must have at least 32 characters; make one with: openssl rand -base64 32'),
);
const localized = (what: string, example: string) =>
  v.pipe(
    v.custom<Localized>(
      (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
      `must be ${what}, or an object of them by language such as { ${example} }`,
    ),
    v.check((texts) => (typeof texts === 'string' ? texts !== '' : Object.keys(texts).length > 0), 'must not be empty'),
    v.check(
      (texts) => typeof texts === 'string' || Object.keys(texts).every(isLanguageTag),
      'has a key that is no language tag; write en or zh-CN',
    ),
    v.check(
      (texts) =>
        typeof texts === 'string' || Object.values(texts).every((text) => typeof text === 'string' && text !== ''),
      `must hold ${what} for each language`,
    ),
    v.check(
      (texts) => ![texts].flatMap((each) => (typeof each === 'string' ? each : Object.values(each))).some(isBroken),
      brokenText,
    ),
  );

/** Checks {@link VerificationOptions}; a part of the schema of the client's options. */
export const verificationOptionsSchema = v.pipe(
  v.strictObject({
    pepper: v.optional(
      v.union(
        [
          secret,
          v.pipe(
            v.strictObject({ current: secret, previous: v.optional(secret) }),
            v.check(({ current, previous }) => current !== previous, 'current and previous must differ'),
          ),
        ],
        'must be a secret of at least 32 characters, or { current, previous }; make one with: openssl rand -base64 32',
      ),
    ),
    codes: v.optional(v.picklist(['issued', 'local'], 'must be issued or local')),
    text: v.optional(localized('a text with {code} in it', "en: '…'")),
    template: v.optional(localized('the name of a template', "en: '…'")),
    codeLength: v.optional(whole(6, 10, 'digits, from 6 to 10')),
    lifetimeMs: v.optional(whole(1_000, 600_000, 'milliseconds, from a second to 10 minutes')),
    maxChecks: v.optional(whole(1, 10, 'checks, from 1 to 10')),
    maxFailures: v.optional(whole(1, 100, 'wrong codes, from 1 to 100')),
    failureWindowMs: v.optional(whole(60_000, 24 * 86_400_000, 'milliseconds, from a minute to 24 days')),
    tenant: v.optional(
      v.pipe(
        v.string('must be a string'),
        v.maxLength(128, 'must have at most 128 characters'),
        v.check((tenant) => !isBroken(tenant), brokenText),
      ),
    ),
  }),
  v.check(({ text, template }) => text === undefined || template === undefined, 'takes text or template, not both'),
);

/** Fills the defaults in; the options have been checked. */
export function withDefaults(options: VerificationOptions): ParsedVerificationOptions {
  const { pepper, text, template } = options;
  return {
    pepper:
      typeof pepper === 'string'
        ? { current: pepper, previous: undefined }
        : pepper && { current: pepper.current, previous: pepper.previous },
    codes: options.codes ?? 'issued',
    message:
      template === undefined ? { kind: 'text', names: text ?? defaultText } : { kind: 'template', names: template },
    codeLength: options.codeLength ?? 6,
    lifetimeMs: options.lifetimeMs ?? 300_000,
    maxChecks: options.maxChecks ?? 5,
    maxFailures: options.maxFailures ?? 15,
    failureWindowMs: options.failureWindowMs ?? 86_400_000,
    tenant: options.tenant ?? '',
  };
}
