import { maskPhoneNumber, parseOptions, parsePhoneNumber, SmsError, shownName } from '@polysms/core/provider-kit';
import * as v from 'valibot';
import type { MockMessage } from './mock-message.js';
import { longestDelayMs } from './options.js';
import { readOnlyView } from './read-only-view.js';

/** What `waitForMessage()` takes. */
export interface WaitForMessageOptions {
  /** The phone's number in E.164. */
  readonly to: string;
  /** How long to wait, in milliseconds, from 0 to 2147483647. Default 1000. */
  readonly timeoutMs?: number | undefined;
}

interface Waiter {
  readonly to: string;
  take(message: MockMessage): void;
  give(error: SmsError): void;
}

/** What phones received, and who waits for it. */
export class Outbox {
  readonly #provider: string;
  readonly #listener: ((message: MockMessage) => void) | undefined;
  readonly #waiters = new Set<Waiter>();
  #closed = false;
  #messages: MockMessage[] = [];
  #view = viewOf(this.#messages);
  /** Messages that no wait has returned, oldest first. */
  #unclaimed = new Map<string, MockMessage[]>();

  constructor(provider: string, listener: ((message: MockMessage) => void) | undefined) {
    this.#provider = provider;
    this.#listener = listener;
  }

  get messages(): readonly MockMessage[] {
    return this.#view;
  }

  add(message: MockMessage): void {
    this.#messages.push(message);
    void this.#tellListener(message);
    for (const waiter of this.#waiters) {
      if (waiter.to === message.to) {
        waiter.take(message);
        return;
      }
    }
    const unclaimed = this.#unclaimed.get(message.to);
    if (unclaimed === undefined) this.#unclaimed.set(message.to, [message]);
    else unclaimed.push(message);
  }

  wait(to: string, timeoutMs: number): Promise<MockMessage> {
    const ready = this.#unclaimed.get(to)?.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#closed) return Promise.reject(this.#ended(to, 'closed'));
    return new Promise((resolve, reject) => {
      const before = this.#messages.length;
      const leave = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        to,
        take: (message) => {
          leave();
          resolve(message);
        },
        give: (error) => {
          leave();
          reject(error);
        },
      };
      const timer = setTimeout(() => waiter.give(this.#tooLate(to, timeoutMs, before)), timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  reset(): void {
    this.#endWaits('reset');
    this.#messages = [];
    this.#view = viewOf(this.#messages);
    this.#unclaimed = new Map();
  }

  close(): void {
    this.#closed = true;
    this.#endWaits('closed');
  }

  /** Never rejects: what a listener does with a message is none of the sender's business. */
  async #tellListener(message: MockMessage): Promise<void> {
    try {
      await this.#listener?.(message);
    } catch (error) {
      // Its name alone: its message may hold the code.
      const name = error instanceof Error ? error.name : typeof error;
      process.emitWarning(`The onMessage of mock ${shownName(this.#provider)} threw (${name}).`, 'PolysmsWarning');
    }
  }

  #endWaits(how: 'reset' | 'closed'): void {
    for (const waiter of this.#waiters) waiter.give(this.#ended(waiter.to, how));
  }

  #ended(to: string, how: 'reset' | 'closed'): SmsError {
    return this.#error(
      how === 'closed' ? 'client_closed' : 'aborted',
      `No message for ${mask(to)} arrived before the mock was ${how}.`,
    );
  }

  #tooLate(to: string, timeoutMs: number, before: number): SmsError {
    const during = this.#messages.slice(before).map((message) => `${message.kind} to ${mask(message.to)}`);
    const arrived = during.length === 0 ? 'Nothing arrived meanwhile' : `Meanwhile arrived: ${during.join(', ')}`;
    const claimed = this.#messages.filter((message) => message.to === to).length;
    const earlier = claimed === 0 ? '' : ` Earlier waits have returned all ${claimed} messages for this number.`;
    return this.#error('timeout', `No message for ${mask(to)} arrived within ${timeoutMs} ms. ${arrived}.${earlier}`);
  }

  #error(code: 'timeout' | 'aborted' | 'client_closed', message: string): SmsError {
    return new SmsError({ code, outcome: 'unknown', provider: this.#provider, message });
  }
}

function viewOf(messages: readonly MockMessage[]): readonly MockMessage[] {
  return readOnlyView(
    messages,
    'The outbox of a mock can only be read: take a copy with [...mock.outbox] to change it, and empty it with mock.reset().',
  );
}

function mask(e164: string): string {
  return maskPhoneNumber(parsePhoneNumber(e164));
}

const timeout = 'expected milliseconds, from 0 to 24 days';

const waitSchema = v.strictObject(
  {
    to: v.string('expected a phone number in E.164, such as +8613800138000'),
    timeoutMs: v.optional(v.pipe(v.number(timeout), v.minValue(0, timeout), v.maxValue(longestDelayMs, timeout)), 1000),
  },
  'expected an object with to and timeoutMs only',
);

/** @throws SmsError `configuration_invalid` */
export function parseWait(options: WaitForMessageOptions): { readonly to: string; readonly timeoutMs: number } {
  return parseOptions('waitForMessage()', waitSchema, options);
}
