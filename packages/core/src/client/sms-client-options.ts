import * as v from 'valibot';
import type { IssuedVerification, SmsProvider } from '../contract/sms-provider.js';
import { breakerSchema, type CircuitBreakerOptions } from '../delivery/circuits/circuit-breaker-options.js';
import type { RetryBudgetOptions } from '../delivery/further-attempts.js';
import type { Route } from '../delivery/plan-route.js';
import type { TemplateCatalogueOptions } from '../delivery/templates/catalogue.js';
import { listOfNames, shownName, visibleName } from '../errors/shown-name.js';
import { type GuardOptions, guardSchema, withGuardDefaults } from '../guard/guard-options.js';
import type { LimitStore } from '../guard/limit-store.js';
import type { MessageStore } from '../messages/message-store.js';
import { noOptOutRule, type OptOutOptions, optOutSchema, withOptOutDefaults } from '../opt-out/opt-out-options.js';
import type { OptOutStore } from '../opt-out/opt-out-store.js';
import { configurationInvalid, parseOptions } from '../provider-kit/options.js';
import { isPlainObject, section, sectionOrFalse } from '../provider-kit/schema-parts.js';
import {
  type VerificationOptions,
  verificationOptionsSchema,
  withDefaults,
} from '../verification/verification-options.js';
import type { VerificationStore } from '../verification/verification-store.js';
import { type WebhookOptions, webhookOptionsSchema, withWebhookDefaults } from '../webhooks/webhook-options.js';
import { idempotencyTtl, messagesSchema, noGuardRule, settingsEntries } from './settings-entries.js';

/** What {@link createSmsClient} takes. */
export interface SmsClientOptions {
  /** The accounts that may send; without routes their order is the priority. The client closes them. */
  readonly providers: readonly SmsProvider[];
  /** Who sends to which destination; the first route that fits counts. Default: one route for everything. */
  readonly routes?: readonly Route[] | undefined;
  /**
   * Understand numbers as people of this country dial them, `0138 0013 8000` or `00 44 20 …`, in `send()` and in
   * verifications. ISO 3166-1 alpha-2, `CN`. A number with a plus is never changed by it. Default: E.164 only.
   */
  readonly defaultCountry?: string | undefined;
  /** The time for a whole call, over all its attempts, in milliseconds. Default 10000. */
  readonly deadlineMs?: number | undefined;
  /**
   * The time of one attempt while other providers could still be tried after it, in milliseconds: until then it must
   * have been written, and, if the message may arrive twice, answered. The last attempt has all that is left. Default:
   * an equal share of what is left of the deadline, also where this is not shorter than what is left.
   */
  readonly attemptTimeoutMs?: number | undefined;
  /** Attempts of one call at most. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** How far further attempts may go over all calls. */
  readonly retryBudget?: RetryBudgetOptions | undefined;
  /** When a provider's circuit opens, and for how long. */
  readonly breaker?: CircuitBreakerOptions | undefined;
  /**
   * What happens when nobody knows whether a message was sent: `stop` with an error that says so, or `failover` to
   * the next provider. Default: `stop` for messages, `failover` for verifications.
   */
  readonly onUnknown?:
    | { readonly message?: UnknownPolicy | undefined; readonly verification?: UnknownPolicy | undefined }
    | undefined;
  /** What each template's name means to each provider. */
  readonly templates?: TemplateCatalogueOptions | undefined;
  /** How long an idempotency key holds. Default: 24 hours. */
  readonly idempotency?: { readonly ttlMs?: number | undefined } | undefined;
  /** What is recorded of messages. */
  readonly messages?: MessageOptions | undefined;
  /** How vendors call the app, and how their calls are checked. */
  readonly webhooks?: WebhookOptions | undefined;
  /** What is done about people who want no messages; false: nothing. Default: they get none. See `docs/inbound.md`. */
  readonly optOut?: OptOutOptions | false | undefined;
  /** How codes are made, sent and checked. */
  readonly verification?: VerificationOptions | undefined;
  /** How verifications are kept from abuse; false: not at all. Default: on, with the limits of `docs/abuse.md`. */
  readonly guard?: GuardOptions | false | undefined;
  /** Where state is kept, such as `redisStores({ client })` of `@polysms/store-redis`. Default: in memory. */
  readonly stores?: SmsStores | undefined;
}

/** Where a client keeps its state. What is left out is kept in memory: good for one process, until it ends. */
export interface SmsStores {
  readonly verification?: VerificationStore | undefined;
  readonly limits?: LimitStore | undefined;
  readonly messages?: MessageStore | undefined;
  readonly optOuts?: OptOutStore | undefined;
}

/** What is recorded of messages, and when vendors are asked about them. */
export interface MessageOptions {
  /** How long the record of a message is kept, in milliseconds. Default 259200000, three days. */
  readonly retainMs?: number | undefined;
  /**
   * How often vendors are asked about messages of which nobody knows whether they were sent, in milliseconds; false: only
   * by `sms.messages.sweep()`. Default 30000. Without a provider that can be asked, never.
   */
  readonly sweepEveryMs?: number | false | undefined;
}

export type UnknownPolicy = 'stop' | 'failover';

const provider = v.pipe(
  v.custom<SmsProvider>(
    isProvider,
    'must be a provider: an object with specification v1, id, sends (text, template and senderId, each true or false), send, verification (null, or with limits of 1 and more), webhooks, events and lookup (each null or an object) and close',
  ),
  v.check(({ id }) => visibleName.test(id), 'must have an id of 1 to 64 characters that can be seen'),
  v.check(
    ({ id, webhooks }) => webhooks === null || !/^\.{1,2}$/.test(id),
    'must have another id than "." or "..": its vendor calls a URL that ends with it, and these are left out of URLs',
  ),
);

const anyObject = v.custom<never>((value) => typeof value === 'object' && value !== null, 'must be an object');
const store = <Port extends object>(
  port: string,
  methods: readonly (keyof Port & string)[],
  flag?: keyof Port & string,
) =>
  v.custom<Port>(
    (value) => hasMethods(value, methods) && (flag === undefined || typeof (value as Port)[flag] === 'boolean'),
    `must be ${port}, with ${methods.slice(0, -1).join(', ')} and ${methods.at(-1)}${flag === undefined ? '' : `, and ${flag} true or false`}`,
  );
const messageMethods = ['add', 'read', 'replace', 'link', 'find', 'claimDue', 'isFirst', 'forget'] as const;
const verificationMethods = ['open', 'settle', 'check', 'conclude', 'cancel', 'read', 'end'] as const;

const schema = section({
  providers: v.pipe(v.array(provider, 'must be a list of providers'), v.nonEmpty('must name at least one provider')),
  ...settingsEntries,
  breaker: v.optional(breakerSchema),
  templates: v.optional(anyObject),
  idempotency: v.optional(section({ ttlMs: v.optional(idempotencyTtl) })),
  messages: v.optional(messagesSchema),
  webhooks: v.optional(webhookOptionsSchema),
  optOut: v.optional(sectionOrFalse(optOutSchema, noOptOutRule)),
  verification: v.optional(verificationOptionsSchema),
  guard: v.optional(sectionOrFalse(guardSchema, noGuardRule)),
  stores: v.optional(
    v.pipe(
      v.custom<object>(
        isPlainObject, // A `Redis` of ioredis has hundreds of properties, none of which is a store.
        'must be an object of stores, { verification, limits, messages, optOuts }, such as redisStores({ client })',
      ),
      section({
        verification: v.optional(store<VerificationStore>('a VerificationStore', verificationMethods, 'isShared')),
        limits: v.optional(store<LimitStore>('a LimitStore', ['takeAll', 'refund'], 'isShared')),
        messages: v.optional(store<MessageStore>('a MessageStore', messageMethods, 'isShared')),
        optOuts: v.optional(store<OptOutStore>('an OptOutStore', ['add', 'remove', 'has'], 'isShared')),
      }),
    ),
  ),
});

function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
}

function isProvider(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { specification, id, sends, send, verification, close, webhooks, events, lookup } = value as Record<
    string,
    unknown
  >;
  return (
    specification === 'v1' &&
    typeof id === 'string' &&
    id !== '' &&
    hasAllKinds(sends) &&
    typeof send === 'function' &&
    typeof verification === 'object' &&
    hasSoundLimits(verification) &&
    isNullOrHas(webhooks, ['read']) &&
    isNullOrHas(events, ['listen']) &&
    isSoundLookup(lookup) &&
    typeof close === 'function'
  );
}

/** Null must be said: a wrapper that forgot the key would lose reports. */
function isNullOrHas(value: unknown, methods: readonly string[]): boolean {
  return value === null || hasMethods(value, methods);
}

function isSoundLookup(lookup: unknown): boolean {
  if (lookup === null) return true;
  if (!hasMethods(lookup, ['find'])) return false;
  const { visibleAfterMs, absenceProves } = lookup as Record<string, unknown>;
  return typeof visibleAfterMs === 'number' && visibleAfterMs >= 0 && typeof absenceProves === 'boolean';
}

/** All must be there: a provider that says nothing of sender IDs would drop them. */
function hasAllKinds(sends: unknown): boolean {
  if (typeof sends !== 'object' || sends === null) return false;
  return (['text', 'template', 'senderId'] as const).every((kind) => typeof Reflect.get(sends, kind) === 'boolean');
}

/** A provider's word on its codes, if it gives one: a limit of nothing would deliver codes that nobody can check. */
function hasSoundLimits(verification: object | null): boolean {
  const limits = (verification as IssuedVerification | null)?.limits;
  if (limits === undefined) return true;
  if (typeof limits !== 'object' || limits === null) return false;
  const isSound = (value: unknown) => value === undefined || (typeof value === 'number' && value >= 1 && value < 1e12);
  return isSound(limits.maxChecks) && isSound(limits.lifetimeMs);
}

/** @throws SmsError `configuration_invalid`, naming every option that cannot work */
export function parseSmsClientOptions(options: SmsClientOptions) {
  const given = parseOptions('createSmsClient()', schema, options);
  const { deadlineMs = 10_000, maxAttempts = 3, templates = {}, verification = {}, stores = {}, guard = {} } = given;
  const parsed = { ...given, deadlineMs, maxAttempts, templates, verification, stores, guard };
  const ids = parsed.providers.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    throw configurationInvalid(
      `createSmsClient(): providers: two have the id ${shownName(twice)}; give one another id.`,
    );
  }
  for (const [index, { providers }] of (parsed.routes ?? []).entries()) {
    const missing = providers.find((id) => !ids.includes(id));
    if (missing === undefined) continue;
    throw configurationInvalid(
      `createSmsClient(): routes.${index}.providers: there is no provider ${shownName(missing)}; there are ${listOfNames(ids)}.`,
    );
  }
  const { ttlMs } = parsed.idempotency ?? {};
  if (ttlMs !== undefined && ttlMs <= parsed.deadlineMs) {
    throw configurationInvalid(
      'createSmsClient(): idempotency.ttlMs: must be more than deadlineMs, or a key is free before its call has ended.',
    );
  }
  const isShared = parsed.stores.verification?.isShared === true || parsed.stores.limits?.isShared === true;
  if (isShared && parsed.verification.pepper === undefined) {
    throw configurationInvalid(
      'createSmsClient(): verification.pepper: is needed with a shared store: a secret of at least 32 characters, the ' +
        'same for all processes. Make one with: openssl rand -base64 32',
    );
  }
  return {
    ...parsed,
    routes: parsed.routes ?? [{ providers: ids }],
    verification: withDefaults(parsed.verification),
    webhooks: withWebhookDefaults(parsed.webhooks ?? {}),
    optOut: parsed.optOut === false ? undefined : withOptOutDefaults(parsed.optOut ?? {}),
    guard: parsed.guard === false ? undefined : withGuardDefaults(parsed.guard),
  };
}
