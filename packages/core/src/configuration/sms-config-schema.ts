import * as v from 'valibot';
import { idempotencyTtl, noGuardRule, settingsEntries } from '../client/settings-entries.js';
import { breakerEntries, breakerTimes } from '../delivery/circuits/circuit-breaker-options.js';
import { guardEntries } from '../guard/guard-options.js';
import { checkOptions } from '../provider-kit/options.js';
import {
  byName,
  either,
  isPlainObject,
  pathTo,
  section,
  sectionOrFalse,
  text,
  texts,
} from '../provider-kit/schema-parts.js';
import { oneCarrier, verificationEntries } from '../verification/verification-options.js';
import { isReference } from './config-values.js';
import { literalSecretProblem, providerConfigProblems, referenceProblem } from './provider-config-problems.js';
import type { EnvReference, ProviderConfig, SmsConfig } from './sms-config.js';

const provider = v.pipe(
  v.custom<ProviderConfig>(isPlainObject, 'must be an object with the type of a provider and its options'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { type, ...options } = dataset.value;
    const refuse = (path: readonly (string | number)[], message: string) =>
      addIssue({ message, path: pathTo(dataset.value, ...path) });
    if (typeof type !== 'string') refuse(['type'], 'must be the name of a factory, such as mob');
    if (options.id !== undefined && typeof options.id !== 'string' && !isReference(options.id)) {
      refuse(['id'], 'must be a text');
    }
    for (const { path, problem } of providerConfigProblems(options)) refuse(path, problem);
  }),
);

const vendorParams = "must be a list of parameters, or an object of ours by the vendor's name of each";

const vendorTemplate = section({
  template: text("must be the vendor's id of the template, a text"),
  signature: v.optional(text('must be a text')),
  params: v.optional(either(isPlainObject, byName(text(vendorParams), vendorParams), texts(vendorParams))),
});

const template = section({
  params: v.optional(texts('must be a list of names')),
  text: v.optional(text('must be a text')),
  providers: v.optional(byName(vendorTemplate, 'must be an object by provider id')),
});

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

const pepper = either(
  (input) => isPlainObject(input) && !isReference(input),
  section({ current: secretReference, previous: v.optional(secretReference) }),
  secretReference,
);

const noProviders = 'must be a list of providers, not empty';

const { onUnknown, ...callEntries } = settingsEntries;

/** The client's own options as far as data can hold them, with references in the place of secrets. */
export const settings = v.pipe(
  v.custom<object>(isPlainObject, 'must be an object'),
  section({
    providers: v.pipe(v.array(provider, noProviders), v.nonEmpty(noProviders)),
    ...callEntries,
    breaker: v.optional(v.pipe(section(breakerEntries), breakerTimes())),
    onUnknown,
    templates: v.optional(byName(template, 'must be an object by template name')),
    idempotency: v.optional(section({ ttlMs: v.optional(idempotencyTtl) })),
    verification: v.optional(v.pipe(section({ pepper: v.optional(pepper), ...verificationEntries }), oneCarrier())),
    guard: v.optional(sectionOrFalse(section(guardEntries), noGuardRule)),
  }),
);

/**
 * What a configuration file may hold, for this and for other tools: a Valibot schema, and so a Standard Schema.
 *
 * It checks every setting by itself, and refuses secrets. Whether the variables are set, the factories take their
 * options and the routes name providers that exist is only known when the client is made.
 */
export const smsConfigSchema: v.GenericSchema<unknown, SmsConfig> = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const checked = checkOptions(settings, dataset.value);
    if (checked.problems === undefined) return checked.value;
    for (const { path, problem } of checked.problems) {
      // Code has options, a file has settings.
      const message = problem
        .replace('is not an option', 'is not a setting')
        .replace('the options here', 'the settings here');
      addIssue({ message, path: pathTo({}, ...path.map((key) => key as string | number)) });
    }
    return NEVER;
  }),
);
