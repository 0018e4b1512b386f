import { fake } from '../client/sms-client.test.fixture.js';
import type { CallContext } from '../contract/call-context.js';
import type { SendOutcome } from '../contract/outcomes.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { EventHub } from '../telemetry/events.js';
import { Circuit } from './circuits/circuit.js';
import { parseCircuitBreakerOptions } from './circuits/circuit-breaker-options.js';
import { RetryBudget } from './further-attempts.js';
import { type Delivered, type Delivery, type DeliveryObserver, Router, type RouterDeps } from './router.js';

/** A budget that no test uses up. */
export const plenty = () => new RetryBudget({ ratio: 0, burst: 100 });

/** A router over providers a, b, c …, as many as asked, each with a circuit of its own. */
export function routerOf(count: number, deps: Partial<RouterDeps> = {}, circuits: readonly Circuit[] = []) {
  const ids = Array.from({ length: count }, (_, index) => String.fromCharCode(97 + index));
  const accounts = new Map(
    ids.map((id, index) => {
      const circuit = circuits[index] ?? new Circuit(id, parseCircuitBreakerOptions({}));
      return [id, { id, provider: fake(id), circuit }];
    }),
  );
  const routes = [{ providers: ids }];
  const events = new EventHub();
  return new Router({
    accounts,
    routes,
    maxAttempts: 9,
    attemptTimeoutMs: undefined,
    budget: plenty(),
    events,
    ...deps,
  });
}

/** What is delivered, without who is asked. */
export const delivery = {
  to: parsePhoneNumber('+8613800138000'),
  canSend: () => true,
  id: 'message-1',
  unsupported: 'Nobody can.',
  onUnknown: 'stop',
  kind: 'message',
} as const;

interface DeliverOptions extends Delivery, Pick<RouterDeps, 'maxAttempts' | 'budget' | 'events'> {
  readonly context: CallContext;
  readonly observer: DeliveryObserver;
  /** Those of a, b, c …, if they are not to be closed ones. */
  readonly circuits: readonly Circuit[];
}

/** Delivers to providers a, b, c …, each of which answers so. */
export function deliverTo(outcomes: readonly SendOutcome[], options: Partial<DeliverOptions> = {}): Promise<Delivered> {
  const {
    maxAttempts = 9,
    budget = plenty(),
    events = new EventHub(),
    circuits,
    context,
    observer,
    ...changes
  } = options;
  const ask = async ({ id }: SmsProvider) => outcomes[id.charCodeAt(0) - 97] as SendOutcome;
  const router = routerOf(outcomes.length, { maxAttempts, budget, events }, circuits);
  return router.deliver({ ...delivery, ask, ...changes }, context ?? { deadline: deadlineAfter(1_000) }, observer);
}

/** The providers that were asked, in order. */
export const askedBy = ({ attempts }: Delivered) => attempts.map(({ provider }) => provider).join('');
