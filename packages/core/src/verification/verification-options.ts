import * as v from 'valibot';
import { brokenText, isBroken } from '../errors/shown-name.js';
import {
  byName,
  dayMs,
  either,
  isObject,
  minuteMs,
  pathTo,
  secondMs,
  secret,
  section,
  text,
  wholeNumber,
} from '../provider-kit/schema-parts.js';
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
  /**
   * By when after its acceptance a code is to be delivered, in milliseconds, from a second to 10 minutes. If the vendor
   * has not reported that by then, or reports a failure of its own, the next provider carries our code, and both codes
   * are good. Providers that do not report are not waited for. Default: no limit.
   */
  readonly deliverWithinMs?: number | undefined;
  /** Checks of one code at most, 1 to 10. Default 5. */
  readonly maxChecks?: number | undefined;
  /** Wrong codes for one phone and purpose, over all its codes, 1 to 100. Default 15. An approval forgets them. */
  readonly maxFailures?: number | undefined;
  /** How long wrong codes count, in milliseconds from the first, up to 24 days. Default 24 hours. */
  readonly failureWindowMs?: number | undefined;
  /** Keeps apart the codes and limits of apps that share stores and a pepper; not idempotency keys. Default: none. */
  readonly tenant?: string | undefined;
}

export const defaultText = 'Your verification code is {code}. It is good for {minutes} minutes. Do not share it.';

const pepper = secret('must be a secret of at least 32 characters, or { current, previous }');

/** The secret, or the two of a rotation. */
export const pepperSchema = either(
  isObject,
  v.pipe(
    section({ current: pepper, previous: v.optional(pepper) }),
    v.check(({ current, previous }) => current !== previous, 'current and previous must differ'),
  ),
  pepper,
);

const language = v.pipe(
  v.string(),
  v.check((tag: string) => isLanguageTag(tag), 'is not a language; write a BCP 47 tag such as en or zh-CN'),
);

function localized(expected: string) {
  const one = v.pipe(
    text(expected),
    v.check((each) => !isBroken(each), brokenText),
  );
  const byLanguage = v.pipe(
    byName(one, expected, language),
    v.check((all) => Object.keys(all).length > 0, expected),
  );
  return v.optional(either(isObject, byLanguage, one));
}

/** The options that are no secret. */
export const verificationEntries = {
  codes: v.optional(v.picklist(['issued', 'local'], 'must be issued or local')),
  text: localized('must be a text with {code} in it, or an object of texts by language such as en'),
  template: localized('must be the name of a template, or an object of names by language such as en'),
  codeLength: v.optional(wholeNumber(6, 10, 'digits, from 6 to 10')),
  lifetimeMs: v.optional(wholeNumber(secondMs, 10 * minuteMs, 'milliseconds, from a second to 10 minutes')),
  deliverWithinMs: v.optional(wholeNumber(secondMs, 10 * minuteMs, 'milliseconds, from a second to 10 minutes')),
  maxChecks: v.optional(wholeNumber(1, 10, 'checks, from 1 to 10')),
  maxFailures: v.optional(wholeNumber(1, 100, 'wrong codes, from 1 to 100')),
  failureWindowMs: v.optional(wholeNumber(minuteMs, 24 * dayMs, 'milliseconds, from a minute to 24 days')),
  tenant: v.optional(
    v.pipe(
      v.string('must be a string'),
      v.maxLength(128, 'must have at most 128 characters'),
      v.check((tenant) => !isBroken(tenant), brokenText),
    ),
  ),
};

/** A code is carried by a text or by a template. */
export const oneCarrier = <Options extends { text?: unknown; template?: unknown }>() =>
  v.rawCheck<Options>(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.value.text === undefined || dataset.value.template === undefined) return;
    addIssue({ message: 'must not be set beside text; keep one of them', path: pathTo(dataset.value, 'template') });
  });

/** Checks {@link VerificationOptions}; a part of the schema of the client's options. */
export const verificationOptionsSchema = v.pipe(
  section({ pepper: v.optional(pepperSchema), ...verificationEntries }),
  oneCarrier(),
);

/** {@link VerificationOptions} with every default filled in. */
export type ParsedVerificationOptions = ReturnType<typeof withDefaults>;

/** Fills the defaults in; the options have been checked. */
export function withDefaults(options: VerificationOptions) {
  const { pepper, text, template } = options;
  return {
    pepper:
      typeof pepper === 'string'
        ? { current: pepper, previous: undefined }
        : pepper && { current: pepper.current, previous: pepper.previous },
    codes: options.codes ?? 'issued',
    message:
      template === undefined
        ? ({ kind: 'text', names: text ?? defaultText } as const)
        : ({ kind: 'template', names: template } as const),
    codeLength: options.codeLength ?? 6,
    lifetimeMs: options.lifetimeMs ?? 5 * minuteMs,
    deliverWithinMs: options.deliverWithinMs,
    maxChecks: options.maxChecks ?? 5,
    maxFailures: options.maxFailures ?? 15,
    failureWindowMs: options.failureWindowMs ?? dayMs,
    tenant: options.tenant ?? '',
  };
}
