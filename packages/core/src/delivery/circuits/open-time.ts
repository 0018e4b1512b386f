import type { CircuitBreakerSettings } from './circuit-breaker-options.js';

/** How long a circuit stays open: twice as long at every opening without a success in between, up to a limit. */
export class OpenTime {
  readonly #settings: CircuitBreakerSettings;
  #baseMs: number;

  constructor(settings: CircuitBreakerSettings) {
    this.#settings = settings;
    this.#baseMs = settings.openMs;
  }

  /** The time of this opening, in milliseconds; the next one is longer. */
  next(): number {
    const ms = this.#baseMs * (0.8 + 0.4 * this.#random());
    this.#baseMs = Math.min(this.#baseMs * 2, this.#settings.maxOpenMs);
    return Math.max(1, Math.round(ms));
  }

  /** The provider works again: the next opening is a first one. */
  reset(): void {
    this.#baseMs = this.#settings.openMs;
  }

  /** The caller's function runs while an outcome is recorded; whatever it does, the outcome must reach its caller. */
  #random(): number {
    try {
      const value = this.#settings.random();
      return value >= 0 && value <= 1 ? value : 0.5;
    } catch {
      return 0.5;
    }
  }
}
