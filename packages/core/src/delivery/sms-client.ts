import type { SmsProvider } from '../contract/sms-provider.js';
import { errorKind } from '../errors/error-kind.js';
import { type Attempt, SmsError } from '../errors/sms-error.js';
import { maskPhoneNumber } from '../phone/mask.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { EventHub } from '../telemetry/event-hub.js';
import type { SmsEvents } from '../telemetry/events.js';
import { type GuardedProvider, withCircuitBreaker } from './circuit-breaker.js';
import { deliver } from './deliver.js';
import { deliveryError } from './delivery-error.js';
import { IdempotentSends } from './idempotent-sends.js';
import { MemoryIdempotencyStore } from './memory-idempotency-store.js';
import { planRoute, type Route, type RoutePlan } from './plan-route.js';
import { type Preparation, prepareMessage } from './prepare-message.js';
import type { ProviderHealth } from './provider-health.js';
import type { Receipt } from './receipt.js';
import { RetryBudget } from './retry-budget.js';
import { type SendManyOptions, type SendManyResult, sendMany } from './send-many.js';
import { invalidRequest, readSendRequest, type SendRequest } from './send-request.js';
import { parseSmsClientOptions, type SmsClientOptions } from './sms-client-options.js';
import { createTemplateCatalogue, type TemplateCatalogue } from './template-catalogue.js';

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
  readonly #providers: ReadonlyMap<string, GuardedProvider>;
  readonly #routes: readonly Route[];
  readonly #catalogue: TemplateCatalogue;
  readonly #idempotentSends: IdempotentSends;
  readonly #events = new EventHub();
  readonly #budget: RetryBudget;
  readonly #turns = new Map<string, number>();
  readonly #deadlineMs: number;
  readonly #maxAttempts: number;
  readonly #onUnknown: 'stop' | 'failover';
  #underWay = 0;
  #onIdle = () => {};
  #closed: Promise<void> | undefined;

  constructor(options: SmsClientOptions) {
    const { providers, routes, deadlineMs, maxAttempts, templates, idempotency, breaker } =
      parseSmsClientOptions(options);
    this.#routes = routes;
    this.#deadlineMs = deadlineMs;
    this.#maxAttempts = maxAttempts;
    this.#onUnknown = options.onUnknown?.message ?? 'stop';
    this.#budget = new RetryBudget(options.retryBudget);
    this.#catalogue = createTemplateCatalogue(templates, routedProviders(providers, routes), providers);
    this.#idempotentSends = new IdempotentSends(
      options.idempotency?.store ?? new MemoryIdempotencyStore(),
      idempotency?.ttlMs ?? defaultTtlMs,
    );
    this.#providers = new Map(providers.map((provider) => [provider.id, withCircuitBreaker(provider, breaker)]));
    for (const provider of this.#providers.values()) {
      provider.onStateChange((change) => this.#events.emit('circuit', { provider: provider.id, ...change }));
    }
  }

  async send(given: SendRequest): Promise<Receipt> {
    const request = readSendRequest(given);
    const preparation = prepareMessage(request, parsePhoneNumber(request.to), this.#catalogue);
    if (this.#closed !== undefined) {
      throw new SmsError({ code: 'aborted', outcome: 'not-sent', message: 'The client is closed.' });
    }
    this.#underWay += 1;
    try {
      const deadline = deadlineAfter(request.deadlineMs ?? this.#deadlineMs, { signal: request.signal });
      const { idempotencyKey } = request;
      if (idempotencyKey === undefined) return await this.#deliver(request, preparation, { deadline });
      return await this.#idempotentSends.once(idempotencyKey, preparation, deadline, () =>
        this.#deliver(request, preparation, { deadline, idempotencyKey }),
      );
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#onIdle();
    }
  }

  async #deliver(
    request: SendRequest,
    { to, canSend, messageFor }: Preparation,
    context: Parameters<GuardedProvider['send']>[1],
  ): Promise<Receipt> {
    const onUnknown = request.onUnknown ?? this.#onUnknown;
    const plan = planRoute<GuardedProvider>(
      { to, canSend, via: request.via, isDuplicateHarmless: onUnknown === 'failover', turns: this.#turns },
      this.#providers,
      this.#routes,
      healthOf,
    );
    if (plan.status !== 'planned') {
      const error = planError(plan, this.#providers);
      this.#tellSettled([], error, to, 0);
      throw error;
    }
    if (plan.lane !== undefined) this.#turns.set(plan.lane, (this.#turns.get(plan.lane) ?? 0) + 1);
    const started = performance.now();
    let probe = plan.probesOpenCircuit;
    const result = await deliver<GuardedProvider>({
      providers: plan.providers,
      attempt: (provider, attemptContext) => {
        const passage = probe ? provider.asProbe : provider;
        probe = false;
        return passage.send(messageFor(provider), attemptContext);
      },
      onUnknown,
      maxAttempts: this.#maxAttempts,
      budget: this.#budget,
      context,
      onAttempt: (attempt, number) => this.#tellAttempt(attempt, number, to),
    });
    const error = result.status === 'failed' ? deliveryError(result.failure, result.attempts) : undefined;
    this.#tellSettled(result.attempts, error, to, performance.now() - started);
    if (error !== undefined) throw error;
    const reference = result.status === 'accepted' ? result.reference : undefined;
    return { provider: result.attempts.at(-1)?.provider ?? '', reference, attempts: result.attempts };
  }

  sendMany(
    requests: Iterable<SendRequest> | AsyncIterable<SendRequest>,
    options?: SendManyOptions,
  ): AsyncGenerator<SendManyResult<SendRequest, Receipt>, void, undefined> {
    // The batch's signal stops the intake only: cutting off what has begun would leave its outcome unknown.
    return sendMany((request) => this.send(request), requests, options);
  }

  #tellAttempt(attempt: Attempt, number: number, to: Preparation['to']): void {
    if (!this.#events.hears('attempt')) return;
    const { provider, outcome, durationMs, code, providerCode } = attempt;
    this.#events.emit('attempt', {
      provider,
      attempt: number,
      to: maskPhoneNumber(to),
      outcome,
      code,
      providerCode,
      durationMs,
    });
  }

  #tellSettled(
    attempts: readonly Attempt[],
    error: SmsError | undefined,
    to: Preparation['to'],
    durationMs: number,
  ): void {
    if (!this.#events.hears('settled')) return;
    this.#events.emit('settled', {
      provider: attempts.at(-1)?.provider,
      attempts: attempts.length,
      to: maskPhoneNumber(to),
      outcome: error?.outcome ?? 'accepted',
      code: error?.code,
      durationMs,
    });
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
    this.#closed ??= this.#whenIdle().then(() => this.#closeProviders());
    return this.#closed;
  }

  #whenIdle(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  async #closeProviders(): Promise<void> {
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

const healthOf = (provider: GuardedProvider): GuardedProvider => provider;

function routedProviders(providers: readonly SmsProvider[], routes: readonly Route[]): readonly SmsProvider[] {
  const routed = new Set(routes.flatMap((route) => route.providers));
  return providers.filter(({ id }) => routed.has(id));
}

function planError(
  plan: Exclude<RoutePlan<never>, { status: 'planned' }>,
  providers: ReadonlyMap<string, unknown>,
): SmsError {
  switch (plan.status) {
    case 'no-route':
      return new SmsError({
        code: 'no_route',
        outcome: 'not-sent',
        message: 'No route fits the destination; add one, or a last route without countries and callingCodes.',
      });
    case 'unsupported':
      return new SmsError({
        code: 'unsupported_message',
        outcome: 'not-sent',
        message: 'No provider of the route sends this kind of message.',
      });
    case 'unknown-provider':
      return invalidRequest(
        `send(): via: there is no provider ${plan.id}; there are ${[...providers.keys()].join(', ')}.`,
      );
  }
}
