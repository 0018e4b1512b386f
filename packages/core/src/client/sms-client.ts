import type { CallContext, SmsProvider } from '../contract/sms-provider.js';
import { type SendManyOptions, type SendManyResult, sendMany } from '../delivery/batches/send-many.js';
import { type GuardedProvider, withCircuitBreaker } from '../delivery/circuits/circuit-breaker.js';
import { Dispatcher } from '../delivery/dispatcher.js';
import { IdempotentSends } from '../delivery/idempotency/idempotent-sends.js';
import { MemoryIdempotencyStore } from '../delivery/idempotency/memory-idempotency-store.js';
import type { Route } from '../delivery/plan-route.js';
import { type Preparation, prepareMessage } from '../delivery/prepare-message.js';
import type { ProviderHealth } from '../delivery/provider-health.js';
import type { Receipt } from '../delivery/receipt.js';
import { RetryBudget } from '../delivery/retry-budget.js';
import { invalidRequest, readSendRequest, type SendRequest } from '../delivery/send-request.js';
import { createTemplateCatalogue, type TemplateCatalogue } from '../delivery/templates/catalogue.js';
import { errorKind } from '../errors/error-kind.js';
import { isSmsError } from '../errors/sms-error.js';
import { AbuseGuard } from '../guard/abuse-guard.js';
import type { LimitStore } from '../guard/limit-store.js';
import { MemoryLimitStore } from '../guard/memory-limit-store.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { EventHub } from '../telemetry/event-hub.js';
import type { SmsEvents } from '../telemetry/events.js';
import { CodeSecrets } from '../verification/code-secrets.js';
import { variantsOf } from '../verification/localized.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import { VerificationService } from '../verification/verification-service.js';
import { CallsUnderWay } from './calls-under-way.js';
import { costsNothing } from './costs-nothing.js';
import { parseSmsClientOptions, type SmsClientOptions } from './sms-client-options.js';
import { checkCarriers, checkVerificationMessages, messageParams } from './verification-messages.js';
import { VerificationSender } from './verification-sender.js';
import { ClientVerifications, type Verifications } from './verifications.js';

/** Sends messages through whichever provider is able and well. */
export interface SmsClient extends AsyncDisposable {
  /**
   * Sends one message and resolves when a provider has taken it.
   *
   * @throws SmsError in every other case; its `outcome` says whether the message may have been sent all the same
   */
  send(request: SendRequest): Promise<Receipt>;
  /**
   * Sends many messages, some at a time, and yields a result for each as it settles. The next ones are begun as
   * results are taken, so memory stays bounded and a slow consumer slows the sending. No failure ends the batch.
   */
  sendMany(
    requests: Iterable<SendRequest> | AsyncIterable<SendRequest>,
    options?: SendManyOptions,
  ): AsyncGenerator<SendManyResult<SendRequest, Receipt>, void, undefined>;
  /** Codes that prove that a person has a phone. */
  readonly verifications: Verifications;
  /** How every provider is doing, by its id. */
  health(): Readonly<Record<string, ProviderHealth>>;
  /** Listens to an event. Dispose of what it returns to stop. A listener that throws changes nothing. */
  on<Name extends keyof SmsEvents>(name: Name, listener: (event: SmsEvents[Name]) => void): Disposable;
  /** Refuses further calls, waits for those under way, then closes the circuits and the providers. May be called twice. */
  close(): Promise<void>;
}

/**
 * Makes a client over one or more providers. It owns them: closing it closes them.
 *
 * @throws SmsError `configuration_invalid`, naming the option
 */
export function createSmsClient(options: SmsClientOptions): SmsClient {
  return new RoutingClient(options);
}

/** Providers close in milliseconds: the calls that they would have to wait for have ended. */
const longestCloseMs = 10_000;
const defaultTtlMs = 24 * 60 * 60 * 1000;

class RoutingClient implements SmsClient {
  readonly verifications: Verifications;
  readonly #providers: ReadonlyMap<string, GuardedProvider>;
  readonly #catalogue: TemplateCatalogue;
  readonly #dispatcher: Dispatcher;
  readonly #idempotentSends: IdempotentSends;
  readonly #guard: AbuseGuard | undefined;
  /** Made for this client, and so ended with it. */
  readonly #ownLimits: MemoryLimitStore | undefined;
  readonly #events = new EventHub();
  readonly #calls = new CallsUnderWay();
  readonly #deadlineMs: number;
  readonly #onUnknown: 'stop' | 'failover';
  #closed: Promise<void> | undefined;

  constructor(options: SmsClientOptions) {
    const parsed = parseSmsClientOptions(options);
    const { providers, routes, deadlineMs, maxAttempts, breaker, verification, guard, stores, onUnknown } = parsed;
    this.#deadlineMs = deadlineMs;
    this.#onUnknown = onUnknown?.message ?? 'stop';
    this.#catalogue = catalogueOf(parsed);
    checkVerificationMessages(verification.message, this.#catalogue);
    if (meansToVerify(options.verification)) checkCarriers(parsed, this.#catalogue);
    const idempotencyStore = stores.idempotency ?? parsed.idempotency?.store ?? new MemoryIdempotencyStore();
    this.#idempotentSends = new IdempotentSends(idempotencyStore, parsed.idempotency?.ttlMs ?? defaultTtlMs);
    const budget = new RetryBudget(options.retryBudget);
    this.#providers = new Map(providers.map((provider) => [provider.id, withCircuitBreaker(provider, breaker)]));
    for (const provider of this.#providers.values()) {
      provider.onStateChange((change) => this.#events.emit('circuit', { provider: provider.id, ...change }));
    }
    const dispatcher = new Dispatcher({
      providers: this.#providers,
      routes,
      maxAttempts,
      budget,
      events: this.#events,
    });
    this.#dispatcher = dispatcher;
    const secrets = new CodeSecrets(verification.pepper, verification.tenant);
    this.#ownLimits = stores.limits === undefined ? new MemoryLimitStore() : undefined;
    const limits = stores.limits ?? this.#ownLimits;
    this.#guard = guard && limits && makeGuard(guard, routes, limits, secrets, this.#events);
    this.verifications = new ClientVerifications({
      service: new VerificationService({
        options: verification,
        secrets,
        store: stores.verification ?? new MemoryVerificationStore(),
        sender: new VerificationSender({
          providers: this.#providers,
          dispatcher,
          templates: this.#catalogue,
          texts: textCatalogueOf(verification.message, providers),
          codes: verification.codes,
          onUnknown: onUnknown?.verification ?? 'failover',
        }),
      }),
      guard: this.#guard,
      resendAfterMs: Math.max(0, ...(guard?.limits.phone ?? []).map(({ max, windowMs }) => (max === 1 ? windowMs : 0))),
      calls: this.#calls,
      events: this.#events,
      deadlineMs,
    });
  }

  async send(given: SendRequest): Promise<Receipt> {
    const request = readSendRequest(given);
    const preparation = prepareMessage(request, parsePhoneNumber(request.to), this.#catalogue);
    return this.#calls.run(async () => {
      const deadline = deadlineAfter(request.deadlineMs ?? this.#deadlineMs, { signal: request.signal });
      const { idempotencyKey } = request;
      if (idempotencyKey === undefined) return this.#admitAndDeliver(request, preparation, { deadline });
      return this.#idempotentSends.once(idempotencyKey, preparation, deadline, () =>
        this.#admitAndDeliver(request, preparation, { deadline, idempotencyKey }),
      );
    });
  }

  async #admitAndDeliver(request: SendRequest, preparation: Preparation, context: CallContext): Promise<Receipt> {
    if (request.guard !== true) return this.#deliver(request, preparation, context);
    if (this.#guard === undefined) throw invalidRequest('send(): guard: the client was made with guard: false.');
    const { ip, screening } = request;
    const subject = {
      kind: 'message',
      to: preparation.to,
      ip,
      screening,
      purpose: undefined,
      locale: undefined,
    } as const;
    const admission = await this.#guard.admit(subject, context.deadline);
    try {
      return await this.#deliver(request, preparation, context);
    } catch (error) {
      if (isSmsError(error) && costsNothing(error)) admission.giveBack();
      throw error;
    }
  }

  async #deliver(
    request: SendRequest,
    { to, canSend, messageFor }: Preparation,
    context: CallContext,
  ): Promise<Receipt> {
    const { attempts, reference, error } = await this.#dispatcher.dispatch(
      {
        to,
        canSend,
        attempt: (provider, attemptContext) => provider.send(messageFor(provider), attemptContext),
        onUnknown: request.onUnknown ?? this.#onUnknown,
        via: request.via,
        kind: 'message',
      },
      context,
    );
    if (error !== undefined) throw error;
    return { provider: attempts.at(-1)?.provider ?? '', reference, attempts };
  }

  sendMany(
    requests: Iterable<SendRequest> | AsyncIterable<SendRequest>,
    options?: SendManyOptions,
  ): AsyncGenerator<SendManyResult<SendRequest, Receipt>, void, undefined> {
    // The batch's signal stops the intake only: cutting off what has begun would leave its outcome unknown.
    return sendMany((request) => this.send(request), requests, options);
  }

  health(): Readonly<Record<string, ProviderHealth>> {
    return Object.fromEntries([...this.#providers].map(([id, provider]) => [id, provider.health()]));
  }

  on<Name extends keyof SmsEvents>(name: Name, listener: (event: SmsEvents[Name]) => void): Disposable {
    if (!this.#events.has(name)) throw invalidRequest(`on(): there is no event ${String(name)}.`);
    if (typeof listener !== 'function') throw invalidRequest('on(): the listener must be a function.');
    return this.#events.on(name, listener);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#calls.close();
    await this.#guard?.settled();
    this.#ownLimits?.clear();
    await Promise.all([...this.#providers.values()].map(closeInTime));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Closes a provider; one that fails or hangs is told of, and holds nobody up for ever. */
async function closeInTime(provider: GuardedProvider): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), longestCloseMs);
  });
  try {
    if ((await Promise.race([provider.close(), late])) !== 'late') return;
    process.emitWarning(`Provider ${provider.id} did not close in ${longestCloseMs / 1000} s.`, 'PolysmsWarning');
  } catch (error) {
    process.emitWarning(`Provider ${provider.id} failed to close: ${errorKind(error)}`, 'PolysmsWarning');
  } finally {
    clearTimeout(timer);
  }
}

/** A pepper and a tenant are for shared limits, too: an app that never verifies a phone may have them. */
function meansToVerify(options: SmsClientOptions['verification']): boolean {
  return Object.keys(options ?? {}).some((name) => name !== 'pepper' && name !== 'tenant');
}

type ParsedOptions = ReturnType<typeof parseSmsClientOptions>;

/** The templates of the app. A provider that makes codes itself need not render the one that carries ours. */
function catalogueOf({ providers, routes, templates, verification }: ParsedOptions): TemplateCatalogue {
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

/** The texts that carry codes, each under its own words. Whoever sends texts can render them; nobody has to. */
function textCatalogueOf(
  { kind, names }: ParsedOptions['verification']['message'],
  providers: readonly SmsProvider[],
): TemplateCatalogue {
  const texts = kind === 'text' ? variantsOf(names) : [];
  const templates = Object.fromEntries(texts.map((text) => [text, { params: messageParams, text }]));
  return createTemplateCatalogue(templates, [], providers);
}

function makeGuard(
  options: NonNullable<ParsedOptions['guard']>,
  routes: readonly Route[],
  store: LimitStore,
  secrets: CodeSecrets,
  events: EventHub,
): AbuseGuard {
  // In memory nobody else sees the keys.
  const keyOf = store.isShared ? (text: string) => secrets.keyOf(text) : (text: string) => text;
  return new AbuseGuard({ options, store, keyOf, routes, events });
}
