import { parseOptions } from '@polysms/core/provider-kit';
import * as v from 'valibot';
import { BoundedList, BoundedMap } from './bounded.js';
import type { MobEndpoint } from './endpoints.js';
import { e164Pattern, objectOf, required } from './settings-schema.js';

/** A message that a phone received. */
export interface SimulatedMessage {
  /** Unique within the simulator; counts up from 1. */
  readonly id: string;
  /** E.164. */
  readonly to: string;
  /** The country calling code, without the plus sign. */
  readonly zone: string;
  /** The national number. */
  readonly phone: string;
  readonly text: string;
  /** The code in the text; absent for custom/msg, whose variables may mean anything. */
  readonly code?: string;
  /** What made Mob send it; `sdk` is Mob's mobile SDK. */
  readonly endpoint: MobEndpoint | 'sdk';
  /** Milliseconds since 1970, by the simulator's clock. */
  readonly receivedAt: number;
}

/** What `waitForMessage` takes. */
export interface WaitForMessage {
  /** E.164. */
  readonly to: string;
  /** How long to wait, in milliseconds of real time, at most 2147483647. Default 5000. */
  readonly timeoutMs?: number | undefined;
}

interface Waiter {
  readonly to: string;
  settle(message: SimulatedMessage): void;
  fail(error: Error): void;
}

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

/** What all phones have received. */
export class Inbox {
  readonly #messages: BoundedList<SimulatedMessage>;
  readonly #unseen: BoundedMap<SimulatedMessage>;
  readonly #waiters = new Set<Waiter>();
  #received = 0;
  #closed = false;

  constructor(limit: number) {
    this.#messages = new BoundedList(limit);
    this.#unseen = new BoundedMap(limit);
  }

  get messages(): readonly SimulatedMessage[] {
    return this.#messages.entries;
  }

  deliver(content: Omit<SimulatedMessage, 'id'>): SimulatedMessage {
    this.#received += 1;
    const message = { id: String(this.#received), ...content };
    this.#messages.add(message);
    const waiters = [...this.#waiters].filter((waiter) => waiter.to === message.to);
    for (const waiter of waiters) waiter.settle(message);
    if (waiters.length === 0) this.#unseen.set(message.to, message);
    return message;
  }

  /** The newest message to a phone that no wait has returned yet, or else the next one. */
  async wait(options: WaitForMessage): Promise<SimulatedMessage> {
    const { to, timeoutMs } = parseOptions('waitForMessage()', waitSchema, options);
    const unseen = this.#unseen.get(to);
    if (unseen !== undefined) {
      this.#unseen.delete(to);
      return unseen;
    }
    if (this.#closed) throw new Error('waitForMessage(): the simulator is closed.');
    return new Promise((resolve, reject) => {
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
      const stop = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      this.#waiters.add(waiter);
    });
  }

  /** Forgets all messages; waits go on. */
  clear(): void {
    this.#messages.clear();
    this.#unseen.clear();
    this.#received = 0;
  }

  /** Ends all waits. */
  close(): void {
    this.#closed = true;
    for (const waiter of [...this.#waiters]) {
      waiter.fail(new Error('waitForMessage(): the simulator was closed before a message came.'));
    }
  }
}

function tooLate(to: string, timeoutMs: number): Error {
  return new Error(
    `waitForMessage(): no new message to the number that ends in ${to.slice(-4)} came within ${timeoutMs} ms.`,
  );
}
