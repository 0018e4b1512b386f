import type { Deadline, DeadlineEnd, Ending } from '../contract/deadline.js';
import { SmsError } from '../errors/sms-error.js';
import { Listeners, warnOfListener } from '../listeners/listeners.js';

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

/**
 * A deadline `ms` from now, or the end of `whole` if that is sooner: the share of one attempt in the time of a call.
 * Ends with `whole`, with its signal, and with `other`.
 */
export function deadlineWithin(whole: Deadline, ms: number, other?: Ending): Deadline {
  const expiresAt = performance.now() + Math.min(ms, whole.remainingMs());
  // The share never outlasts `whole`, so only the signal of `whole` can end it early: no second timer is needed.
  return whole instanceof TimerDeadline
    ? new TimerDeadline(expiresAt, whole.signal, other)
    : new TimerDeadline(expiresAt, undefined, other, whole);
}

/** A process that comes so late was held up; what it could not write by then says nothing about anybody else. */
const heldUpMs = 50;

/** Whether this process was held up when the deadline ended, by its own work or by the machine. */
export function wasHeldUp(deadline: Deadline): boolean {
  return deadline instanceof TimerDeadline && deadline.lateMs > heldUpMs;
}

const onListenerFailure = warnOfListener('a deadline');

class TimerDeadline implements Deadline {
  readonly signal: AbortSignal | undefined;
  /** How late its end was noticed, in milliseconds. */
  lateMs = 0;
  readonly #expiresAt: number;
  readonly #others: readonly (Ending | undefined)[];
  readonly #listeners = new Listeners<DeadlineEnd>(onListenerFailure);
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #stopAbort: (() => void) | undefined;
  #stopOthers: readonly ((() => void) | undefined)[] = [];

  constructor(expiresAt: number, signal: AbortSignal | undefined, ...others: readonly (Ending | undefined)[]) {
    this.#expiresAt = expiresAt;
    this.signal = signal;
    this.#others = others;
  }

  remainingMs(): number {
    return Math.max(0, this.#expiresAt - performance.now());
  }

  get ended(): DeadlineEnd | undefined {
    if (this.signal?.aborted === true) return 'aborted';
    for (const other of this.#others) if (other?.ended !== undefined) return other.ended;
    return this.remainingMs() === 0 ? 'deadline_exceeded' : undefined;
  }

  onEnd(listener: (reason: DeadlineEnd) => void): () => void {
    const { ended } = this;
    if (ended !== undefined) {
      const late = new Listeners<DeadlineEnd>(onListenerFailure);
      late.add(listener);
      late.emit(ended);
      return () => {};
    }
    if (this.#listeners.isEmpty) this.#wait();
    const remove = this.#listeners.add(listener);
    return () => {
      remove();
      if (this.#listeners.isEmpty) this.#rest();
    };
  }

  /** One timer for all listeners: every layer of a call listens, and timers are expensive. */
  #wait(): void {
    this.#setTimer();
    this.#stopAbort = this.signal && onAbort(this.signal, () => this.#end('aborted'));
    this.#stopOthers = this.#others.map((other) => other?.onEnd((reason) => this.#end(reason)));
  }

  #setTimer(): void {
    this.#timer = setTimeout(() => this.#expire(), Math.ceil(this.remainingMs()));
  }

  /**
   * Timers run before sockets are read. If the event loop was held up, however briefly, an answer that came in time may
   * still lie in its socket: the end is told after one turn of polling. Only a clock that stands still, as in tests, is
   * exactly on time, and nothing was held up then.
   */
  #expire(): void {
    const now = performance.now();
    // Node's timers fire up to a millisecond early; nobody is told of an end before `ended` says so.
    if (now < this.#expiresAt) {
      this.#setTimer();
      return;
    }
    this.lateMs = now - this.#expiresAt;
    if (now === this.#expiresAt) this.#end('deadline_exceeded');
    else this.#immediate = setImmediate(() => this.#end('deadline_exceeded'));
  }

  #rest(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#stopAbort?.();
    for (const stop of this.#stopOthers) stop?.();
  }

  #end(reason: DeadlineEnd): void {
    this.#rest();
    this.#listeners.emit(reason);
    this.#listeners.clear();
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

/** Whether a value is an AbortSignal, of this realm or another one: in Jest and in `node:vm` the classes differ. */
export function isAbortSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null) return false;
  const { aborted, addEventListener, removeEventListener } = value as Partial<Record<keyof AbortSignal, unknown>>;
  return (
    typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof removeEventListener === 'function'
  );
}

interface Subscription {
  readonly listeners: Listeners<void>;
  readonly emit: () => void;
}

const subscriptions = new WeakMap<AbortSignal, Subscription>();

/**
 * Calls `listener` when the signal is aborted; returns a function that stops listening.
 *
 * A signal gets one event listener however many calls share it: a batch under one signal would otherwise
 * bring Node's warning about leaking listeners, and adding an event listener for each call is slow.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const subscription = subscriptions.get(signal) ?? subscribe(signal);
  const remove = subscription.listeners.add(listener);
  return () => {
    remove();
    if (!subscription.listeners.isEmpty || subscriptions.get(signal) !== subscription) return;
    subscriptions.delete(signal);
    signal.removeEventListener('abort', subscription.emit);
  };
}

function subscribe(signal: AbortSignal): Subscription {
  const listeners = new Listeners<void>(warnOfListener('an AbortSignal'));
  const emit = () => {
    subscriptions.delete(signal);
    listeners.emit();
  };
  const subscription = { listeners, emit };
  subscriptions.set(signal, subscription);
  signal.addEventListener('abort', emit, { once: true });
  return subscription;
}

/** Time that only moves forward, and one way to wait for it. A test brings its own. */
export interface Clock {
  /** Milliseconds since some moment in the past. Never goes back. */
  now(): number;
  /** Calls `callback` once, `delayMs` from now or a little later. Returns a function that stops it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The clock of the process: a change of the date moves nothing. */
export const monotonicClock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    // Rounded up, since Node drops what is behind the point and would call back too early.
    const timer = setTimeout(callback, Math.min(Math.ceil(delayMs), longestDelayMs));
    return () => clearTimeout(timer);
  },
};
