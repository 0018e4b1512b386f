import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryMessageStore } from './memory-message-store.js';
import type { MessageRecord } from './message-record.js';
import type { KeyClaim, MessageStore } from './message-store.js';
import { recordOf } from './message-stores.test.fixture.js';

interface Held {
  record: MessageRecord;
  readonly key: string | undefined;
  readonly expiresAt: number;
  dueAt: number | undefined;
}

type Operations = Pick<MessageStore, 'add' | 'read' | 'replace' | 'claimDue' | 'forget'>;

/** The same rules over lists that are searched from end to end. */
class Model implements Operations {
  #held: Held[] = [];
  #keys: (KeyClaim & { readonly id: string; readonly expiresAt: number })[] = [];
  readonly #clock: { readonly ms: number };
  readonly #max: number;

  constructor(clock: { readonly ms: number }, max: number) {
    this.#clock = clock;
    this.#max = max;
  }

  add(record: MessageRecord, keepMs: number, claim?: KeyClaim) {
    this.#expire();
    const { ms } = this.#clock;
    const taken = claim && this.#keys.find(({ key }) => key === claim.key);
    if (claim !== undefined && taken !== undefined) {
      if (taken.fingerprint !== claim.fingerprint) return { state: 'conflict' } as const;
      if (taken.id !== claim.replaces) return { state: 'held', id: taken.id, record: this.read(taken.id) } as const;
    }
    if (this.#held.length === this.#max) {
      const settled = this.#held.filter((each) => each.record.settled !== undefined);
      const [first] = settled.sort((a, b) => a.expiresAt - b.expiresAt);
      if (first === undefined) throw new Error('full');
      this.#held = this.#held.filter((each) => each !== first);
      this.#keys = this.#keys.filter(({ id }) => id !== first.record.id);
    }
    if (claim !== undefined) {
      this.#keys = this.#keys.filter(({ key }) => key !== claim.key);
      this.#keys.push({ ...claim, id: record.id, expiresAt: ms + claim.ttlMs });
    }
    const expiresAt = ms + Math.max(keepMs, claim?.ttlMs ?? 0);
    this.#held.push({ record, key: claim?.key, expiresAt, dueAt: record.dueAt });
    return { state: 'added' } as const;
  }

  read(id: string) {
    this.#expire();
    return this.#held.find(({ record }) => record.id === id)?.record;
  }

  replace(record: MessageRecord) {
    this.#expire();
    const held = this.#held.find((each) => each.record.id === record.id);
    if (held?.record.revision !== record.revision - 1) {
      if (held !== undefined && JSON.stringify(held.record) === JSON.stringify(record))
        return { state: 'replaced' } as const;
      return { state: 'outdated', current: held?.record } as const;
    }
    if (held.record.dueAt !== record.dueAt) held.dueAt = record.dueAt;
    held.record = record;
    return { state: 'replaced' } as const;
  }

  claimDue(now: number, limit: number, leaseMs: number) {
    this.#expire();
    const due = this.#held.filter(({ dueAt }) => dueAt !== undefined && dueAt <= now);
    const claimed = due.sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0)).slice(0, limit);
    for (const each of claimed) each.dueAt = now + leaseMs;
    return claimed.map(({ record }) => record.id);
  }

  forget(to: string) {
    this.#expire();
    const count = this.#held.filter(({ record }) => record.to === to).length;
    this.#held = this.#held.filter(({ record }) => record.to !== to);
    return count;
  }

  #expire(): void {
    this.#held = this.#held.filter(({ expiresAt }) => expiresAt > this.#clock.ms);
    this.#keys = this.#keys.filter(({ expiresAt }) => expiresAt > this.#clock.ms);
  }
}

const phones = ['+8613800138000', '+4915112345678'];
const ms = fc.integer({ min: 1, max: 5 }).map((hundreds) => hundreds * 100);
const due = fc.option(fc.integer({ min: 0, max: 3_000 }), { nil: undefined });

/** `serial` is its own for each call; a little of it in every time keeps two of them from being equal. */
type Call = (store: Operations, serial: number) => unknown;

/** Ids of messages that were added a little while ago. */
const recent = (serial: number, back: number) => `m${Math.max(0, serial - back)}`;
const pad = (serial: number) => serial / 1_000_000;

const add: fc.Arbitrary<Call> = fc
  .record({
    keepMs: ms,
    key: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
    fingerprint: fc.constantFrom('f', 'f', 'f', 'g'),
    ttlMs: ms,
    replaces: fc.option(fc.nat({ max: 12 }), { nil: undefined }),
    dueAt: due,
    to: fc.constantFrom(...phones),
  })
  .map(({ keepMs, key, fingerprint, ttlMs, replaces, dueAt, to }) => (store, serial) => {
    const at = dueAt === undefined ? {} : { dueAt: dueAt + pad(serial) };
    const earlier = replaces === undefined ? {} : { replaces: recent(serial, replaces) };
    const claim = key === undefined ? undefined : { key, fingerprint, ttlMs: ttlMs + pad(serial), ...earlier };
    return store.add(recordOf({ id: `m${serial}`, to, ...at }), keepMs + pad(serial), claim);
  });
const replace: fc.Arbitrary<Call> = fc
  .record({ back: fc.nat({ max: 8 }), revision: fc.integer({ min: 2, max: 3 }), isSettled: fc.boolean(), dueAt: due })
  .map(({ back, revision, isSettled, dueAt }) => (store, serial) => {
    const known = store.read(recent(serial, back)) as MessageRecord | undefined;
    if (known === undefined) return undefined;
    const { dueAt: _, ...rest } = known;
    // Now and then it is due as before.
    const at =
      isSettled && known.dueAt !== undefined
        ? { dueAt: known.dueAt }
        : dueAt === undefined
          ? {}
          : { dueAt: dueAt + pad(serial) };
    const settled = isSettled ? { settled: { outcome: 'accepted' } as const } : {};
    return store.replace({ ...rest, ...settled, ...at, revision: revision === 2 ? known.revision + 1 : revision });
  });
/** One is claimed at a time: several would be due again at the same moment, in no order. */
const others: fc.Arbitrary<Call> = fc.oneof(
  fc.nat({ max: 12 }).map(
    (back): Call =>
      (store, serial) =>
        store.read(recent(serial, back)),
  ),
  fc.record({ now: fc.nat({ max: 3_000 }), leaseMs: ms }).map(
    ({ now, leaseMs }): Call =>
      (store, serial) =>
        store.claimDue(now, 1, leaseMs + pad(serial)),
  ),
  {
    weight: 1,
    arbitrary: fc.constantFrom(...phones, '+1').map(
      (to): Call =>
        (store) =>
          store.forget(to),
    ),
  },
);
const call = fc.oneof(
  { weight: 5, arbitrary: add },
  { weight: 5, arbitrary: replace },
  { weight: 3, arbitrary: others },
);
const step = fc.record({ call, passMs: fc.nat({ max: 60 }) });

function answerOf(ask: () => unknown): unknown {
  try {
    return ask();
  } catch {
    return 'full';
  }
}

describe('the memory store and a trivial model', () => {
  it('answer alike, whatever is called and however time passes', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120, size: 'max' }),
        fc.integer({ min: 1, max: 6 }),
        (steps, maxMessages) => {
          const clock = { ms: 0 };
          const store = new MemoryMessageStore({ maxMessages, now: () => clock.ms });
          const model = new Model(clock, maxMessages);
          for (const [serial, { call: each, passMs }] of steps.entries()) {
            expect(answerOf(() => each(store, serial))).toStrictEqual(answerOf(() => each(model, serial)));
            clock.ms += passMs;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
