import type { SmsProvider } from '../contract/sms-provider.js';
import type { Account } from '../delivery/account.js';
import { Circuit } from '../delivery/circuits/circuit.js';
import { breakerSettings } from '../delivery/circuits/circuit-breaker-options.js';
import { RetryBudget } from '../delivery/further-attempts.js';
import { Router } from '../delivery/router.js';
import { createTemplateCatalogue, type TemplateCatalogue } from '../delivery/templates/catalogue.js';
import { AbuseGuard } from '../guard/abuse-guard.js';
import { MemoryLimitStore } from '../guard/memory-limit-store.js';
import { IdempotentSends } from '../idempotency/idempotent-sends.js';
import { MemoryIdempotencyStore } from '../idempotency/memory-idempotency-store.js';
import { dayMs } from '../provider-kit/schema-parts.js';
import { EventHub } from '../telemetry/events.js';
import { CodeSecrets } from '../verification/code-secrets.js';
import { variantsOf } from '../verification/localized.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import { checkCodeSenders, checkVerificationMessages, messageParams } from '../verification/verification-messages.js';
import { VerificationSender } from '../verification/verification-sender.js';
import { VerificationService } from '../verification/verification-service.js';
import { InFlight } from './in-flight.js';
import { parseSmsClientOptions, type SmsClientOptions } from './sms-client-options.js';
import { ClientVerifications, type Verifications } from './verifications.js';

/** Everything that a client works with. */
export interface Composition {
  readonly accounts: readonly Account[];
  readonly templates: TemplateCatalogue;
  readonly router: Router;
  readonly idempotentSends: IdempotentSends;
  /** Undefined if the client has none. */
  readonly guard: AbuseGuard | undefined;
  readonly verifications: Verifications;
  readonly events: EventHub;
  readonly inFlight: InFlight;
  readonly defaultCountry: string | undefined;
  readonly deadlineMs: number;
  readonly onUnknown: 'stop' | 'failover';
  /** Ends what was made for this client alone. */
  dispose(): void;
}

type ParsedOptions = ReturnType<typeof parseSmsClientOptions>;

/**
 * Checks the options of a client, and makes its parts from them. Starts nothing and opens nothing.
 *
 * @throws SmsError `configuration_invalid`, naming the option
 */
export function compose(options: SmsClientOptions): Composition {
  const parsed = parseSmsClientOptions(options);
  const {
    providers,
    routes,
    defaultCountry,
    deadlineMs,
    maxAttempts,
    attemptTimeoutMs,
    verification,
    stores,
    onUnknown,
  } = parsed;
  const templates = templatesOf(parsed);
  checkVerificationMessages(verification.message, templates);
  if (meansToVerify(options.verification)) checkCodeSenders(providers, routes, verification, templates);
  const events = new EventHub();
  const inFlight = new InFlight();
  const accounts = accountsOf(parsed, events);
  const accountsById = new Map(accounts.map((account) => [account.id, account]));
  const budget = new RetryBudget(options.retryBudget);
  const router = new Router({ accounts: accountsById, routes, maxAttempts, attemptTimeoutMs, budget, events });
  const secrets = new CodeSecrets(verification.pepper, verification.tenant);
  const ownLimits = stores.limits === undefined ? new MemoryLimitStore() : undefined;
  const guard = guardOf(parsed, ownLimits, secrets, events);
  const sender = new VerificationSender({
    accounts: accountsById,
    router,
    templates,
    texts: textsOf(verification.message, providers),
    codes: verification.codes,
    onUnknown: onUnknown?.verification ?? 'failover',
  });
  const verificationStore = stores.verification ?? new MemoryVerificationStore();
  const service = new VerificationService({ options: verification, secrets, store: verificationStore, sender });
  const phoneLimits = parsed.guard?.limits.phone ?? [];
  const resendAfterMs = Math.max(0, ...phoneLimits.map(({ max, windowMs }) => (max === 1 ? windowMs : 0)));
  const idempotencyStore = stores.idempotency ?? parsed.idempotency?.store ?? new MemoryIdempotencyStore();
  return {
    accounts,
    templates,
    router,
    idempotentSends: new IdempotentSends(idempotencyStore, parsed.idempotency?.ttlMs ?? dayMs),
    guard,
    verifications: new ClientVerifications({
      service,
      guard,
      resendAfterMs,
      inFlight,
      events,
      deadlineMs,
      defaultCountry,
    }),
    events,
    inFlight,
    defaultCountry,
    deadlineMs,
    onUnknown: onUnknown?.message ?? 'stop',
    dispose: () => ownLimits?.clear(),
  };
}

function accountsOf({ providers, breaker }: ParsedOptions, events: EventHub): readonly Account[] {
  const settings = breakerSettings(breaker ?? {});
  return providers.map((provider) => {
    const circuit = new Circuit(provider.id, settings);
    circuit.onStateChange((change) => events.emit('circuit', { provider: provider.id, ...change }));
    return { id: provider.id, provider, circuit };
  });
}

function guardOf(
  { guard, routes, stores }: ParsedOptions,
  ownLimits: MemoryLimitStore | undefined,
  secrets: CodeSecrets,
  events: EventHub,
): AbuseGuard | undefined {
  const store = stores.limits ?? ownLimits;
  if (guard === undefined || store === undefined) return undefined;
  // Keys hide numbers and addresses in a shared store. In the memory of this process they need not.
  const keyOf = store.isShared ? (text: string) => secrets.keyOf(text) : (text: string) => text;
  return new AbuseGuard({ options: guard, store, keyOf, routes, events });
}

/** A pepper and a tenant are for shared limits, too: an app that never verifies a phone may have them. */
function meansToVerify(options: SmsClientOptions['verification']): boolean {
  return Object.keys(options ?? {}).some((name) => name !== 'pepper' && name !== 'tenant');
}

/** The templates of the app. With `codes: 'issued'`, a provider that makes codes need not render the template for codes. */
function templatesOf({ providers, routes, templates, verification }: ParsedOptions): TemplateCatalogue {
  const routed = new Set(routes.flatMap((route) => route.providers));
  const { kind, names } = verification.message;
  const carriers = new Set(kind === 'template' ? variantsOf(names) : []);
  const issuers = new Set(providers.flatMap((each) => (each.verification === null ? [] : each.id)));
  return createTemplateCatalogue(
    templates,
    providers.filter(({ id }) => routed.has(id)),
    providers,
    (name, id) => verification.codes === 'issued' && carriers.has(name) && issuers.has(id),
  );
}

/** The texts for codes as a catalogue, named by their own words. No provider is required to send texts. */
function textsOf(
  { kind, names }: ParsedOptions['verification']['message'],
  providers: readonly SmsProvider[],
): TemplateCatalogue {
  const texts = kind === 'text' ? variantsOf(names) : [];
  const templates = Object.fromEntries(texts.map((text) => [text, { params: messageParams, text }]));
  return createTemplateCatalogue(templates, [], providers);
}
