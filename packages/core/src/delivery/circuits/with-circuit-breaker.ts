import type { SmsProvider } from '../../contract/sms-provider.js';
import type { CircuitState } from '../../telemetry/events.js';
import { type Account, askAccount } from '../account.js';
import { Circuit, type CircuitStateListener } from './circuit.js';
import { type CircuitBreakerOptions, parseCircuitBreakerOptions } from './circuit-breaker-options.js';
import type { ProviderHealth } from './provider-health.js';

/** A provider behind a circuit breaker. Its calls never reject, and settle by the deadline + 50 ms. */
export interface ProviderWithCircuit extends SmsProvider {
  /** The state of the circuit; cheaper than {@link ProviderWithCircuit.health}. After `close()` always `open`. */
  readonly circuit: CircuitState;
  /** Milliseconds until an open circuit lets a probe pass; undefined unless it is open. */
  readonly probeInMs: number | undefined;
  /**
   * The same provider, for calls that may probe an open circuit before its probe is due, because all others are open
   * too. A success closes the circuit; a failure leaves the waiting time as it was. There is one probe at a time: while
   * it is under way, other calls are answered `circuit_open`. While the circuit is closed, calls are ordinary ones.
   */
  readonly asProbe: SmsProvider;
  /** How the provider is doing now. */
  health(): ProviderHealth;
  /**
   * Calls `listener` at every step of the circuit from one state to another, while a call's outcome is on its way:
   * keep it short. What it throws becomes a warning of the process. Returns a function that stops it; `close()` stops
   * all, silently.
   */
  onStateChange(listener: CircuitStateListener): () => void;
}

/**
 * Puts a circuit breaker in front of one account of a provider. A client does so by itself: this is for a provider
 * that is used without one.
 *
 * When too many calls fail by the provider's own or the account's fault, the circuit opens: calls are answered
 * `not-sent` with `circuit_open` and never reach the provider. After a while one call passes as a probe; its success
 * (a message taken, a code judged) closes the circuit, its failure opens it again for twice as long.
 *
 * The wrapper never repeats a call, never rejects, and hands out the provider's own outcome objects.
 * `close()` closes the provider too.
 *
 * @throws SmsError `configuration_invalid`, naming the option and what is expected
 */
export function withCircuitBreaker(provider: SmsProvider, options: CircuitBreakerOptions = {}): ProviderWithCircuit {
  const circuit = new Circuit(provider.id, parseCircuitBreakerOptions(options));
  const account = { id: provider.id, provider, circuit };
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeAccount(account);
    return closed;
  };
  return {
    ...throughCircuit(account, false, close),
    asProbe: throughCircuit(account, true, close),
    get circuit() {
      return circuit.state;
    },
    get probeInMs() {
      return circuit.probeInMs;
    },
    health: () => circuit.health(),
    onStateChange: (listener) => circuit.onStateChange(listener),
  };
}

function throughCircuit(account: Account, asProbe: boolean, close: () => Promise<void>): SmsProvider {
  const { provider } = account;
  const { specification, id, sends, verification, webhooks, events, lookup } = provider;
  return {
    specification,
    id,
    sends,
    send: (message, context) =>
      askAccount(account, () => provider.send(message, context), context.deadline, 'send', asProbe),
    verification: verification && {
      limits: verification.limits,
      start: (request, context) =>
        askAccount(account, () => verification.start(request, context), context.deadline, 'send', asProbe),
      check: (request, context) =>
        askAccount(account, () => verification.check(request, context), context.deadline, 'check', asProbe),
    },
    webhooks,
    events,
    lookup,
    close,
  };
}

async function closeAccount({ provider, circuit }: Account): Promise<void> {
  circuit.shutDown();
  await provider.close();
}
