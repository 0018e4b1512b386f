import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Deadline, DeadlineEnd } from '../contract/deadline.js';
import type { Clock } from './deadline.js';

/** Time that moves when a test says so, and calls back in order. */
export class VirtualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.ceil(delayMs), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Timers that wait. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Moves to `until`, stopping at every timer on the way, and lets what it wakes do its work. */
  async advanceTo(until: number): Promise<void> {
    await nextTurn();
    for (let next = this.#next(); next !== undefined && next.at <= until; next = this.#next()) {
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.callback();
      await nextTurn();
    }
    this.#now = Math.max(this.#now, until);
  }

  /** Moves to `until` as a blocked event loop does: time passes, and timers find out later. */
  stallTo(until: number): void {
    this.#now = Math.max(this.#now, until);
  }

  /** Runs until a promise has settled. */
  async runUntil<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => {});
    await nextTurn();
    while (!isSettled) {
      const next = this.#next();
      if (next === undefined) throw new Error('Nothing is left to wait for, and the promise has not settled.');
      await this.advanceTo(next.at);
    }
    return settled;
  }

  #next() {
    let first: { readonly at: number; readonly callback: () => void } | undefined;
    for (const timer of this.#timers) if (first === undefined || timer.at < first.at) first = timer;
    return first;
  }

  /** A deadline by this clock. */
  deadlineAfter(ms: number, signal?: AbortSignal): Deadline {
    return new VirtualDeadline(this, this.#now + ms, signal);
  }
}

class VirtualDeadline implements Deadline {
  readonly #clock: VirtualClock;
  readonly #at: number;
  readonly #signal: AbortSignal | undefined;

  constructor(clock: VirtualClock, at: number, signal: AbortSignal | undefined) {
    this.#clock = clock;
    this.#at = at;
    this.#signal = signal;
  }

  remainingMs(): number {
    return Math.max(0, this.#at - this.#clock.now());
  }

  get ended(): DeadlineEnd | undefined {
    if (this.#signal?.aborted === true) return 'aborted';
    return this.remainingMs() === 0 ? 'deadline_exceeded' : undefined;
  }

  onEnd(listener: (reason: DeadlineEnd) => void): () => void {
    const stopTimer = this.#clock.after(this.remainingMs(), () => listener('deadline_exceeded'));
    const onAbort = () => listener('aborted');
    this.#signal?.addEventListener('abort', onAbort);
    return () => {
      stopTimer();
      this.#signal?.removeEventListener('abort', onAbort);
    };
  }
}
