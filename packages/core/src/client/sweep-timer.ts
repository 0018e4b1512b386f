import { SeldomWarning } from '../errors/seldom-warning.js';
import type { Sweeper } from '../messages/sweeper.js';
import type { InFlight } from './in-flight.js';

/** Runs the sweep from time to time, one at a time, for as long as the client lives. Never keeps the process alive. */
export class SweepTimer {
  readonly #sweeper: Sweeper;
  readonly #inFlight: InFlight;
  readonly #everyMs: number | false;
  readonly #warning = new SeldomWarning('The sweep of messages of which nobody knows failed');
  #timer: NodeJS.Timeout | undefined;

  /** @param everyMs false: never */
  constructor(sweeper: Sweeper, inFlight: InFlight, everyMs: number | false) {
    this.#sweeper = sweeper;
    this.#inFlight = inFlight;
    this.#everyMs = everyMs;
  }

  start(): void {
    if (this.#everyMs === false) return;
    this.#timer = setTimeout(() => void this.#run(), this.#everyMs).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sweeper.stop();
  }

  async #run(): Promise<void> {
    this.#inFlight.begin();
    try {
      await this.#sweeper.sweep();
    } catch (error) {
      this.#warning.warn(error);
    } finally {
      this.#inFlight.end();
    }
    if (this.#timer !== undefined) this.start();
  }
}
