import { parseOptions } from '@polysms/core/provider-kit';
import * as v from 'valibot';
import type { BoxMessage } from '../control/contract.js';
import { objectOf, required } from '../schema-parts.js';
import { BoundedMap } from './bounded.js';
import { type Messages, rememberedMessages, type StoredMessage } from './messages.js';

/** What `waitForMessage` takes. */
export interface WaitForMessage {
  /** E.164. */
  readonly to: string;
  /** How long to wait, in milliseconds of real time, at most 2147483647. Default 5000. */
  readonly timeoutMs?: number | undefined;
}

/** E.164 as far as the simulator cares: vendors' phones are wider than real number plans. */
export const e164Pattern = /^\+[1-9]\d{4,17}$/u;

const timeoutExpected = 'must be a number of milliseconds from 0 up, at most 24 days';

const waitSchema = v.strictObject(
  {
    to: required(
      v.pipe(
        v.string('must be a phone number in E.164'),
        v.regex(e164Pattern, 'must be a phone number in E.164, a plus sign and digits'),
      ),
    ),
    timeoutMs: v.optional(
      v.pipe(v.number(timeoutExpected), v.minValue(0, timeoutExpected), v.maxValue(2_147_483_647, timeoutExpected)),
      5_000,
    ),
  },
  objectOf('the wait (to, timeoutMs)'),
);

interface Waiter {
  readonly to: string;
  settle(message: BoxMessage): void;
  fail(error: Error): void;
}

/** Those who wait for a message to a phone, and the messages that no wait has returned. */
export class Waits {
  readonly #unseen = new BoundedMap<BoxMessage>(rememberedMessages);
  readonly #waiters = new Set<Waiter>();
  #closed = false;

  constructor(messages: Messages) {
    messages.listen((stored) => this.#take(stored));
  }

  /** The newest message to a phone that no wait has returned yet, or else the next one. */
  async wait(options: WaitForMessage): Promise<BoxMessage> {
    const { to, timeoutMs } = parseOptions('waitForMessage()', waitSchema, options);
    const unseen = this.#unseen.get(to);
    if (unseen !== undefined) {
      this.#unseen.delete(to);
      return unseen;
    }
    if (this.#closed) throw new Error('waitForMessage(): the simulator is closed.');
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        to,
        settle: (message) => {
          stop();
          resolve(message);
        },
        fail: (error) => {
          stop();
          reject(error);
        },
      };
      const timer = setTimeout(() => waiter.fail(tooLate(to, timeoutMs)), timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  /** Forgets what nobody has seen; waits go on. */
  clear(): void {
    this.#unseen.clear();
  }

  /** Ends all waits. */
  close(): void {
    this.#closed = true;
    for (const waiter of [...this.#waiters]) {
      waiter.fail(new Error('waitForMessage(): the simulator was closed before a message came.'));
    }
  }

  #take({ message, failed }: StoredMessage): void {
    if (failed !== undefined) return;
    const waiters = [...this.#waiters].filter((waiter) => waiter.to === message.to);
    for (const waiter of waiters) waiter.settle(message);
    if (waiters.length === 0) this.#unseen.set(message.to, message);
  }
}

function tooLate(to: string, timeoutMs: number): Error {
  return new Error(
    `waitForMessage(): no new message to the number that ends in ${to.slice(-4)} came within ${timeoutMs} ms.`,
  );
}
