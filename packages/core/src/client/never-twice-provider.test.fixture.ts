import type { CallContext } from '../contract/call-context.js';
import type { DeadlineEnd } from '../contract/deadline.js';
import type { OutboundMessage } from '../contract/messages.js';
import type { SendOutcome } from '../contract/outcomes.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { accepted, notSent, refused, unknown } from '../provider-kit/outcomes.js';
import type { CircuitState } from '../telemetry/events.js';
import type { Behaviour, ProviderScript } from './never-twice-scenario.test.fixture.js';

/** A message that a phone has received. */
export interface Arrival {
  readonly message: string;
  readonly provider: string;
  readonly reference: string;
}

/** One call that reached a provider. */
export interface SeenCall {
  readonly provider: string;
  readonly message: string;
  /** The state of its circuit when the call came. */
  readonly circuit: CircuitState | undefined;
  /** Providers that would have let a call pass when this one came. */
  readonly passable: readonly string[];
  /** Providers whose circuit was open then. */
  readonly open: readonly string[];
  readonly startedAt: number;
  /** When the attempt must have been written, and when it ends. */
  readonly writeBy: number | undefined;
  readonly endsAt: number;
  /** What it answered; undefined if it hung, threw, or answered with something that is no outcome. */
  outcome: SendOutcome['outcome'] | undefined;
  answeredAt: number;
}

/** What really happened: what the phones received, and what the providers were asked. */
export class Ledger {
  readonly arrivals: Arrival[] = [];
  readonly calls: SeenCall[] = [];

  arrivalsOf(message: string): readonly Arrival[] {
    return this.arrivals.filter((arrival) => arrival.message === message);
  }

  callsFor(message: string): readonly SeenCall[] {
    return this.calls.filter((call) => call.message === message);
  }
}

/** A provider that follows a script, tells the truth or nothing, and writes into the ledger what it really did. */
export class LedgerProvider implements SmsProvider {
  readonly specification = 'v1';
  readonly id: string;
  readonly sends: ProviderScript['sends'];
  readonly verification = null;
  readonly webhooks = null;
  readonly events = null;
  readonly lookup = null;
  closes = 0;
  /** Timers that a provider with a bug of its own leaves behind. */
  timers = 0;
  /** The states of all circuits. Set when the client is made. */
  circuits: () => Readonly<Record<string, CircuitState>> = () => ({});
  readonly #behaviours: readonly Behaviour[];
  readonly #ledger: Ledger;
  #calls = 0;

  constructor(id: string, { sends, behaviours }: ProviderScript, ledger: Ledger) {
    this.id = id;
    this.sends = sends;
    this.#behaviours = behaviours;
    this.#ledger = ledger;
  }

  send(message: OutboundMessage, context: CallContext): Promise<SendOutcome> {
    const behaviour = this.#behaviours[this.#calls % this.#behaviours.length];
    if (behaviour === undefined) throw new Error('A script needs at least one behaviour.');
    this.#calls += 1;
    const reference = `${this.id}-${this.#calls}`;
    const name = message.kind === 'text' ? message.text : (message.params[0]?.value ?? '');
    const circuits = this.circuits();
    const now = performance.now();
    const call: SeenCall = {
      provider: this.id,
      message: name,
      circuit: circuits[this.id],
      passable: Object.keys(circuits).filter((id) => ['closed', 'half-open'].includes(circuits[id] ?? '')),
      open: Object.keys(circuits).filter((id) => circuits[id] === 'open'),
      startedAt: now,
      writeBy: context.writeBy && now + context.writeBy.remainingMs(),
      endsAt: now + context.deadline.remainingMs(),
      outcome: undefined,
      answeredAt: Number.POSITIVE_INFINITY,
    };
    this.#ledger.calls.push(call);
    const arrive = () => void this.#ledger.arrivals.push({ message: name, provider: this.id, reference });
    return this.#behave(behaviour, call, reference, context, arrive);
  }

  async close(): Promise<void> {
    this.closes += 1;
  }

  #behave(
    behaviour: Behaviour,
    call: SeenCall,
    reference: string,
    { deadline, writeBy = deadline }: CallContext,
    arrive: () => void,
  ): Promise<SendOutcome> {
    const { kind } = behaviour;
    const arrives = kind === 'accepts' || (behaviour.arrives && kind !== 'refuses' && kind !== 'does-not-send');
    const arrivesAtOnce = arrives && (!behaviour.arrivesLate || kind === 'throws-at-once' || kind === 'hangs');
    if (arrivesAtOnce) arrive();
    if (kind === 'throws-at-once') throw new Error('thrown by the provider');
    return new Promise((resolve, reject) => {
      let stop = () => {};
      let settled = false;
      let timer: NodeJS.Timeout | undefined;
      const settle = (outcome: SendOutcome | undefined, run: () => void) => {
        settled = true;
        call.outcome = outcome?.outcome;
        call.answeredAt = performance.now();
        stop();
        run();
      };
      const answer = () => {
        if (arrives && !arrivesAtOnce) arrive();
        if (settled) return;
        if (kind === 'rejects') return settle(undefined, () => reject(new Error('rejected by the provider')));
        if (kind === 'garbage') return settle(undefined, () => resolve(garbage(behaviour.garbage)));
        const outcome = outcomeOf(behaviour, reference);
        settle(outcome, () => resolve(outcome));
      };
      // What has not been written yet is taken back, and said to be not sent.
      const takenBack = !arrivesAtOnce && !behaviour.arrives;
      const endEarly = (reason: DeadlineEnd) => {
        if (takenBack && timer !== undefined) this.#clear(timer);
        const outcome = takenBack
          ? notSent(reason, 'taken back')
          : unknown(reason === 'aborted' ? 'aborted' : 'timeout', 'written');
        settle(outcome, () => resolve(outcome));
      };
      if (kind !== 'hangs') {
        const end = takenBack ? writeBy : deadline;
        const from = behaviour.aroundDeadline ? end.remainingMs() - 20 : 0;
        const waitMs = Math.max(0, Math.round(from + behaviour.delayMs));
        if (waitMs === 0) answer();
        else timer = this.#after(waitMs, answer);
      }
      if (behaviour.honoursDeadline && !settled) stop = (takenBack ? writeBy : deadline).onEnd(endEarly);
    });
  }

  #after(ms: number, run: () => void): NodeJS.Timeout {
    this.timers += 1;
    return setTimeout(() => {
      this.timers -= 1;
      run();
    }, ms);
  }

  #clear(timer: NodeJS.Timeout): void {
    this.timers -= 1;
    clearTimeout(timer);
  }
}

function outcomeOf({ kind, code }: Behaviour, reference: string): SendOutcome {
  switch (kind) {
    case 'accepts':
      return accepted(reference);
    case 'refuses':
      return refused(code, 'refused');
    case 'does-not-send':
      return notSent(code, 'not sent');
    default:
      return unknown(code, 'unknown');
  }
}

/** Values that are no outcome, although some look like one. */
function garbage(kind: number): SendOutcome {
  const values: readonly unknown[] = [
    undefined,
    null,
    'ok',
    200,
    {},
    [],
    { outcome: 'approved' },
    { outcome: 'sent', code: 'network_error', message: 'no such outcome' },
    { outcome: 'not-sent', code: 42, message: 'a code that is none' },
    { outcome: 'refused', code: 'network_error' },
    {
      get outcome() {
        throw new Error('thrown by a getter');
      },
    },
    { outcome: 'not-sent', message: 'without a code' },
  ];
  return values[kind] as SendOutcome;
}
