import type { SimulatorClock } from './clock.js';

/** What is to happen later, by the clock. */
export class Schedule {
  readonly #cancels = new Set<() => void>();
  readonly #setTimer: (delayMs: number, run: () => void) => () => void;

  constructor(clock: SimulatorClock) {
    this.#setTimer = clock.setTimer === undefined ? inRealTime : (delayMs, run) => setTimerOf(clock, delayMs, run);
  }

  /** Runs something later; returns what cancels it. */
  add(delayMs: number, run: () => void): () => void {
    const stop = this.#setTimer(delayMs, () => {
      this.#cancels.delete(cancel);
      run();
    });
    const cancel = () => {
      this.#cancels.delete(cancel);
      stop();
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  /** Cancels everything. */
  clear(): void {
    for (const cancel of [...this.#cancels]) cancel();
  }
}

function setTimerOf(clock: SimulatorClock, delayMs: number, run: () => void): () => void {
  return clock.setTimer?.(delayMs, run) ?? (() => undefined);
}

/** The longest that a timer of Node can hold; it fires at once after that. */
const longestMs = 2_147_483_647;

function inRealTime(delayMs: number, run: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number) => {
    const next = leftMs > longestMs ? () => wait(leftMs - longestMs) : run;
    timer = setTimeout(next, Math.min(leftMs, longestMs));
  };
  wait(delayMs);
  return () => clearTimeout(timer);
}
