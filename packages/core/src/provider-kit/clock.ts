import { longestDelayMs } from './deadline.js';

/** Time that only moves forward, and one way to wait for it. A test brings its own. */
export interface Clock {
  /** Milliseconds since some moment in the past. Never goes back. */
  now(): number;
  /** Calls `callback` once, `delayMs` from now or a little later. Returns a function that stops it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The clock of the process: a change of the date moves nothing. */
export const monotonicClock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    // Rounded up, since Node drops what is behind the point and would call back too early.
    const timer = setTimeout(callback, Math.min(Math.ceil(delayMs), longestDelayMs));
    return () => clearTimeout(timer);
  },
};
