import { randomUUID } from 'node:crypto';
import { type IdempotencyStore, type Reservation, SmsError, type StoredResult } from '@polysms/core/stores';
import { finishScript, releaseScript, reserveScript } from './idempotency-scripts.js';
import { hashOf } from './key-part.js';
import type { RedisScripts } from './redis-scripts.js';
import type { Script } from './script.js';
import { parsedAnswer } from './script-json.js';

/** What `reserve` answers, with the result still as the text that was stored. */
type Answer =
  | { readonly state: 'reserved' | 'in-progress' | 'conflict' }
  | { readonly state: 'finished'; readonly result: string };

/** Idempotency keys in Redis, one key each, for as long as they were promised. */
export class RedisIdempotencyStore implements IdempotencyStore {
  readonly #scripts: RedisScripts;
  readonly #prefix: string;

  constructor(scripts: RedisScripts, prefix: string) {
    this.#scripts = scripts;
    this.#prefix = prefix;
  }

  async reserve(key: string, fingerprint: string, ttlMs: number): Promise<Reservation> {
    // Made here, not in Redis: a client that lost the answer may repeat the command, and is then told the same.
    const token = randomUUID();
    const answer = await this.#run(reserveScript, key, [fingerprint, token, checkedTtl(ttlMs)]);
    const reservation = parsedAnswer(answer) as Answer;
    if (reservation.state === 'reserved') return { state: 'reserved', token };
    if (reservation.state !== 'finished') return { state: reservation.state };
    return { state: 'finished', result: JSON.parse(reservation.result) as StoredResult };
  }

  async finish(key: string, token: string, result: StoredResult, ttlMs: number): Promise<void> {
    await this.#run(finishScript, key, [token, JSON.stringify(result), checkedTtl(ttlMs)]);
  }

  async release(key: string, token: string): Promise<void> {
    await this.#run(releaseScript, key, [token]);
  }

  #run(script: Script, key: string, args: readonly string[]): Promise<unknown> {
    return this.#scripts.run({
      script,
      keys: [`${this.#prefix}:idempotency:{${hashOf(key)}}`],
      args,
      store: 'idempotency store',
      ifLost: 'not-sent',
    });
  }
}

function checkedTtl(ttlMs: number): string {
  if (typeof ttlMs === 'number' && ttlMs > 0 && ttlMs < Number.POSITIVE_INFINITY) return String(ttlMs);
  throw new SmsError({
    code: 'invalid_request',
    outcome: 'not-sent',
    message: 'The lifetime of an idempotency key must be a number of milliseconds above 0.',
  });
}
