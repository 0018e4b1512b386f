import { Listeners, warnOfListener } from '../listeners/listeners.js';
import type { SmsEvents } from './events.js';

type ListenersOfEvents = { readonly [Name in keyof SmsEvents]: Listeners<SmsEvents[Name]> };

const listenersOf = <Name extends keyof SmsEvents>(name: Name): Listeners<SmsEvents[Name]> =>
  new Listeners(warnOfListener(`the event "${name}"`));

/** Hands events to listeners. A listener that throws changes nothing: neither the call nor the other listeners. */
export class EventHub {
  readonly #listeners: ListenersOfEvents = {
    attempt: listenersOf('attempt'),
    settled: listenersOf('settled'),
    circuit: listenersOf('circuit'),
    denied: listenersOf('denied'),
    alarm: listenersOf('alarm'),
    check: listenersOf('check'),
    report: listenersOf('report'),
    resolved: listenersOf('resolved'),
  };

  /** Of every event there is. */
  readonly names: readonly string[] = Object.keys(this.#listeners);

  has(name: PropertyKey): boolean {
    return Object.hasOwn(this.#listeners, name);
  }

  /** Whether the event has listeners: without any it need not be made. */
  hasListeners(name: keyof SmsEvents): boolean {
    return !this.#listeners[name].isEmpty;
  }

  on<Name extends keyof SmsEvents>(name: Name, listener: (event: SmsEvents[Name]) => void): Disposable {
    const listeners: Listeners<SmsEvents[Name]> = this.#listeners[name];
    return { [Symbol.dispose]: listeners.add(listener) };
  }

  emit<Name extends keyof SmsEvents>(name: Name, event: SmsEvents[Name]): void {
    const listeners: Listeners<SmsEvents[Name]> = this.#listeners[name];
    listeners.emit(event);
  }
}
