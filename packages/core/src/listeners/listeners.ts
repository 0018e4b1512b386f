import { SeldomWarning } from '../errors/seldom-warning.js';

/**
 * Whether a value is a promise of any kind: also one of another realm (`node:vm`, Jest) and a thenable of a library,
 * which `instanceof Promise` misses. Reading `then` may throw; then it is none.
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  try {
    return 'then' in value && typeof value.then === 'function';
  } catch {
    return false;
  }
}

/**
 * Says what a listener threw, as a warning of the process: seldom, and with the place in the listener's code.
 *
 * @param what it listened to: `the event "attempt"`
 */
export function warnOfListener(what: string): (error: unknown) => void {
  const warning = new SeldomWarning(`A listener of ${what} threw`);
  return (error) => warning.warn(error);
}

/** One listener, linked to those beside it, so that adding and removing one costs the same however many there are. */
interface Entry<Event> {
  readonly listener: (event: Event) => unknown;
  readonly number: number;
  previous: Entry<Event> | undefined;
  next: Entry<Event> | undefined;
  isRemoved: boolean;
}

/**
 * Listeners whose failures stay their own: one that throws, or rejects later, changes nothing for whoever emits and
 * nothing for the other listeners. They run while an outcome is on its way: an error that got through would turn an
 * accepted message into a failure, and the message would be sent twice.
 */
export class Listeners<Event> {
  readonly #onFailure: (error: unknown) => void;
  #first: Entry<Event> | undefined;
  #last: Entry<Event> | undefined;
  #numbers = 0;

  /** @param onFailure told what a listener threw or rejected with; must not throw itself */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Whether there are no listeners: then an event need not be made. */
  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** One function may listen twice. Returns a function that stops this one; it may be called twice. */
  add(listener: (event: Event) => unknown): () => void {
    this.#numbers += 1;
    const entry: Entry<Event> = {
      listener,
      number: this.#numbers,
      previous: this.#last,
      next: undefined,
      isRemoved: false,
    };
    if (this.#last === undefined) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    return () => this.#remove(entry);
  }

  /** Calls every listener of this moment, oldest first, except those that an earlier listener removes meanwhile. */
  emit(event: Event): void {
    const newest = this.#numbers;
    for (let entry = this.#first; entry !== undefined && entry.number <= newest; entry = entry.next) {
      if (!entry.isRemoved) this.#call(entry.listener, event);
    }
  }

  clear(): void {
    for (let entry = this.#first; entry !== undefined; entry = entry.next) entry.isRemoved = true;
    this.#first = undefined;
    this.#last = undefined;
  }

  #call(listener: (event: Event) => unknown, event: Event): void {
    try {
      const result = listener(event);
      // An asynchronous function is assignable to a listener's type; its rejection would end the process.
      if (isThenable(result)) Promise.resolve(result).catch(this.#onFailure);
    } catch (error) {
      this.#onFailure(error);
    }
  }

  /** A removed entry keeps its own links, since an `emit` under way may have come to it and goes on from there. */
  #remove(entry: Entry<Event>): void {
    if (entry.isRemoved) return;
    entry.isRemoved = true;
    if (entry.previous === undefined) this.#first = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.#last = entry.previous;
    else entry.next.previous = entry.previous;
  }
}
