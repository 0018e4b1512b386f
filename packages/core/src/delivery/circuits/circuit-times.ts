import { EventEmitter } from 'node:events';
import type { DeadlineEnd, Ending } from '../../contract/deadline.js';
import { Listeners, warnOfListener } from '../../listeners/listeners.js';
import type { CircuitBreakerSettings } from './circuit-breaker-options.js';

// The times of a circuit: that of its counts, that of failures in a row, and how long it is open and closed.

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
   * To be called after every failure. opossum stores how long each took even when its percentiles are off: hundreds a
   * second in a window of an hour would be a million numbers that nobody reads.
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

/** Failures that lie further apart than this are no outage that goes on, however many they are. */
const streakMs = 60_000;

/**
 * Health failures in a row: what opens a circuit at low traffic, where a rate has too few calls to mean anything.
 *
 * A call that says nothing about the provider's health neither adds to the row nor ends it.
 */
export class FailureStreak {
  readonly #limit: number;
  /** When each failure of the row came; the oldest first, `limit` at most. */
  readonly #times: number[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * One more failure. Whether the row is full now: `limit` failures within a minute.
   *
   * @param now on a monotonic clock, in milliseconds
   */
  fails(now: number): boolean {
    this.#times.push(now);
    if (this.#times.length > this.#limit) this.#times.shift();
    const [oldest = now] = this.#times;
    return this.#times.length === this.#limit && now - oldest <= streakMs;
  }

  /** The provider works: the row has ended. */
  reset(): void {
    this.#times.length = 0;
  }
}

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

const onListenerFailure = warnOfListener('a circuit');

/** The time in which a circuit is closed, as something that ends: when it opens. */
export class ClosedTime implements Ending {
  readonly #listeners = new Listeners<DeadlineEnd>(onListenerFailure);
  #ended: DeadlineEnd | undefined;

  get ended(): DeadlineEnd | undefined {
    return this.#ended;
  }

  onEnd(listener: (reason: DeadlineEnd) => void): () => void {
    return this.#listeners.add(listener);
  }

  end(): void {
    this.#ended = 'deadline_exceeded';
    this.#listeners.emit(this.#ended);
    this.#listeners.clear();
  }
}
