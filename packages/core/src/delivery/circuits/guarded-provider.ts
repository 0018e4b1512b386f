import type { OutboundMessage, VerificationCheck, VerificationStart } from '../../contract/messages.js';
import type { CheckOutcome, NotSent, SendOutcome, Unknown } from '../../contract/outcomes.js';
import type { CallContext, IssuedVerification, SmsProvider } from '../../contract/sms-provider.js';
import type { CircuitState, ProviderHealth } from '../provider-health.js';
import { type CallKind, settleByDeadline } from '../settle-by-deadline.js';
import type { CircuitStateListener } from './listeners.js';

/** A provider behind a circuit breaker. Its calls never reject, and settle by the deadline + 50 ms. */
export interface GuardedProvider extends SmsProvider {
  /** The state of the circuit; cheaper than {@link GuardedProvider.health}. After `close()` always `open`. */
  readonly circuit: CircuitState;
  /** Milliseconds until an open circuit lets a probe pass; undefined unless it is open. */
  readonly probeInMs: number | undefined;
  /**
   * The same provider for a caller that has nothing better, because all circuits are open: a call passes the open
   * circuit at once, as its probe, and closes it by a success. One probe at a time: while one is under way, others
   * are answered `circuit_open` here too. A probe that fails before it was due leaves the waiting time as it was.
   * With the circuit closed it makes no difference.
   */
  readonly asProbe: SmsProvider;
  /** How the provider is doing now. */
  health(): ProviderHealth;
  /**
   * Calls `listener` at every step of the circuit from one state to another, while a call's outcome is on its way:
   * keep it short. What it throws is dropped. Returns a function that stops it; `close()` stops all, silently.
   */
  onStateChange(listener: CircuitStateListener): () => void;
}

/** Leave to make a call. It ends when the circuit opens: what the call then says comes too late. */
export interface CircuitPass {
  readonly probe: boolean;
}

/** What a guarded provider asks of its circuit. */
export interface Circuit {
  readonly state: CircuitState;
  readonly probeInMs: number | undefined;
  /** Undefined when no call may pass. Whoever gets a pass records one outcome with it. */
  admit(asProbe: boolean): CircuitPass | undefined;
  /** The answer to a call that may not pass. */
  refusal(): NotSent;
  /** Never throws. */
  record(pass: CircuitPass, outcome: SendOutcome | CheckOutcome): void;
  health(): ProviderHealth;
  onStateChange(listener: CircuitStateListener): () => void;
  shutDown(): void;
}

/** Lets the calls of a provider pass through a circuit. */
export function guardProvider(provider: SmsProvider, circuit: Circuit): GuardedProvider {
  return new Guarded(provider, circuit);
}

/** One way through the circuit: the ordinary one, or as a probe. */
class Passage implements SmsProvider {
  readonly specification: SmsProvider['specification'];
  readonly id: string;
  readonly sends: SmsProvider['sends'];
  readonly verification: IssuedVerification | null;
  readonly #provider: SmsProvider;
  readonly #circuit: Circuit;
  readonly #asProbe: boolean;
  readonly #close: () => Promise<void>;

  constructor(provider: SmsProvider, circuit: Circuit, asProbe: boolean, close: () => Promise<void>) {
    this.specification = provider.specification;
    this.id = provider.id;
    this.sends = provider.sends;
    this.#provider = provider;
    this.#circuit = circuit;
    this.#asProbe = asProbe;
    this.#close = close;
    const { verification } = provider;
    this.verification = verification && {
      limits: verification.limits,
      start: (request: VerificationStart, context: CallContext) =>
        this.#pass(() => verification.start(request, context), context, 'send'),
      check: (request: VerificationCheck, context: CallContext) =>
        this.#pass(() => verification.check(request, context), context, 'check'),
    };
  }

  send(message: OutboundMessage, context: CallContext): Promise<SendOutcome> {
    return this.#pass(() => this.#provider.send(message, context), context, 'send');
  }

  close(): Promise<void> {
    return this.#close();
  }

  #pass<Outcome extends SendOutcome | CheckOutcome>(
    call: () => Promise<Outcome>,
    { deadline }: CallContext,
    kind: CallKind,
  ): Promise<Outcome | NotSent | Unknown> {
    const circuit = this.#circuit;
    const pass = circuit.admit(this.#asProbe);
    if (pass === undefined) return Promise.resolve(circuit.refusal());
    return settleByDeadline(call, deadline, kind).then((outcome) => {
      circuit.record(pass, outcome);
      return outcome;
    });
  }
}

class Guarded extends Passage implements GuardedProvider {
  readonly asProbe: SmsProvider;
  readonly #circuit: Circuit;

  constructor(provider: SmsProvider, circuit: Circuit) {
    let closed: Promise<void> | undefined;
    const close = () => {
      closed ??= closeBoth(provider, circuit);
      return closed;
    };
    super(provider, circuit, false, close);
    this.#circuit = circuit;
    this.asProbe = new Passage(provider, circuit, true, close);
  }

  get circuit(): CircuitState {
    return this.#circuit.state;
  }

  get probeInMs(): number | undefined {
    return this.#circuit.probeInMs;
  }

  health(): ProviderHealth {
    return this.#circuit.health();
  }

  onStateChange(listener: CircuitStateListener): () => void {
    return this.#circuit.onStateChange(listener);
  }
}

async function closeBoth(provider: SmsProvider, circuit: Circuit): Promise<void> {
  circuit.shutDown();
  await provider.close();
}
