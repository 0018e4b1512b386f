import type { SmsError } from '../errors/sms-error.js';
import { configurationInvalid } from '../provider-kit/options.js';
import { storeFull } from '../stores/store-full.js';
import { limitProblem } from './limit-rules.js';
import type { Limit, LimitStore, Taking } from './limit-store.js';
import type { WindowCounter } from './window-counter.js';

/** Options of a {@link MemoryLimitStore}. */
export interface MemoryLimitStoreOptions {
  /** Keys counted at most, over all limits, at least 1. Default 100000: about 40 MB. */
  readonly maxKeys?: number | undefined;
}

/**
 * Counts in the memory of this process: other processes count for themselves, and a restart begins anew.
 *
 * A key is forgotten when its window ends, or when all its units are given back. When `maxKeys` are counted, a new key
 * is refused: to forget one instead would give its owner a new allowance, which is what a flood of made-up addresses
 * is after. With the default limits there are never more than about 60,000: `global` stops the flood first.
 *
 * Its timers never keep a process alive; `clear()` ends them. It counts by the system's clock; one that is set forward
 * ends windows early.
 */
export class MemoryLimitStore implements LimitStore {
  readonly isShared = false;
  /** One for each limit: few, since they come from the configuration. */
  readonly #counters: WindowCounter[] = [];
  readonly #maxKeys: number;

  /** @throws SmsError `configuration_invalid` if `maxKeys` is no whole number above 0 */
  constructor({ maxKeys = 100_000 }: MemoryLimitStoreOptions = {}) {
    if (!Number.isSafeInteger(maxKeys) || maxKeys < 1) {
      throw configurationInvalid('MemoryLimitStore: maxKeys: must be a whole number, at least 1');
    }
    this.#maxKeys = maxKeys;
  }

  /** Keys that are counted now, over all limits. */
  get size(): number {
    return this.#counters.reduce((size, counter) => size + counter.size, 0);
  }

  async look(key: string, limit: Limit): Promise<Taking> {
    const window = this.#counterOf(limit)?.look(key);
    if (window === undefined || window.used < limit.max) return { taken: true };
    return { taken: false, retryAfterMs: window.endsInMs };
  }

  /** @throws SmsError `store_unavailable` if the key is new and the store is full; nothing is taken then */
  async take(key: string, limit: Limit): Promise<Taking> {
    const counter = this.#counterOf(limit) ?? (await this.#newCounter(limit));
    // Looking and taking are one step: nothing may be awaited in between.
    const window = counter.look(key);
    if (window !== undefined && window.used >= limit.max) return { taken: false, retryAfterMs: window.endsInMs };
    if (window === undefined && this.size >= this.#maxKeys) throw full();
    counter.take(key);
    return { taken: true };
  }

  async giveBack(key: string, limit: Limit, elapsedMs: number): Promise<void> {
    const counter = this.#counterOf(limit);
    const window = counter?.look(key);
    if (window !== undefined && window.ageMs >= elapsedMs) counter?.giveBack(key);
  }

  /** Forgets everything, and stops the timers: nobody will count any more. */
  clear(): void {
    for (const counter of this.#counters) counter.clear();
    this.#counters.length = 0;
  }

  #counterOf({ max, windowMs }: Limit): WindowCounter | undefined {
    const known = this.#counters.find(({ limit }) => limit.max === max && limit.windowMs === windowMs);
    const problem = known === undefined ? limitProblem({ max, windowMs }) : undefined;
    if (problem !== undefined) throw configurationInvalid(`MemoryLimitStore: ${problem}`);
    return known;
  }

  async #newCounter(limit: Limit): Promise<WindowCounter> {
    counters ??= await import('./window-counter.js');
    // Somebody else may have waited for it, too.
    const known = this.#counterOf(limit);
    if (known !== undefined) return known;
    const counter = new counters.WindowCounter({ max: limit.max, windowMs: limit.windowMs });
    this.#counters.push(counter);
    return counter;
  }
}

/** Loaded with the first limit: an app that counts elsewhere, or nothing, need not load rate-limiter-flexible. */
let counters: typeof import('./window-counter.js') | undefined;

function full(): SmsError {
  return storeFull(
    'The limit store is full and counts no further key. Nothing was sent. If this is no flood, raise maxKeys of MemoryLimitStore; else lower guard.limits.global, so that a flood ends before the store is full.',
  );
}
