import { EventEmitter } from 'node:events';

/** The part of opossum's counts that Polysms reads and trims. */
interface Bucket {
  readonly fires: number;
  readonly failures: number;
  readonly latencyTimes: number[];
}

/** Into how many slices the window is cut: a count is forgotten at most a tenth of the window late. */
export const windowBuckets = 10;

/** How many latencies opossum may collect before they are thrown away. */
const trimEvery = 1024;

/**
 * Moves the rolling window of opossum on, through its `rotateBucketController`.
 *
 * opossum's own way is an interval for each breaker, which runs while nothing is sent, and after a stall of the
 * event loop turns the window once instead of many times. Here it is turned when it is used, by a monotonic clock.
 */
export class CircuitWindow {
  /** Told to opossum; emits `rotate`. */
  readonly controller = new EventEmitter();
  readonly #bucketMs: number;
  #bucketEndsAt: number;
  #sinceTrim = 0;

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / windowBuckets;
    this.#bucketEndsAt = performance.now() + this.#bucketMs;
  }

  /** Forgets what is too old. Called before counts are read or changed. */
  advance(): void {
    const late = performance.now() - this.#bucketEndsAt;
    if (late < 0) return;
    const turns = Math.floor(late / this.#bucketMs) + 1;
    this.#turn(Math.min(turns, windowBuckets));
    this.#bucketEndsAt += turns * this.#bucketMs;
  }

  /** Forgets everything. */
  clear(): void {
    this.#turn(windowBuckets);
  }

  /**
   * To be called after every count. opossum stores the latency of every call even when its percentiles are off:
   * a thousand calls a second in a window of an hour would hold millions of numbers that nobody reads.
   */
  trim(window: () => readonly Bucket[]): void {
    this.#sinceTrim += 1;
    if (this.#sinceTrim < trimEvery) return;
    this.#sinceTrim = 0;
    for (const bucket of window()) bucket.latencyTimes.length = 0;
  }

  #turn(times: number): void {
    for (let turned = 0; turned < times; turned += 1) this.controller.emit('rotate');
  }
}
