import { errorKind } from '../errors/error-kind.js';
import type { SmsEvents } from './events.js';

type Listener<Name extends keyof SmsEvents> = (event: SmsEvents[Name]) => void;
type Listeners = { readonly [Name in keyof SmsEvents]: Set<Listener<Name>> };

/** Hands events to listeners. A listener that throws changes nothing: neither the call nor the other listeners. */
export class EventHub {
  readonly #listeners: Listeners = {
    attempt: new Set(),
    settled: new Set(),
    circuit: new Set(),
    denied: new Set(),
    alarm: new Set(),
    check: new Set(),
  };

  has(name: PropertyKey): boolean {
    return Object.hasOwn(this.#listeners, name);
  }

  /** Whether anybody would hear it: an event that nobody hears need not be made. */
  hears(name: keyof SmsEvents): boolean {
    return this.#listeners[name].size > 0;
  }

  on<Name extends keyof SmsEvents>(name: Name, listener: Listener<Name>): Disposable {
    const listeners: Set<Listener<Name>> = this.#listeners[name];
    // Wrapped, so that one function may listen twice, and each of the two can be disposed of.
    const entry: Listener<Name> = (event) => listener(event);
    listeners.add(entry);
    return { [Symbol.dispose]: () => void listeners.delete(entry) };
  }

  emit<Name extends keyof SmsEvents>(name: Name, event: SmsEvents[Name]): void {
    const listeners: Set<Listener<Name>> = this.#listeners[name];
    for (const listener of [...listeners]) {
      try {
        const result: unknown = listener(event);
        // An asynchronous listener that rejects would otherwise end the process.
        if (result instanceof Promise) result.catch((error: unknown) => warn(name, error));
      } catch (error) {
        warn(name, error);
      }
    }
  }
}

function warn(name: string, error: unknown): void {
  process.emitWarning(`A listener of the event "${name}" threw: ${errorKind(error)}`, 'PolysmsWarning');
}
