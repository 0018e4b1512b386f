import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryMessageStore, type MemoryMessageStoreOptions } from './memory-message-store.js';
import type { MessageRecord } from './message-record.js';
import { recordOf, to } from './message-stores.test.fixture.js';

function storeAt(options: MemoryMessageStoreOptions = {}) {
  const clock = { ms: 1_000 };
  return { clock, store: new MemoryMessageStore({ now: () => clock.ms, ...options }) };
}

const record = (id: string, changes: Partial<MessageRecord> = {}) => recordOf({ id, ...changes });
const claim = (key = 'k', changes: { fingerprint?: string; ttlMs?: number; replaces?: string } = {}) => ({
  key,
  fingerprint: 'f',
  ttlMs: 100,
  ...changes,
});
const settled = (id: string, revision = 2) => record(id, { revision, settled: { outcome: 'accepted' } });
const added = { state: 'added' };
const report = { state: 'sent' } as const;

describe('records in memory', () => {
  it('are added, read and replaced by the next revision only', async () => {
    const { store } = storeAt();
    expect(store.read('m')).toBeUndefined();
    expect(store.add(record('m'), 100)).toEqual(added);
    expect(store.read('m')).toEqual(record('m'));
    expect(store.replace(settled('m', 3))).toEqual({ state: 'outdated', current: record('m') });
    expect(store.replace(settled('m'))).toEqual({ state: 'replaced' });
    expect(store.read('m')).toEqual(settled('m'));
    expect(store.replace(record('other', { revision: 2 }))).toEqual({ state: 'outdated', current: undefined });
  });

  it('may be replaced by an equal record again, for whoever did not hear the answer', () => {
    const { store } = storeAt();
    void store.add(record('m'), 100);
    void store.replace(settled('m'));
    expect(store.replace(settled('m'))).toEqual({ state: 'replaced' });
    const other = record('m', { revision: 2 });
    expect(store.replace(other)).toEqual({ state: 'outdated', current: settled('m') });
  });

  it('are replaced by exactly one of many writers at once', async () => {
    const { store } = storeAt();
    void store.add(record('m'), 100);
    const writers = Array.from({ length: 50 }, async (_, index) =>
      store.replace(record('m', { revision: 2, dueAt: index })),
    );
    const answers = await Promise.all(writers);
    expect(answers.filter(({ state }) => state === 'replaced')).toHaveLength(1);
  });

  it('expire at the end of their lifetime, which replacing does not prolong', () => {
    const { store, clock } = storeAt();
    void store.add(record('m'), 100);
    clock.ms += 99;
    void store.replace(settled('m'));
    expect(store.read('m')).toEqual(settled('m'));
    clock.ms += 1;
    expect(store.read('m')).toBeUndefined();
    expect(store.replace(settled('m', 3))).toEqual({ state: 'outdated', current: undefined });
  });

  it('of a phone are erased together; their keys stay taken, and nobody sends under them', async () => {
    const { store, clock } = storeAt();
    void store.add(record('m1'), 100, claim());
    void store.add(record('m2', { dueAt: 1 }), 100);
    void store.add(record('m3', { to: '+4915112345678' }), 100);
    expect(store.forget(to.e164)).toBe(2);
    expect(store.forget(to.e164)).toBe(0);
    expect([store.read('m1'), store.read('m2')]).toEqual([undefined, undefined]);
    expect(store.read('m3')).toEqual(record('m3', { to: '+4915112345678' }));
    expect(store.claimDue(5, 9, 10)).toEqual([]);
    expect(store.add(record('m4'), 100, claim())).toEqual({ state: 'held', id: 'm1', record: undefined });
    clock.ms += 100;
    expect(store.add(record('m4'), 100, claim())).toEqual(added);
  });
});

describe('idempotency keys in memory', () => {
  it('belong to one message, whatever became of it', () => {
    const { store } = storeAt();
    expect(store.add(record('m1'), 100, claim())).toEqual(added);
    expect(store.add(record('m2'), 100, claim())).toEqual({ state: 'held', id: 'm1', record: record('m1') });
    void store.replace(settled('m1'));
    expect(store.add(record('m2'), 100, claim())).toEqual({ state: 'held', id: 'm1', record: settled('m1') });
    expect(store.read('m2')).toBeUndefined();
  });

  it('are in conflict with other content', () => {
    const { store } = storeAt();
    void store.add(record('m1'), 100, claim());
    expect(store.add(record('m2'), 100, claim('k', { fingerprint: 'g' }))).toEqual({ state: 'conflict' });
    expect(store.add(record('m2'), 100, claim('k', { fingerprint: 'g', replaces: 'm1' }))).toEqual({
      state: 'conflict',
    });
  });

  it('go to the message that may replace theirs, once', () => {
    const { store } = storeAt();
    void store.add(record('m1'), 100, claim());
    expect(store.add(record('m2'), 100, claim('k', { replaces: 'other' }))).toMatchObject({ state: 'held', id: 'm1' });
    expect(store.add(record('m2'), 100, claim('k', { replaces: 'm1' }))).toEqual(added);
    expect(store.add(record('m3'), 100, claim('k', { replaces: 'm1' }))).toMatchObject({ state: 'held', id: 'm2' });
    expect(store.read('m1')).toEqual(record('m1'));
  });

  it('are taken by exactly one of many at once', async () => {
    const { store } = storeAt();
    const all = Array.from({ length: 100 }, async (_, index) => store.add(record(`m${index}`), 100, claim()));
    expect((await Promise.all(all)).filter(({ state }) => state === 'added')).toHaveLength(1);
  });

  it.each(['', '__proto__', 'toString', '\ud800'])('may be anything, such as %j', (key) => {
    const { store } = storeAt();
    expect(store.add(record('m1'), 100, claim(key))).toEqual(added);
    expect(store.add(record('m2'), 100, claim(key))).toMatchObject({ state: 'held', id: 'm1' });
  });

  it('keep their record as long as they are taken, and are free at the end of their lifetime', () => {
    const { store, clock } = storeAt();
    void store.add(record('m1'), 10, claim('k', { ttlMs: 100 }));
    void store.add(record('n1'), 500, claim('n', { ttlMs: 100 }));
    clock.ms += 99;
    expect(store.add(record('m2'), 10, claim())).toEqual({ state: 'held', id: 'm1', record: record('m1') });
    clock.ms += 1;
    expect(store.add(record('m2'), 10, claim('k', { fingerprint: 'g' }))).toEqual(added);
    expect(store.add(record('n2'), 10, claim('n'))).toEqual(added);
    expect(store.read('n1')).toEqual(record('n1'));
  });
});

describe('references in memory', () => {
  it('name a message, whether the report or the answer comes first', () => {
    const { store } = storeAt();
    expect(store.link('a', 'r', 'm', 100)).toEqual([]);
    expect(store.find('a', 'r', report, 100)).toBe('m');
    expect(store.find('a', 's', report, 100)).toBeUndefined();
    expect(store.find('a', 's', { state: 'delivered' }, 100)).toBeUndefined();
    expect(store.link('a', 's', 'n', 100)).toEqual([report, { state: 'delivered' }]);
    expect(store.link('a', 's', 'n', 100)).toEqual([report, { state: 'delivered' }]);
    expect(store.find('a', 's', report, 100)).toBe('n');
  });

  it('are those of one provider', () => {
    const { store } = storeAt();
    void store.link('a', '1:b', 'm', 100);
    expect(store.find('a:1', 'b', report, 100)).toBeUndefined();
    expect(store.find('b', '1:b', report, 100)).toBeUndefined();
  });

  it('expire, and so do reports that nobody claims', () => {
    const { store, clock } = storeAt();
    void store.link('a', 'r', 'm', 100);
    void store.find('a', 's', report, 100);
    clock.ms += 100;
    expect(store.find('a', 'r', report, 100)).toBeUndefined();
    expect(store.link('a', 's', 'n', 100)).toEqual([]);
  });

  it('hold sixteen waiting reports, and no more names than messages', () => {
    const { store } = storeAt({ maxMessages: 3 });
    for (let at = 0; at < 40; at += 1) void store.find('a', 'r', { state: 'sent', at }, 1_000);
    expect(store.link('a', 'r', 'm', 1_000)).toHaveLength(16);
    for (const name of ['s', 't', 'u']) void store.find('a', name, report, 100 + name.charCodeAt(0));
    expect(store.link('a', 's', 'm', 100)).toEqual([]);
    expect(store.find('a', 'r', report, 100)).toBe('m');
  });
});

describe('what is due in memory', () => {
  it('is given to one, those that wait longest first, no more than are wanted', () => {
    const { store } = storeAt();
    for (const [id, dueAt] of [
      ['c', 30],
      ['a', 10],
      ['d', 40],
      ['b', 20],
    ] as const)
      void store.add(record(id, { dueAt }), 500);
    void store.add(record('never'), 500);
    expect(store.claimDue(9, 9, 100)).toEqual([]);
    expect(store.claimDue(30, 2, 100)).toEqual(['a', 'b']);
    expect(store.claimDue(31, 9, 100)).toEqual(['c']);
    expect(store.claimDue(31, 9, 100)).toEqual([]);
    expect(store.claimDue(131, 9, 100)).toEqual(['d', 'a', 'b', 'c']);
  });

  it('is leased until the end of the lease, also while its record is changed in other ways', () => {
    const { store } = storeAt();
    void store.add(record('m', { dueAt: 10 }), 500);
    expect(store.claimDue(10, 9, 100)).toEqual(['m']);
    void store.replace(record('m', { revision: 2, dueAt: 10, settled: { outcome: 'unknown' } }));
    expect(store.claimDue(109, 9, 100)).toEqual([]);
    expect(store.claimDue(110, 9, 100)).toEqual(['m']);
  });

  it('ends with a record that is due at another time, or never', () => {
    const { store } = storeAt();
    void store.add(record('m', { dueAt: 10 }), 500);
    void store.add(record('n', { dueAt: 10 }), 500);
    expect(store.claimDue(10, 9, 1_000)).toHaveLength(2);
    void store.replace(record('m', { revision: 2, dueAt: 20 }));
    void store.replace(record('n', { revision: 2 }));
    expect(store.claimDue(2_000, 9, 100)).toEqual(['m']);
  });

  it('is nothing that has expired', () => {
    const { store, clock } = storeAt();
    void store.add(record('m', { dueAt: 10 }), 100);
    void store.add(record('n', { dueAt: 20 }), 500);
    clock.ms += 100;
    expect(store.claimDue(50, 9, 100)).toEqual(['n']);
  });
});

it('says whether something is said first', () => {
  const { store, clock } = storeAt();
  expect([store.isFirst('x', 100), store.isFirst('x', 100), store.isFirst('y', 100)]).toEqual([true, false, true]);
  clock.ms += 100;
  expect(store.isFirst('x', 100)).toBe(true);
});

describe('a full store in memory', () => {
  const full = expect.objectContaining({
    code: 'store_unavailable',
    outcome: 'not-sent',
    message: expect.stringContaining('maxMessages'),
  });

  it('forgets the settled message that expires soonest, with its key', () => {
    const { store } = storeAt({ maxMessages: 4 });
    for (const [id, ttlMs] of [
      ['a', 300],
      ['b', 100],
      ['c', 200],
    ] as const) {
      void store.add(record(id), 1, claim(id, { ttlMs }));
      void store.replace(settled(id));
    }
    void store.add(record('d'), 50, claim('d', { ttlMs: 50 }));
    expect(store.add(record('e'), 500)).toEqual(added);
    expect(['a', 'b', 'c', 'd', 'e'].filter((id) => store.read(id) === undefined)).toEqual(['b']);
    expect(store.add(record('d2'), 1, claim('d'))).toMatchObject({ state: 'held', id: 'd' });
    expect(store.add(record('b2'), 1, claim('b'))).toEqual(added);
  });

  it('never forgets a message that is being sent: it refuses the next one, which takes no key', () => {
    const { store, clock } = storeAt({ maxMessages: 2 });
    void store.add(record('a'), 1, claim('a', { ttlMs: 100 }));
    void store.add(record('b'), 1, claim('b', { ttlMs: 200 }));
    expect(() => store.add(record('c'), 300, claim('c'))).toThrow(full);
    expect(store.add(record('x'), 1, claim('a'))).toMatchObject({ state: 'held', id: 'a' });
    void store.replace(settled('a'));
    expect(store.add(record('c'), 300, claim('c'))).toEqual(added);
    expect(() => store.add(record('d'), 300)).toThrow(full);
    clock.ms += 200;
    expect(store.add(record('d'), 300)).toEqual(added);
  });

  it('leaves the key to a message that has taken it after the one that is forgotten', () => {
    const { store, clock } = storeAt({ maxMessages: 2 });
    void store.add(record('a'), 150, claim('k', { ttlMs: 50 }));
    void store.replace(settled('a'));
    clock.ms += 50;
    void store.add(record('b'), 300, claim('k'));
    expect(store.add(record('c'), 300)).toEqual(added);
    expect(store.read('a')).toBeUndefined();
    expect(store.add(record('d'), 300, claim('k'))).toMatchObject({ state: 'held', id: 'b' });
  });

  it.each([0, 1.5, -1, Number.NaN])('cannot hold %d messages', (maxMessages) => {
    const message = expect.stringMatching(/^MemoryMessageStore: maxMessages: must be a whole number, at least 1/);
    expect(() => new MemoryMessageStore({ maxMessages })).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message }),
    );
  });
});

describe('time in a store in memory', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('passes by the monotonic clock, without a timer', () => {
    const store = new MemoryMessageStore();
    void store.add(record('m1'), 100, claim());
    vi.setSystemTime(Date.now() + 1_000_000);
    expect(store.add(record('m2'), 100, claim())).toMatchObject({ state: 'held' });
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100);
    expect(store.add(record('m2'), 100, claim())).toEqual(added);
  });
});
