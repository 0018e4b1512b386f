import type { SendOutcome } from '../contract/outcomes.js';
import type { CallContext, SmsProvider } from '../contract/sms-provider.js';
import { type Attempt, SmsError } from '../errors/sms-error.js';
import { maskPhoneNumber } from '../phone/mask.js';
import type { PhoneNumber } from '../phone/phone-number.js';
import type { EventHub } from '../telemetry/event-hub.js';
import type { GuardedProvider } from './circuits/circuit-breaker.js';
import { deliver } from './deliver.js';
import { deliveryError } from './delivery-error.js';
import { planRoute, type Route, type RoutePlan } from './plan-route.js';
import type { RetryBudget } from './retry-budget.js';
import { invalidRequest } from './send-request.js';

/** What is to be dispatched. */
export interface Dispatch {
  readonly to: PhoneNumber;
  /** Whether a provider can take it. */
  canSend(provider: SmsProvider): boolean;
  /** Asks one provider, or the passage through its open circuit, once. */
  attempt(provider: SmsProvider, context: CallContext): Promise<SendOutcome>;
  readonly onUnknown: 'stop' | 'failover';
  /** Ids of providers, in order, instead of the routes. */
  readonly via?: readonly string[] | undefined;
  /** Ids of providers that come last. */
  readonly avoid?: readonly string[] | undefined;
  /** What it is, for events; what a verification is for. */
  readonly kind: 'message' | 'verification';
  readonly purpose?: string | undefined;
}

/** How it ended. */
export interface Dispatched {
  readonly attempts: readonly Attempt[];
  /** The vendor's id of what it took. */
  readonly reference: string | undefined;
  /** Why nobody took it; undefined if somebody did. */
  readonly error: SmsError | undefined;
}

/** What a {@link Dispatcher} works with. */
export interface DispatcherParts {
  readonly providers: ReadonlyMap<string, GuardedProvider>;
  readonly routes: readonly Route[];
  readonly maxAttempts: number;
  readonly budget: RetryBudget;
  readonly events: EventHub;
}

/** Chooses providers, asks them in order, and tells of it. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  /** How many messages each rotation has had. */
  readonly #turns = new Map<string, number>();

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /**
   * The providers that can take it, in no order.
   *
   * @throws SmsError `no_route`, `unsupported_message`, `invalid_request`
   */
  ableProviders(dispatch: Omit<Dispatch, 'attempt'>): readonly SmsProvider[] {
    const plan = this.#plan(dispatch);
    if (plan.status !== 'planned') throw planError(plan, dispatch.kind, this.#parts.providers);
    return plan.providers;
  }

  /** Never rejects. */
  async dispatch(dispatch: Dispatch, context: CallContext): Promise<Dispatched> {
    const plan = this.#plan(dispatch);
    if (plan.status !== 'planned') {
      const error = planError(plan, dispatch.kind, this.#parts.providers);
      this.#tellSettled(dispatch, [], error, 0);
      return { attempts: [], reference: undefined, error };
    }
    if (plan.lane !== undefined) this.#turns.set(plan.lane, (this.#turns.get(plan.lane) ?? 0) + 1);
    const started = performance.now();
    let probe = plan.probesOpenCircuit;
    const result = await deliver<GuardedProvider>({
      providers: plan.providers,
      attempt: (provider, attemptContext) => {
        const passage = probe ? provider.asProbe : provider;
        probe = false;
        return dispatch.attempt(passage, attemptContext);
      },
      onUnknown: dispatch.onUnknown,
      maxAttempts: this.#parts.maxAttempts,
      budget: this.#parts.budget,
      context,
      onAttempt: (attempt, number) => this.#tellAttempt(dispatch, attempt, number),
    });
    const { attempts } = result;
    const error = result.status === 'failed' ? deliveryError(result.failure, attempts) : undefined;
    this.#tellSettled(dispatch, attempts, error, performance.now() - started);
    return { attempts, reference: result.status === 'accepted' ? result.reference : undefined, error };
  }

  #plan({ to, canSend, via, avoid, onUnknown }: Omit<Dispatch, 'attempt'>): RoutePlan<GuardedProvider> {
    return planRoute<GuardedProvider>(
      { to, canSend, via, avoid, isDuplicateHarmless: onUnknown === 'failover', turns: this.#turns },
      this.#parts.providers,
      this.#parts.routes,
      healthOf,
    );
  }

  #tellAttempt({ to, kind, purpose }: Dispatch, attempt: Attempt, number: number): void {
    const { events } = this.#parts;
    if (!events.hears('attempt')) return;
    const { provider, outcome, durationMs, code, providerCode } = attempt;
    events.emit('attempt', {
      kind,
      purpose,
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
    { to, kind, purpose }: Dispatch,
    attempts: readonly Attempt[],
    error: SmsError | undefined,
    durationMs: number,
  ): void {
    const { events } = this.#parts;
    if (!events.hears('settled')) return;
    events.emit('settled', {
      kind,
      purpose,
      provider: attempts.at(-1)?.provider,
      attempts: attempts.length,
      to: maskPhoneNumber(to),
      outcome: error?.outcome ?? 'accepted',
      code: error?.code,
      durationMs,
    });
  }
}

const healthOf = (provider: GuardedProvider): GuardedProvider => provider;

function planError(
  plan: Exclude<RoutePlan<never>, { status: 'planned' }>,
  kind: Dispatch['kind'],
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
        message:
          kind === 'message'
            ? 'No provider of the route sends this kind of message.'
            : 'No provider of the route makes codes or can carry one: set verification.template, or add one that sends texts.',
      });
    case 'unknown-provider':
      return invalidRequest(
        `${kind === 'message' ? 'send()' : 'verifications.start()'}: via: there is no provider ${plan.id}; there are ${[...providers.keys()].join(', ')}.`,
      );
  }
}
