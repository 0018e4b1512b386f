interface Subscription {
  readonly listeners: Set<() => void>;
  readonly tell: () => void;
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
  // Wrapped, so that one function may be given twice.
  const entry = () => listener();
  subscription.listeners.add(entry);
  return () => {
    subscription.listeners.delete(entry);
    if (subscription.listeners.size === 0 && subscriptions.get(signal) === subscription) {
      subscriptions.delete(signal);
      signal.removeEventListener('abort', subscription.tell);
    }
  };
}

function subscribe(signal: AbortSignal): Subscription {
  const listeners = new Set<() => void>();
  const tell = () => {
    subscriptions.delete(signal);
    for (const listener of [...listeners]) {
      // An earlier one may have stopped it.
      if (!listeners.has(listener)) continue;
      try {
        listener();
      } catch (error) {
        // As an event target does it: the others are still told, and the error is nobody's to catch.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  };
  const subscription = { listeners, tell };
  subscriptions.set(signal, subscription);
  signal.addEventListener('abort', tell, { once: true });
  return subscription;
}
