import type { Deadline, DeadlineEnd } from '../contract/deadline.js';
import { SmsError } from '../errors/sms-error.js';
import { onAbort } from './on-abort.js';

/** The longest wait that Node's timers can hold; a longer one would fire at once. */
export const longestDelayMs = 2_147_483_647;

/**
 * A deadline `ms` from now, with the caller's own signal on top.
 *
 * @param ms at least 0 and below 2 ** 31 (24 days)
 * @throws SmsError `invalid_request` if `ms` is no such number
 */
export function deadlineAfter(ms: number, options: { readonly signal?: AbortSignal | undefined } = {}): Deadline {
  if (typeof ms !== 'number' || !(ms >= 0 && ms <= longestDelayMs)) {
    throw new SmsError({
      code: 'invalid_request',
      outcome: 'not-sent',
      message: 'A deadline must be a number of milliseconds, at least 0 and below 2 ** 31 (24 days).',
    });
  }
  return new TimerDeadline(performance.now() + ms, options.signal);
}

/** A timer that is later than this was held up; Node's timers are exact to a millisecond. */
const noticeablyLateMs = 1;

class TimerDeadline implements Deadline {
  readonly #expiresAt: number;
  readonly #signal: AbortSignal | undefined;
  /** An array, since a call has two or three, and most calls end without any being told. */
  #listeners: ((reason: DeadlineEnd) => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #stopAbort: (() => void) | undefined;

  constructor(expiresAt: number, signal: AbortSignal | undefined) {
    this.#expiresAt = expiresAt;
    this.#signal = signal;
  }

  remainingMs(): number {
    return Math.max(0, this.#expiresAt - performance.now());
  }

  get ended(): DeadlineEnd | undefined {
    if (this.#signal?.aborted === true) return 'aborted';
    return this.remainingMs() === 0 ? 'deadline_exceeded' : undefined;
  }

  onEnd(listener: (reason: DeadlineEnd) => void): () => void {
    const { ended } = this;
    if (ended !== undefined) {
      listener(ended);
      return () => {};
    }
    // Wrapped, so that one function may be given twice.
    const entry = (reason: DeadlineEnd) => listener(reason);
    this.#listeners.push(entry);
    if (this.#listeners.length === 1) this.#wait();
    return () => {
      if (this.#remove(entry) && this.#listeners.length === 0) this.#rest();
    };
  }

  #remove(entry: (reason: DeadlineEnd) => void): boolean {
    const index = this.#listeners.indexOf(entry);
    if (index >= 0) this.#listeners.splice(index, 1);
    return index >= 0;
  }

  /** One timer for all listeners: every layer of a call listens, and timers are what a call pays for. */
  #wait(): void {
    this.#timer = setTimeout(() => this.#expire(), this.remainingMs());
    this.#stopAbort = this.#signal && onAbort(this.#signal, () => this.#end('aborted'));
  }

  /**
   * Timers run before sockets are read. A timer that is late shows that the event loop was held up: an answer that came
   * in time may still lie in its socket, so the end is told after one turn of polling.
   */
  #expire(): void {
    if (performance.now() - this.#expiresAt < noticeablyLateMs) this.#end('deadline_exceeded');
    else this.#immediate = setImmediate(() => this.#end('deadline_exceeded'));
  }

  #rest(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#stopAbort?.();
  }

  #end(reason: DeadlineEnd): void {
    this.#rest();
    for (const listener of [...this.#listeners]) {
      // An earlier one may have stopped it.
      if (this.#remove(listener)) listener(reason);
    }
  }
}

/** A deadline as an `AbortSignal`, for `fetch` and SDKs. Release it when the work is done. */
export interface DeadlineSignal extends Disposable {
  readonly signal: AbortSignal;
  /** Stops the timer. The same as leaving the scope of a `using` declaration. */
  release(): void;
}

/** Turns a deadline into an `AbortSignal` that is aborted when the deadline ends. */
export function deadlineSignal(deadline: Deadline): DeadlineSignal {
  const controller = new AbortController();
  const release = deadline.onEnd((reason) => controller.abort(new DOMException(reason, 'AbortError')));
  return { signal: controller.signal, release, [Symbol.dispose]: release };
}
