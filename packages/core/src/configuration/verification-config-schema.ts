import * as v from 'valibot';
import { isLanguageTag } from '../verification/localized.js';
import { verificationOptionsSchema } from '../verification/verification-options.js';
import { byName, text } from './config-entries.js';
import { issuePath, section } from './config-section.js';
import { isPlainObject, isReference } from './config-values.js';
import { literalSecretProblem, referenceProblem } from './provider-config-problems.js';
import type { EnvReference } from './sms-config.js';

/** A secret: where it is, never what it is. */
const secretReference = v.pipe(
  v.custom<EnvReference>(() => true),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = secretProblem(dataset.value);
    if (problem !== undefined) addIssue({ message: problem });
  }),
);

function secretProblem(value: unknown): string | undefined {
  if (typeof value === 'string') return literalSecretProblem;
  return isReference(value) ? referenceProblem(value) : 'must be { "env": "NAME_OF_A_VARIABLE" }';
}

const rotatedSecret = section({ current: secretReference, previous: v.optional(secretReference) });

const pepper = v.optional(
  v.lazy((input) => (isPlainObject(input) && !isReference(input) ? rotatedSecret : secretReference)),
);

const language = v.pipe(
  v.string(),
  v.check((tag: string) => isLanguageTag(tag), 'is not a language; write a BCP 47 tag such as en or zh-CN'),
);

function localized(expected: string) {
  const one = text(expected);
  const byLanguage = v.pipe(
    byName(one, expected, language),
    v.check((all) => Object.keys(all).length > 0, expected),
  );
  return v.optional(v.lazy((input) => (isPlainObject(input) ? byLanguage : one)));
}

const { codes, codeLength, lifetimeMs, maxChecks, maxFailures, failureWindowMs, tenant } =
  verificationOptionsSchema.entries;

/** The options of verifications as data: all of them, with references in the place of secrets. */
export const verificationConfig = v.optional(
  v.pipe(
    section({
      pepper,
      codes,
      text: localized('must be a text with {code} in it, or an object of texts by language such as en'),
      template: localized('must be the name of a template, or an object of names by language such as en'),
      codeLength,
      lifetimeMs,
      maxChecks,
      maxFailures,
      failureWindowMs,
      tenant,
    }),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed || dataset.value.text === undefined || dataset.value.template === undefined) return;
      addIssue({
        message: 'must not be set beside text; keep one of them',
        path: issuePath(dataset.value, ['template']),
      });
    }),
  ),
);
