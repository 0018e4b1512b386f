import type { Deadline, DeadlineEnd } from '../contract/deadline.js';

/** A deadline that ends when the test says so, and holds no timer. */
export class ManualDeadline implements Deadline {
  ended: DeadlineEnd | undefined;
  readonly #listeners = new Set<(reason: DeadlineEnd) => void>();

  get listening(): number {
    return this.#listeners.size;
  }

  remainingMs(): number {
    return this.ended === undefined ? 10_000 : 0;
  }

  onEnd(listener: (reason: DeadlineEnd) => void): () => void {
    if (this.ended !== undefined) listener(this.ended);
    const entry = (reason: DeadlineEnd) => listener(reason);
    if (this.ended === undefined) this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  end(reason: DeadlineEnd): void {
    this.ended = reason;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(reason);
  }
}
