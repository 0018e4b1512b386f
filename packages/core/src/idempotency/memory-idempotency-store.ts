import { SmsError } from '../errors/sms-error.js';
import { configurationInvalid } from '../provider-kit/options.js';
import { type Awaitable, storeFull } from '../stores/ask-store.js';
import { type Expiring, ExpiryQueue } from '../stores/expiry-queue.js';
import type { IdempotencyStore, Reservation, StoredResult } from './idempotency-store.js';

/** Options of a {@link MemoryIdempotencyStore}. */
export interface MemoryIdempotencyStoreOptions {
  /** Keys held at most, at least 1. Default 100000: about 60 MB when all have results of usual length. */
  readonly maxKeys?: number | undefined;
  /** The time in milliseconds, from any beginning, never going back. Default: the monotonic clock. */
  readonly now?: (() => number) | undefined;
}

interface Entry extends Expiring {
  readonly key: string;
  readonly fingerprint: string;
  /** The holder's, while the call is in progress. */
  readonly token: string;
  /** JSON, as in a store outside the process: nobody can change a result that has been recorded. */
  readonly result: string | undefined;
}

/** Expired entries that one operation frees in passing, of each kind at most: none stalls the process. */
const sweptAtOnce = 4;

/**
 * Idempotency keys in the memory of this process: they neither reach other processes nor survive a restart.
 *
 * When it is full, the finished key that expires soonest is forgotten. A key in progress never is, since its message
 * could then be sent twice: a store full of these refuses further keys.
 */
export class MemoryIdempotencyStore implements IdempotencyStore {
  readonly #entries = new Map<string, Entry>();
  readonly #inProgress = new ExpiryQueue<Entry>();
  readonly #finished = new ExpiryQueue<Entry>();
  readonly #maxKeys: number;
  readonly #now: () => number;
  #tokens = 0;

  /** @throws SmsError `configuration_invalid` if `maxKeys` is no whole number above 0 */
  constructor({ maxKeys = 100_000, now = () => performance.now() }: MemoryIdempotencyStoreOptions = {}) {
    if (!Number.isSafeInteger(maxKeys) || maxKeys < 1) {
      throw configurationInvalid('MemoryIdempotencyStore: maxKeys: must be a whole number, at least 1');
    }
    this.#maxKeys = maxKeys;
    this.#now = now;
  }

  /** @throws SmsError `store_unavailable` if the store is full of keys in progress; nothing is reserved then */
  reserve(key: string, fingerprint: string, ttlMs: number): Awaitable<Reservation> {
    const now = this.#now();
    const expiresAt = now + checkedTtl(ttlMs);
    this.#sweep(now);
    const known = this.#entryAt(key, now);
    if (known !== undefined) return whatIsKnown(known, fingerprint);
    this.#makeRoom();
    this.#tokens += 1;
    const token = String(this.#tokens);
    this.#add({ key, fingerprint, token, result: undefined, expiresAt, position: -1 });
    return { state: 'reserved', token };
  }

  finish(key: string, token: string, result: StoredResult, ttlMs: number): Awaitable<void> {
    const now = this.#now();
    const expiresAt = now + checkedTtl(ttlMs);
    const held = this.#heldBy(key, token, now);
    if (held === undefined) return;
    const entry = { ...held, result: JSON.stringify(result), expiresAt };
    this.#remove(held);
    this.#add(entry);
  }

  release(key: string, token: string): Awaitable<void> {
    const held = this.#heldBy(key, token, this.#now());
    if (held !== undefined) this.#remove(held);
  }

  #heldBy(key: string, token: string, now: number): Entry | undefined {
    const entry = this.#entryAt(key, now);
    return entry?.token === token && entry.result === undefined ? entry : undefined;
  }

  /** The entry of a key; one that has expired is removed and does not count. */
  #entryAt(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAt > now) return entry;
    this.#remove(entry);
    return undefined;
  }

  #sweep(now: number): void {
    for (const queue of [this.#inProgress, this.#finished]) {
      for (let swept = 0; swept < sweptAtOnce; swept += 1) {
        const { soonest } = queue;
        if (soonest === undefined || soonest.expiresAt > now) break;
        this.#remove(soonest);
      }
    }
  }

  #makeRoom(): void {
    if (this.#entries.size < this.#maxKeys) return;
    const { soonest } = this.#finished;
    if (soonest === undefined) throw this.#full();
    this.#remove(soonest);
  }

  #full(): SmsError {
    return storeFull(
      `The idempotency store is full: ${this.#maxKeys} keys are in progress. Send fewer at a time, or raise maxKeys.`,
    );
  }

  #add(entry: Entry): void {
    this.#entries.set(entry.key, entry);
    this.#queueOf(entry).add(entry);
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.key);
    this.#queueOf(entry).remove(entry);
  }

  #queueOf(entry: Entry): ExpiryQueue<Entry> {
    return entry.result === undefined ? this.#inProgress : this.#finished;
  }
}

function whatIsKnown(entry: Entry, fingerprint: string): Reservation {
  if (entry.fingerprint !== fingerprint) return { state: 'conflict' };
  if (entry.result === undefined) return { state: 'in-progress' };
  return { state: 'finished', result: JSON.parse(entry.result) as StoredResult };
}

function checkedTtl(ttlMs: number): number {
  if (typeof ttlMs === 'number' && ttlMs > 0 && ttlMs < Number.POSITIVE_INFINITY) return ttlMs;
  throw new SmsError({
    code: 'invalid_request',
    outcome: 'not-sent',
    message: 'The lifetime of an idempotency key must be a number of milliseconds above 0.',
  });
}
