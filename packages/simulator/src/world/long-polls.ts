import type { BoxMessage } from '../control/contract.js';
import type { MessageFilter, Messages } from './messages.js';

/** How many may wait at once: each holds a connection, and is asked about each message. */
export const maxWaiting = 256;

/** What somebody asks for. */
export interface Wanted {
  readonly filter: MessageFilter;
  /** How long to wait for the first, in milliseconds. */
  readonly waitMs: number;
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal;
}

/** Those who ask for messages that may not be there yet. */
export class LongPolls {
  readonly #messages: Messages;
  #waiting = 0;

  constructor(messages: Messages) {
    this.#messages = messages;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** The messages, or else, once one comes, that one. Nothing when the time is up. Undefined: too many wait. */
  async within({ filter, waitMs, signal }: Wanted): Promise<readonly BoxMessage[] | undefined> {
    const found = this.#messages.find(filter);
    if (found.length > 0 || waitMs === 0 || signal.aborted) return found;
    if (this.#waiting >= maxWaiting) return undefined;
    this.#waiting += 1;
    return this.#next(filter, waitMs, signal).finally(() => {
      this.#waiting -= 1;
    });
  }

  #next(filter: MessageFilter, waitMs: number, signal: AbortSignal): Promise<readonly BoxMessage[]> {
    return new Promise((resolve) => {
      const settle = (result: readonly BoxMessage[]) => {
        clearTimeout(timer);
        stop();
        signal.removeEventListener('abort', leave);
        resolve(result);
      };
      const leave = () => settle([]);
      const timer = setTimeout(leave, waitMs);
      const stop = this.#messages.listen(({ message, failed }) => {
        if (failed !== undefined || (filter.to !== undefined && filter.to !== message.to)) return;
        if (filter.vendor === undefined || filter.vendor === message.vendor) settle([message]);
      });
      signal.addEventListener('abort', leave);
    });
  }
}
