import type { CallContext } from '../contract/call-context.js';
import type { Deadline } from '../contract/deadline.js';
import type { Accepted, SendOutcome } from '../contract/outcomes.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { errorPolicy } from '../errors/error-codes.js';
import { transportCodeOf } from '../errors/foreign-error.js';
import { safeProviderCode } from '../errors/shown-name.js';
import type { Attempt, SmsError } from '../errors/sms-error.js';
import { maskPhoneNumber, type PhoneNumber } from '../phone/phone-number.js';
import { notSent } from '../provider-kit/outcomes.js';
import type { EventHub } from '../telemetry/events.js';
import { type Account, askAccount } from './account.js';
import { type DeliveryFailure, deliveryError, reasonToStop, wasHeldBack } from './delivery-failure.js';
import { attemptContext, type RetryBudget } from './further-attempts.js';
import { type OptedOut, planError } from './plan-error.js';
import { isPassable, planRoute, type Route, type RoutePlan } from './plan-route.js';

/** What is to be delivered. */
export interface Delivery {
  /** Of the message, for events, providers and reports. */
  readonly id: string;
  readonly to: PhoneNumber;
  /** Whether a provider can take it. */
  canSend(provider: SmsProvider): boolean;
  /** What the error says if none can. */
  readonly unsupported: string;
  /** Asks one provider, once. */
  ask(provider: SmsProvider, context: CallContext): Promise<SendOutcome>;
  /** Takes out of an outcome what nobody may see. Default: an outcome holds nothing of the kind. */
  shown?(outcome: SendOutcome): SendOutcome;
  /** After an `unknown` outcome: `stop`, or try the next provider, since a duplicate is harmless. */
  readonly onUnknown: 'stop' | 'failover';
  /** Ids of providers, in order, instead of the routes. */
  readonly via?: readonly string[] | undefined;
  /** Ids of providers at which the person has opted out: they are not asked. */
  readonly blocked?: ReadonlySet<string> | undefined;
  /** Ids of providers that come last. */
  readonly avoid?: readonly string[] | undefined;
  /** By when it is to be delivered, if it is to go to the next provider otherwise. */
  readonly deliverWithin?: DeliverWithin | undefined;
  /** Attempts that were made before, 0 by default. Numbers and budget go on from them, and `maxAttempts` counts them. */
  readonly attemptsBefore?: number | undefined;
  /** What it is, for events; what a verification is for. */
  readonly kind: 'message' | 'verification';
  readonly purpose?: string | undefined;
}

/** A time in which a message is to be delivered. */
export interface DeliverWithin {
  /** From its acceptance, in milliseconds. */
  readonly ms: number;
  /** Which of the able providers may be asked afterwards. Default: all. */
  readonly canSend?: ((provider: SmsProvider) => boolean) | undefined;
  /** Ids of providers at which the person has opted out by then. Rejects if that is not known: then nobody is asked. */
  readonly blockedNow?: ((deadline: Deadline) => Promise<ReadonlySet<string> | undefined>) | undefined;
  /** When the message is worth nothing any more, on the monotonic clock. */
  readonly until?: number | undefined;
}

/** Told how a delivery goes. What it returns is waited for; it neither throws nor rejects. */
export interface DeliveryObserver {
  /** Who is to be tried, before anybody is asked. */
  planned(accounts: readonly Account[]): Promise<void> | undefined;
  /** How it ended, if it was planned. */
  ended(delivered: Delivered): Promise<void> | undefined;
}

/** How it ended. */
export interface Delivered {
  readonly attempts: readonly Attempt[];
  /** What the provider that took it said; undefined if nobody did. */
  readonly accepted: Accepted | undefined;
  /** Why nobody took it; undefined if somebody did. */
  readonly error: SmsError | undefined;
}

/** What a {@link Router} works with. */
export interface RouterDeps {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly routes: readonly Route[];
  readonly maxAttempts: number;
  readonly attemptTimeoutMs: number | undefined;
  readonly budget: RetryBudget;
  readonly events: EventHub;
}

type Planned = Extract<RoutePlan<Account>, { readonly status: 'planned' }>;

/**
 * Chooses providers and asks them one after the other, until one takes the message or it is no longer safe or useful
 * to go on. Its loop is the only place that repeats anything.
 */
export class Router {
  readonly #deps: RouterDeps;
  /** How many messages each rotation has had. */
  readonly #turns = new Map<string, number>();

  constructor(deps: RouterDeps) {
    this.#deps = deps;
  }

  /**
   * The providers that can take it, in no order.
   *
   * @throws SmsError `no_route`, `unsupported_message`, `invalid_request`
   */
  ableProviders(delivery: Omit<Delivery, 'ask' | 'id'>): readonly SmsProvider[] {
    const plan = this.#plan(delivery);
    if (plan.status !== 'planned') throw planError(plan, delivery, this.#deps.accounts);
    return plan.providers.map(({ provider }) => provider);
  }

  /** Whether the budget allows a further attempt. */
  get allowsFurther(): boolean {
    return this.#deps.budget.allowsAttempt;
  }

  /** Never rejects. */
  async deliver(delivery: Delivery, call: CallContext, observer?: DeliveryObserver): Promise<Delivered> {
    const started = performance.now();
    const plan = this.#plan(delivery);
    if (plan.status !== 'planned') {
      const error = planError(plan, delivery, this.#deps.accounts);
      return this.#settled(delivery, { attempts: [], accepted: undefined, error }, started);
    }
    if (plan.rotation !== undefined) this.#turns.set(plan.rotation, (this.#turns.get(plan.rotation) ?? 0) + 1);
    const { ended } = call.deadline;
    if (ended !== undefined) {
      const last = notSent(ended, 'The call had ended before a provider was asked.');
      return this.#settled(delivery, failed({ last, stoppedBy: 'policy' }, []), started);
    }
    const planned = observer?.planned(plan.providers);
    if (planned !== undefined) await planned;
    if ((delivery.attemptsBefore ?? 0) === 0) this.#deps.budget.deposit();
    const run: Run = { delivery, call, plan, attempts: [] };
    let delivered: Delivered | undefined;
    while (delivered === undefined) {
      const attemptStarted = performance.now();
      const outcome = await this.#ask(run);
      delivered = this.#judge(run, outcome, performance.now() - attemptStarted);
    }
    this.#settled(delivery, delivered, started);
    const recording = observer?.ended(delivered);
    if (recording !== undefined) await recording;
    return delivered;
  }

  /** Asks the next provider. */
  #ask({ delivery, call, plan, attempts }: Run): Promise<SendOutcome> {
    const { length: made } = attempts;
    // A plan has at least one.
    const account = plan.providers[made] as Account;
    const context = attemptContext(call, {
      others: this.#furtherAttempts(plan, made, this.#maxAttempts(delivery)),
      isDuplicateHarmless: delivery.onUnknown === 'failover',
      attemptTimeoutMs: this.#deps.attemptTimeoutMs,
      circuitClosed: account.circuit.closedTime,
    });
    const ask = () => delivery.ask(account.provider, context);
    const contexts = { attempt: context, call };
    return askAccount(account, ask, context.deadline, 'send', plan.probesOpenCircuit, contexts, delivery.shown);
  }

  /** Takes an outcome in. How the delivery has ended; undefined if the next provider is to be asked. */
  #judge({ delivery, call, plan, attempts }: Run, outcome: SendOutcome, durationMs: number): Delivered | undefined {
    const { providers } = plan;
    const attempt = attemptOf(providers[attempts.length]?.id ?? '', outcome, durationMs);
    attempts.push(attempt);
    const number = (delivery.attemptsBefore ?? 0) + attempts.length;
    this.#emitAttempt(delivery, attempt, number);
    if (outcome.outcome === 'accepted') return { attempts, accepted: outcome, error: undefined };
    const { budget } = this.#deps;
    if (number > 1 && !wasHeldBack(outcome) && errorPolicy(outcome.code).chargesRetryBudget) budget.charge();
    const stoppedBy = reasonToStop({
      failure: outcome,
      onUnknown: delivery.onUnknown,
      made: attempts.length,
      maxAttempts: this.#maxAttempts(delivery),
      providers: providers.length,
      hasEnded: call.deadline.ended !== undefined,
      budgetAllows: budget.allowsAttempt,
    });
    return stoppedBy && failed({ last: outcome, stoppedBy }, attempts);
  }

  #maxAttempts({ attemptsBefore = 0 }: Delivery): number {
    return this.#deps.maxAttempts - attemptsBefore;
  }

  #plan(delivery: Omit<Delivery, 'ask' | 'id'>): RoutePlan<Account> | OptedOut {
    const { blocked } = delivery;
    if (blocked === undefined || blocked.size === 0) return this.#planFor(delivery, delivery.canSend);
    const plan = this.#planFor(delivery, (provider) => !blocked.has(provider.id) && delivery.canSend(provider));
    if (plan.status !== 'unsupported') return plan;
    const unblocked = this.#planFor(delivery, delivery.canSend);
    return unblocked.status === 'planned' ? { status: 'opted-out' } : unblocked;
  }

  #planFor(
    { to, via, avoid, onUnknown }: Omit<Delivery, 'ask' | 'id'>,
    canSend: (provider: SmsProvider) => boolean,
  ): RoutePlan<Account> {
    return planRoute<Account>(
      {
        to,
        canSend: ({ provider }) => canSend(provider),
        via,
        avoid,
        isDuplicateHarmless: onUnknown === 'failover',
        turns: this.#turns,
      },
      this.#deps.accounts,
      this.#deps.routes,
      circuitOf,
    );
  }

  /** How many attempts could follow this one. An open circuit that is not probed needs no time: it answers at once. */
  #furtherAttempts({ providers, probesOpenCircuit }: Planned, index: number, maxAttempts: number): number {
    if (!this.#deps.budget.allowsAttempt) return 0;
    const end = Math.min(providers.length, maxAttempts);
    let count = 0;
    for (let next = index + 1; next < end; next += 1) {
      const { circuit } = providers[next] as Account;
      if (isPassable(circuit) || (probesOpenCircuit && circuit.state === 'open')) count += 1;
    }
    return count;
  }

  #emitAttempt({ id, to, kind, purpose }: Delivery, attempt: Attempt, number: number): void {
    const { events } = this.#deps;
    if (!events.hasListeners('attempt')) return;
    const { provider, outcome, durationMs, code, providerCode, transportCode } = attempt;
    events.emit('attempt', {
      id,
      kind,
      purpose,
      provider,
      attempt: number,
      to: maskPhoneNumber(to),
      outcome,
      code,
      providerCode,
      transportCode,
      durationMs,
    });
  }

  /** Tells listeners how a delivery has ended. */
  #settled(delivery: Delivery, delivered: Delivered, started: number): Delivered {
    const { events } = this.#deps;
    if (!events.hasListeners('settled')) return delivered;
    const { id, to, kind, purpose } = delivery;
    const { attempts, error } = delivered;
    events.emit('settled', {
      id,
      kind,
      purpose,
      provider: attempts.at(-1)?.provider,
      attempts: attempts.length,
      to: maskPhoneNumber(to),
      outcome: error?.outcome ?? 'accepted',
      code: error?.code,
      durationMs: performance.now() - started,
    });
    return delivered;
  }
}

/** A delivery under way. */
interface Run {
  readonly delivery: Delivery;
  readonly call: CallContext;
  readonly plan: Planned;
  /** Those that have ended. */
  readonly attempts: Attempt[];
}

function failed(failure: DeliveryFailure, attempts: readonly Attempt[]): Delivered {
  return { attempts, accepted: undefined, error: deliveryError(failure, attempts) };
}

const circuitOf = ({ circuit }: Account) => circuit;

function attemptOf(provider: string, outcome: SendOutcome, durationMs: number): Attempt {
  if (outcome.outcome === 'accepted') return { provider, outcome: 'accepted', durationMs };
  const { code } = outcome;
  const providerCode = safeProviderCode(outcome.providerCode);
  const transportCode = transportCodeOf(outcome.cause);
  const retryAfterMs = outcome.outcome === 'unknown' ? undefined : outcome.retryAfterMs;
  return {
    provider,
    outcome: outcome.outcome,
    durationMs,
    code,
    ...(providerCode === undefined ? {} : { providerCode }),
    ...(transportCode === undefined ? {} : { transportCode }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
