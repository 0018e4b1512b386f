import { configurationInvalid } from '../provider-kit/options.js';
import { storeFull } from '../stores/ask-store.js';
import type { OptOutStore } from './opt-out-store.js';

/** Options of a {@link MemoryOptOutStore}. */
export interface MemoryOptOutStoreOptions {
  /** Keys held at most, at least 1. A person who opts out has two. Default 200000: about 25 MB. */
  readonly maxKeys?: number | undefined;
}

/**
 * Opt-outs in the memory of this process: **they do not survive a restart**, and do not reach other processes. That is
 * enough for tests, and where the vendor keeps a list of its own.
 *
 * When it is full, what was taken back first is forgotten. An opt-out never is: a store full of these refuses the next,
 * so that the vendor is not told that it has arrived.
 */
export class MemoryOptOutStore implements OptOutStore {
  readonly isShared = false;
  /** Keys that are opted out, and since when. */
  readonly #out = new Map<string, number>();
  /** Keys whose opt-out was taken back, and when; what was taken back last is last. */
  readonly #back = new Map<string, number>();
  readonly #maxKeys: number;

  /** @throws SmsError `configuration_invalid` if `maxKeys` is no whole number above 0 */
  constructor({ maxKeys = 200_000 }: MemoryOptOutStoreOptions = {}) {
    if (!Number.isSafeInteger(maxKeys) || maxKeys < 1) {
      throw configurationInvalid('MemoryOptOutStore: maxKeys: must be a whole number, at least 1');
    }
    this.#maxKeys = maxKeys;
  }

  /** Keys that are held now, opted out or taken back. */
  get size(): number {
    return this.#out.size + this.#back.size;
  }

  /** @throws SmsError `store_unavailable` if the key is new and the store is full of opt-outs; nothing is kept then */
  add(key: string, at: number): void {
    if (at < (this.#back.get(key) ?? at)) return;
    this.#back.delete(key);
    const known = this.#out.get(key);
    if (known === undefined) this.#makeRoom();
    this.#out.set(key, Math.max(at, known ?? at));
  }

  remove(key: string, at: number): void {
    const out = this.#out.get(key);
    if (out !== undefined && at <= out) return;
    const known = this.#back.get(key);
    this.#out.delete(key);
    this.#back.delete(key);
    // Without room it is as if it had been forgotten at once.
    if (this.#forgetOldest()) this.#back.set(key, Math.max(at, known ?? at));
  }

  has(keys: readonly string[]): readonly boolean[] {
    return keys.map((key) => this.#out.has(key));
  }

  /** Forgets everything. */
  clear(): void {
    this.#out.clear();
    this.#back.clear();
  }

  #makeRoom(): void {
    if (this.#forgetOldest()) return;
    throw storeFull(
      'The opt-out store is full and keeps no further opt-out. This one was not kept. Raise maxKeys of MemoryOptOutStore, or use a store outside the process.',
    );
  }

  /** Whether there is room for one more key now. */
  #forgetOldest(): boolean {
    if (this.size < this.#maxKeys) return true;
    const [oldest] = this.#back.keys();
    return oldest !== undefined && this.#back.delete(oldest);
  }
}
