import { expect, vi } from 'vitest';
import type { CallContext } from '../../contract/call-context.js';
import type { OutboundMessage } from '../../contract/messages.js';
import type { CheckOutcome, Refused, SendOutcome, Unknown } from '../../contract/outcomes.js';
import type { SmsProvider } from '../../contract/sms-provider.js';
import { parsePhoneNumber } from '../../phone/parse.js';
import { deadlineAfter } from '../../provider-kit/deadline.js';
import { accepted, refused, unknown } from '../../provider-kit/outcomes.js';
import type { CircuitBreakerOptions } from './circuit-breaker-options.js';
import { withCircuitBreaker } from './with-circuit-breaker.js';

export const to = parsePhoneNumber('+8613800138000');
export const message: OutboundMessage = { kind: 'text', id: 'message-1', to, text: 'hello' };

export const taken = accepted('ref');
export const wrongNumber: Refused = refused('invalid_phone_number', 'The number is wrong.');
export const noBalance: Refused = refused('insufficient_balance', 'The balance is used up.', { providerCode: '470' });
export const aborted: Unknown = unknown('aborted', 'The caller aborted the call.');

/** A context with ten seconds left. */
export const context = (): CallContext => ({ deadline: deadlineAfter(10_000) });

/** A provider whose answers a test decides. */
export class ScriptedProvider implements SmsProvider {
  readonly specification = 'v1';
  readonly id = 'acme';
  readonly sends = { text: true, template: false, senderId: true };
  readonly webhooks = null;
  readonly events = null;
  readonly lookup = null;
  answer: () => Promise<SendOutcome> = async () => taken;
  judge: () => Promise<CheckOutcome> = async () => ({ outcome: 'approved' });
  calls = 0;
  closes = 0;
  contexts: CallContext[] = [];

  readonly verification = {
    start: (_request: unknown, context: CallContext) => this.#called(context, this.answer),
    check: (_request: unknown, context: CallContext) => this.#called(context, this.judge),
  };

  send(_message: OutboundMessage, context: CallContext): Promise<SendOutcome> {
    return this.#called(context, this.answer);
  }

  async close(): Promise<void> {
    this.closes += 1;
  }

  /** From now on every send is answered so. */
  answers(outcome: SendOutcome): void {
    this.answer = async () => outcome;
  }

  #called<Outcome>(context: CallContext, answer: () => Promise<Outcome>): Promise<Outcome> {
    this.calls += 1;
    this.contexts.push(context);
    return answer();
  }
}

/** Sends `count` messages, one after the other, and returns what became of them. */
export async function sendMany(provider: SmsProvider, count: number): Promise<SendOutcome[]> {
  const outcomes: SendOutcome[] = [];
  while (outcomes.length < count) outcomes.push(await provider.send(message, context()));
  return outcomes;
}

/** An answer that the test gives later. */
export interface Held {
  readonly promise: Promise<SendOutcome>;
  readonly settle: (outcome: SendOutcome) => void;
}

export function held(): Held {
  let settle: Held['settle'] = () => {};
  const promise = new Promise<SendOutcome>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}

/** A provider behind a circuit whose open times do not vary, and whose circuit opens by the rate alone. */
export function withCircuit(options: CircuitBreakerOptions = {}) {
  const provider = new ScriptedProvider();
  return {
    provider,
    wrapper: withCircuitBreaker(provider, { random: () => 0.5, consecutiveFailures: 1_000, ...options }),
  };
}

/** One whose circuit has just opened, for 30 seconds. */
export async function opened(options: CircuitBreakerOptions = {}) {
  const made = withCircuit(options);
  made.provider.answers(noBalance);
  await sendMany(made.wrapper, 20);
  expect(made.wrapper.circuit).toBe('open');
  return made;
}

/** One whose circuit has just become half-open. */
export async function halfOpened(options: CircuitBreakerOptions = {}) {
  const made = await opened(options);
  vi.advanceTimersByTime(30_000);
  expect(made.wrapper.circuit).toBe('half-open');
  made.provider.calls = 0;
  return made;
}
