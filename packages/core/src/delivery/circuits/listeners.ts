import type { CircuitState } from '../provider-health.js';

/** A step of a circuit from one state to another. */
export interface CircuitStateChange {
  readonly from: CircuitState;
  readonly to: CircuitState;
}

/** Told about every step of a circuit. */
export type CircuitStateListener = (change: CircuitStateChange) => void;

/**
 * Listeners whose failures stay their own. They run while an outcome is on its way to its caller: an error that
 * got through would turn an accepted message into a failure, and the message would be sent twice.
 */
export class CircuitListeners {
  readonly #listeners = new Set<CircuitStateListener>();

  /** Returns a function that removes the listener. */
  add(listener: CircuitStateListener): () => void {
    // Wrapped, so that one function may be added twice.
    const entry: CircuitStateListener = (change) => listener(change);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  tell(change: CircuitStateChange): void {
    for (const listener of [...this.#listeners]) runGuarded(listener, change);
  }

  clear(): void {
    this.#listeners.clear();
  }
}

function runGuarded(listener: CircuitStateListener, change: CircuitStateChange): void {
  try {
    const result: unknown = listener(change);
    // An asynchronous function is assignable to the type; its rejection would end the process.
    if (result instanceof Promise) result.catch(drop);
  } catch (error) {
    drop(error);
  }
}

/** There is nobody to tell: the caller of the send asked for nothing of this. */
function drop(_error: unknown): void {}
