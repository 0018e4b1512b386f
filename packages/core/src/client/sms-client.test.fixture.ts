import { afterEach, vi } from 'vitest';
import type { CallContext } from '../contract/call-context.js';
import type { OutboundMessage } from '../contract/messages.js';
import type { SendOutcome } from '../contract/outcomes.js';
import type { EventSink, ProviderEvent, ProviderEvents } from '../contract/provider-events.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { isSmsError, type SmsError } from '../errors/sms-error.js';
import { accepted, notSent, refused, unknown } from '../provider-kit/outcomes.js';
import { createSmsClient } from './sms-client.js';
import type { SmsClientOptions } from './sms-client-options.js';

export type Answer = SendOutcome | ((message: OutboundMessage, context: CallContext) => Promise<SendOutcome>);

export interface FakeProvider extends SmsProvider {
  readonly sent: OutboundMessage[];
  readonly contexts: CallContext[];
  closed: number;
}

/** Gives its answers in order; the last one again and again. */
export function fake(
  id: string,
  answers: Answer[] = [accepted()],
  sends = { text: true, template: true, senderId: true },
  life: Partial<Pick<SmsProvider, 'webhooks' | 'events' | 'lookup'>> = {},
): FakeProvider {
  const sent: OutboundMessage[] = [];
  const contexts: CallContext[] = [];
  return {
    specification: 'v1',
    id,
    sends,
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    ...life,
    sent,
    contexts,
    closed: 0,
    async send(message, context) {
      const answer = answers[Math.min(sent.length, answers.length - 1)] ?? accepted();
      sent.push(message);
      contexts.push(context);
      return typeof answer === 'function' ? answer(message, context) : answer;
    },
    async close() {
      this.closed += 1;
    },
  };
}

/** A connection over which a vendor talks. */
export function connection(): { readonly events: ProviderEvents; tell(event: ProviderEvent): Promise<void> } {
  const sinks = new Set<EventSink>();
  const events: ProviderEvents = {
    listen(sink) {
      sinks.add(sink);
      return { [Symbol.dispose]: () => void sinks.delete(sink) };
    },
  };
  return { events, tell: async (event) => void (await Promise.all([...sinks].map((sink) => sink(event)))) };
}

const clients: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  vi.useRealTimers();
});

export function client(providers: SmsProvider[], options: Partial<SmsClientOptions> = {}) {
  const made = createSmsClient({ providers, ...options });
  clients.push(made);
  return made;
}

export const to = '+8613800138000';
export const hello = { to, text: 'canary text' };

export async function failureOf(sending: Promise<unknown>): Promise<SmsError> {
  try {
    await sending;
  } catch (error) {
    if (isSmsError(error)) return error;
    throw error;
  }
  throw new Error('The message was accepted.');
}

export const down = notSent('network_error', 'Nobody listens.');
export const lost = unknown('timeout', 'No answer came.');
export const broke = refused('insufficient_balance', 'No money.', { providerCode: '470' });
export const wrongNumber = refused('invalid_phone_number', 'No such number.');
