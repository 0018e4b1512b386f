import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdempotencyStore, Reservation, StoredResult } from './idempotency-store.js';
import { MemoryIdempotencyStore } from './memory-idempotency-store.js';

function accepted(reference: string): StoredResult {
  return { version: 1, outcome: 'accepted', receipt: { id: 'm', provider: 'mob', reference, attempts: [] } };
}

const unknown: StoredResult = {
  version: 1,
  outcome: 'unknown',
  error: { name: 'SmsError', code: 'timeout', message: 'No answer.', outcome: 'unknown', attempts: [] },
};

/** The same rules over a list that is searched from end to end. */
class Model implements IdempotencyStore {
  #keys: { key: string; print: string; token: string; result?: StoredResult; expiresAt: number }[] = [];
  #tokens = 0;
  readonly #clock: { readonly ms: number };
  readonly #maxKeys: number;

  constructor(clock: { readonly ms: number }, maxKeys: number) {
    this.#clock = clock;
    this.#maxKeys = maxKeys;
  }

  async reserve(key: string, print: string, ttlMs: number): Promise<Reservation> {
    this.#keys = this.#keys.filter(({ expiresAt }) => expiresAt > this.#clock.ms);
    const known = this.#keys.find((each) => each.key === key);
    if (known !== undefined && known.print !== print) return { state: 'conflict' };
    if (known !== undefined) {
      return known.result === undefined ? { state: 'in-progress' } : { state: 'finished', result: known.result };
    }
    if (this.#keys.length === this.#maxKeys) {
      const finished = this.#keys.filter(({ result }) => result !== undefined);
      const [first] = finished.sort((a, b) => a.expiresAt - b.expiresAt);
      if (first === undefined) throw new Error('full');
      this.#keys = this.#keys.filter((each) => each !== first);
    }
    this.#tokens += 1;
    const token = String(this.#tokens);
    this.#keys.push({ key, print, token, expiresAt: this.#clock.ms + ttlMs });
    return { state: 'reserved', token };
  }

  async finish(key: string, token: string, result: StoredResult, ttlMs: number): Promise<void> {
    const held = this.#held(key, token);
    if (held !== undefined) Object.assign(held, { result, expiresAt: this.#clock.ms + ttlMs });
  }

  async release(key: string, token: string): Promise<void> {
    const held = this.#held(key, token);
    this.#keys = this.#keys.filter((each) => each !== held);
  }

  #held(key: string, token: string) {
    return this.#keys.find(
      (each) =>
        each.key === key && each.token === token && each.result === undefined && each.expiresAt > this.#clock.ms,
    );
  }
}

/** `serial` is its own for each call; a little of it in every lifetime keeps two keys from expiring together. */
type Call = (store: IdempotencyStore, tokens: readonly string[], serial: number) => unknown;

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const ttl = fc.integer({ min: 1, max: 5 }).map((hundreds) => hundreds * 100);
const result = fc.constantFrom(accepted('r1'), accepted('r2'), unknown);
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(key, fc.constantFrom('f', 'f', 'f', 'g'), ttl).map(
      ([k, print, ms]): Call =>
        (store, _, serial) =>
          store.reserve(k, print, ms + serial / 1_000_000),
    ),
  },
  fc.tuple(key, fc.nat(), result, ttl).map(
    ([k, pick, ended, ms]): Call =>
      (store, tokens, serial) =>
        store.finish(k, chosen(tokens, pick), ended, ms + serial / 1_000_000),
  ),
  fc.tuple(key, fc.nat()).map(
    ([k, pick]): Call =>
      (store, tokens) =>
        store.release(k, chosen(tokens, pick)),
  ),
);
/** Calls made at once, and the time that passes after them. */
const round = fc.record({ calls: fc.array(call, { minLength: 1, maxLength: 4 }), passMs: fc.nat({ max: 120 }) });

/** A recent token, more often than not one that still holds. */
function chosen(tokens: readonly string[], pick: number): string {
  return tokens.at(-1 - (pick % 6)) ?? 'none';
}

const answer = (settled: PromiseSettledResult<unknown>) => (settled.status === 'rejected' ? 'full' : settled.value);

describe('the memory store and a trivial model', () => {
  it('answer alike, whatever is called at once and however time passes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(round, { maxLength: 60, size: 'max' }),
        fc.integer({ min: 1, max: 5 }),
        async (rounds, maxKeys) => {
          const clock = { ms: 0 };
          const store = new MemoryIdempotencyStore({ maxKeys, now: () => clock.ms });
          const model = new Model(clock, maxKeys);
          const tokens: string[] = [];
          let serial = 0;
          for (const { calls, passMs } of rounds) {
            const answers = await Promise.allSettled(
              calls.map(async (each, index) => each(store, tokens, serial + index)),
            );
            const expected = await Promise.allSettled(
              calls.map(async (each, index) => each(model, tokens, serial + index)),
            );
            expect(answers.map(answer)).toStrictEqual(expected.map(answer));
            for (const each of answers.map(answer)) {
              if (typeof each === 'object' && each !== null && 'token' in each) tokens.push(String(each.token));
            }
            serial += calls.length;
            clock.ms += passMs;
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
