import * as v from 'valibot';
import { idempotencyTtl, messagesSchema, noGuardRule, settingsEntries } from '../client/settings-entries.js';
import type { SmsClientOptions } from '../client/sms-client-options.js';
import {
  breakerEntries,
  breakerTimes,
  type CircuitBreakerOptions,
} from '../delivery/circuits/circuit-breaker-options.js';
import { type GuardOptions, guardEntries } from '../guard/guard-options.js';
import { noOptOutRule, noWordTwice, type OptOutOptions, optOutEntries } from '../opt-out/opt-out-options.js';
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
import { oneCarrier, type VerificationOptions, verificationEntries } from '../verification/verification-options.js';
import { webhookOptionsSchema } from '../webhooks/webhook-options.js';
import type { ConfigPath } from './problems.js';
import { literalSecretProblem, referenceProblem, reportProviderProblems } from './provider-config-problems.js';
import { isReference } from './references.js';

/**
 * A client's options as data: what a JSON file may hold. `docs/configuration.md` has a table of every setting.
 * It never holds a secret: those stay in the environment, and an {@link EnvReference} says where.
 */
export interface SmsConfig
  extends Omit<
    SmsClientOptions,
    'providers' | 'breaker' | 'idempotency' | 'verification' | 'guard' | 'optOut' | 'stores'
  > {
  /** The accounts that may send; without routes their order is the priority. */
  readonly providers: readonly ProviderConfig[];
  /** When a provider's circuit opens, and for how long. */
  readonly breaker?: Omit<CircuitBreakerOptions, 'random'> | undefined;
  /** For how long idempotency keys are kept, in milliseconds. Default 24 hours. */
  readonly idempotency?: { readonly ttlMs?: number | undefined } | undefined;
  /** How codes are made, sent and checked. */
  readonly verification?: VerificationConfig | undefined;
  /** How verifications are kept from abuse; false: not at all. `screen` is code, and is added to the options. */
  readonly guard?: Omit<GuardOptions, 'screen'> | false | undefined;
  /** What is done about people who want no messages; false: nothing. A pepper of its own is added to the options. */
  readonly optOut?: Omit<OptOutOptions, 'pepper'> | false | undefined;
}

/** {@link VerificationOptions}, without a secret. */
export interface VerificationConfig extends Omit<VerificationOptions, 'pepper'> {
  /** Where the secret is under which codes are kept: `{ "env": "POLYSMS_PEPPER" }`. */
  readonly pepper?:
    | EnvReference
    | { readonly current: EnvReference; readonly previous?: EnvReference | undefined }
    | undefined;
}

/** One account: the name of its factory, and the options that the factory takes. */
export interface ProviderConfig {
  /** Which factory makes it: a key of the `factories` that the app passes. */
  readonly type: string;
  /** The account's name in routes, errors and events. The default is the factory's own. */
  readonly id?: string | EnvReference | undefined;
  /** Handed to the factory, with the value of the variable in the place of every {@link EnvReference}. */
  readonly [option: string]: ConfigValue | undefined;
}

/** Stands for the value of a variable of the environment: `{ "env": "MOB_APP_KEY" }`. */
export type EnvReference = {
  /** The variable. It is an error if it is not set, or empty. */
  readonly env: string;
  /** `text`, the default: the value as it is. `json`: the value is read as JSON: a number, `true`, a list. */
  readonly as?: 'text' | 'json' | undefined;
};

/** What JSON can hold. */
export type ConfigValue =
  | string
  | number
  | boolean
  | null
  | EnvReference
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

const provider = v.pipe(
  v.custom<ProviderConfig>(isPlainObject, 'must be an object with the type of a provider and its options'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { type, ...options } = dataset.value;
    const refuse = (path: ConfigPath, message: string) => addIssue({ message, path: pathTo(dataset.value, ...path) });
    if (typeof type !== 'string') refuse(['type'], 'must be the name of a factory, such as mob');
    if (options.id !== undefined && typeof options.id !== 'string' && !isReference(options.id)) {
      refuse(['id'], 'must be a text');
    }
    reportProviderProblems(options, refuse);
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
const secretReference = v.custom<EnvReference>(
  (value) => secretProblem(value) === undefined,
  ({ input }) => String(secretProblem(input)),
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
    messages: v.optional(messagesSchema),
    webhooks: v.optional(webhookOptionsSchema),
    verification: v.optional(v.pipe(section({ pepper: v.optional(pepper), ...verificationEntries }), oneCarrier())),
    guard: v.optional(sectionOrFalse(section(guardEntries), noGuardRule)),
    optOut: v.optional(sectionOrFalse(v.pipe(section(optOutEntries), noWordTwice()), noOptOutRule)),
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
