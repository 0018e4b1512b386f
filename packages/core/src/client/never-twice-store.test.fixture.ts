import type { IdempotencyStore, Reservation, StoredResult } from '../idempotency/idempotency-store.js';
import { MemoryIdempotencyStore } from '../idempotency/memory-idempotency-store.js';
import type { Awaitable } from '../stores/ask-store.js';
import type { StoreScript } from './never-twice-scenario.test.fixture.js';

/** A store in another process: each operation takes its time, and some fail, before or after they were done. */
export class ScriptedStore implements IdempotencyStore {
  readonly #memory = new MemoryIdempotencyStore();
  readonly #script: StoreScript;
  /** Operations that take their time. */
  timers = 0;
  #operations = 0;

  constructor(script: StoreScript) {
    this.#script = script;
  }

  reserve(key: string, fingerprint: string, ttlMs: number): Promise<Reservation> {
    return this.#do(() => this.#memory.reserve(key, fingerprint, ttlMs));
  }

  finish(key: string, token: string, result: StoredResult, ttlMs: number): Promise<void> {
    return this.#do(() => this.#memory.finish(key, token, result, ttlMs));
  }

  release(key: string, token: string): Promise<void> {
    return this.#do(() => this.#memory.release(key, token));
  }

  async #do<Value>(operation: () => Awaitable<Value>): Promise<Value> {
    const { delaysMs, failures } = this.#script;
    const delayMs = delaysMs[this.#operations % delaysMs.length] ?? 0;
    const failure = failures[this.#operations % failures.length];
    this.#operations += 1;
    if (delayMs > 0) {
      this.timers += 1;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      this.timers -= 1;
    }
    if (failure === 'before') throw new Error('The store is down.');
    const value = await operation();
    if (failure === 'after') throw new Error('The connection to the store is lost.');
    return value;
  }
}
