import { Listeners, warnOfListener } from '../listeners/listeners.js';

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
