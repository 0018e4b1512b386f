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
import { checkedMessageStore } from '../messages/checked-message-store.js';
import { DeliveryWatches } from '../messages/delivery-watches.js';
import { MemoryMessageStore } from '../messages/memory-message-store.js';
import { MessageLog } from '../messages/message-log.js';
import { isTrackable, RecordedDeliveries } from '../messages/recorded-deliveries.js';
import { Sweeper } from '../messages/sweeper.js';
import { MemoryOptOutStore } from '../opt-out/memory-opt-out-store.js';
import { optOutPepper } from '../opt-out/opt-out-options.js';
import { OptOuts } from '../opt-out/opt-outs.js';
import { dayMs } from '../provider-kit/schema-parts.js';
import { EventHub } from '../telemetry/events.js';
import { CodeSecrets } from '../verification/code-secrets.js';
import { variantsOf } from '../verification/localized.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import { checkCodeSenders, checkVerificationMessages, messageParams } from '../verification/verification-messages.js';
import { VerificationSender } from '../verification/verification-sender.js';
import { VerificationService } from '../verification/verification-service.js';
import { reportUrlOf } from '../webhooks/webhook-options.js';
import { ClientWebhooks, type Webhooks } from '../webhooks/webhooks.js';
import { InFlight } from './in-flight.js';
import { ClientMessages, type Messages } from './messages.js';
import { parseSmsClientOptions, type SmsClientOptions } from './sms-client-options.js';
import { SweepTimer } from './sweep-timer.js';
import { VendorEvents } from './vendor-events.js';
import { type BlockedProviders, ClientVerifications, type Verifications } from './verifications.js';

/** Everything that a client works with. */
export interface Composition {
  readonly accounts: readonly Account[];
  /** Ids of all accounts. */
  readonly providerIds: readonly string[];
  readonly templates: TemplateCatalogue;
  readonly router: Router;
  readonly deliveries: Pick<Router, 'deliver'>;
  readonly watches: DeliveryWatches;
  /** Undefined if nobody can opt out: no provider takes inbound messages, and no store is shared. */
  readonly optOuts: OptOuts | undefined;
  readonly vendorEvents: VendorEvents;
  readonly webhooks: Webhooks;
  /** Where a provider's vendor is to send its reports. */
  reportUrlOf(provider: SmsProvider): string | undefined;
  readonly idempotentSends: IdempotentSends;
  readonly messages: Messages;
  /** Runs the sweep from time to time. */
  readonly sweepTimer: SweepTimer;
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
  const providersById = new Map(providers.map((provider) => [provider.id, provider]));
  const providerIds = [...providersById.keys()];
  const messageStore = stores.messages === undefined ? new MemoryMessageStore() : checkedMessageStore(stores.messages);
  const retainMs = parsed.messages?.retainMs ?? 3 * dayMs;
  const log = new MessageLog({ store: messageStore, retainMs, providers: providersById, events });
  const reports = (id: string) => mayReport(providersById.get(id));
  const watches = new DeliveryWatches({ router, log, reports, maxAttempts: maxAttempts, deadlineMs, inFlight });
  // Nothing is recorded where nothing can be tracked.
  const deliveries = providers.some(isTrackable) ? new RecordedDeliveries({ router, log, watches }) : router;
  const sweeper = new Sweeper({ store: messageStore, log, providers: providersById, deadlineMs });
  const keyTtlMs = parsed.idempotency?.ttlMs ?? dayMs;
  const idempotentSends = new IdempotentSends({ log, ttlMs: keyTtlMs, providers: providerIds });
  const secrets = new CodeSecrets(verification.pepper, verification.tenant);
  const ownLimits = stores.limits === undefined ? new MemoryLimitStore() : undefined;
  const guard = guardOf(parsed, ownLimits, secrets, events);
  const optOuts = optOutsOf(parsed);
  const vendorEvents = new VendorEvents({ log, store: messageStore, optOuts, events, deadlineMs });
  const reportUrlOf = reportUrls(parsed);
  const sender = new VerificationSender({
    accounts: accountsById,
    router,
    deliveries,
    templates,
    texts: textsOf(verification.message, providers),
    codes: verification.codes,
    onUnknown: onUnknown?.verification ?? 'failover',
    deliverWithinMs: verification.deliverWithinMs,
    reportUrlOf,
  });
  const verificationStore = stores.verification ?? new MemoryVerificationStore();
  const service = new VerificationService({ options: verification, secrets, store: verificationStore, sender });
  const phoneLimits = parsed.guard?.limits.phone ?? [];
  const resendAfterMs = Math.max(0, ...phoneLimits.map(({ max, windowMs }) => (max === 1 ? windowMs : 0)));
  return {
    accounts,
    providerIds,
    templates,
    router,
    deliveries,
    watches,
    optOuts,
    vendorEvents,
    webhooks: new ClientWebhooks({
      providers: providersById,
      sink: (provider, event) => vendorEvents.take(provider, event),
      options: parsed.webhooks,
      inFlight,
    }),
    reportUrlOf,
    idempotentSends,
    messages: new ClientMessages({
      ...{ log, store: messageStore, sweeper, watches, inFlight, deadlineMs, defaultCountry, keyTtlMs, reports },
    }),
    sweepTimer: sweepTimerOf(parsed, sweeper, inFlight),
    guard,
    verifications: new ClientVerifications({
      service,
      guard,
      resendAfterMs,
      watches,
      inFlight,
      events,
      deadlineMs,
      defaultCountry,
      blockedProviders: verificationsBlocked(parsed, optOuts),
    }),
    events,
    inFlight,
    defaultCountry,
    deadlineMs,
    onUnknown: onUnknown?.message ?? 'stop',
    dispose: () => ownLimits?.clear(),
  };
}

/** Whether something comes back from a provider by itself. */
function mayReport(provider: SmsProvider | undefined): boolean {
  return provider !== undefined && (provider.webhooks !== null || provider.events !== null);
}

function optOutsOf({ optOut, stores, providers, verification }: ParsedOptions): OptOuts | undefined {
  if (optOut === undefined) return undefined;
  if (stores.optOuts === undefined && !providers.some(isTrackable)) return undefined;
  const store = stores.optOuts ?? new MemoryOptOutStore();
  const pepper = optOutPepper(optOut, verification.pepper, store);
  const secrets = new CodeSecrets(
    pepper === undefined ? undefined : { current: pepper, previous: undefined },
    verification.tenant,
  );
  const keyOf = store.isShared ? (text: string) => secrets.keyOf(text) : (text: string) => text;
  return new OptOuts({ store, words: optOut.words, reports: optOut.reports, keyOf });
}

/** Which providers must not send a verification to a phone: none, unless the client keeps these from who opted out. */
function verificationsBlocked({ optOut, providers }: ParsedOptions, optOuts: OptOuts | undefined): BlockedProviders {
  if (optOuts === undefined || optOut?.verifications !== true) return () => undefined;
  const ids = providers.map(({ id }) => id);
  return async (to, deadline) => optOuts.blockedProviders({ to, senderId: undefined, providers: ids }, deadline);
}

function reportUrls({ webhooks, providers }: ParsedOptions): (provider: SmsProvider) => string | undefined {
  const { publicUrl } = webhooks;
  if (publicUrl === undefined) return () => undefined;
  const callable = providers.filter((provider) => provider.webhooks !== null);
  const urls = new Map(callable.map(({ id }) => [id, reportUrlOf(publicUrl, id)]));
  return ({ id }) => urls.get(id);
}

function sweepTimerOf({ messages, providers }: ParsedOptions, sweeper: Sweeper, inFlight: InFlight): SweepTimer {
  const everyMs = messages?.sweepEveryMs ?? 30_000;
  const canAsk = providers.some(({ lookup }) => lookup !== null);
  return new SweepTimer(sweeper, inFlight, canAsk ? everyMs : false);
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
