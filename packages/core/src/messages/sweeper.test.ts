import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fake } from '../client/sms-client.test.fixture.js';
import type { LookupOutcome, MessageQuery } from '../contract/lookup.js';
import type { Delivered } from '../delivery/router.js';
import { SmsError } from '../errors/sms-error.js';
import { unknown } from '../provider-kit/outcomes.js';
import { EventHub, type ResolvedEvent } from '../telemetry/events.js';
import { MemoryMessageStore } from './memory-message-store.js';
import { MessageLog } from './message-log.js';
import type { MessageRecord } from './message-record.js';
import { stateOf } from './message-state.js';
import type { MessageStore } from './message-store.js';
import { storeOver, to } from './message-stores.test.fixture.js';
import { Sweeper } from './sweeper.js';

const deadlineMs = 10_000;
const endsInMs = 10_000;
const error = new SmsError({ code: 'timeout', outcome: 'unknown', message: 'Lost.' });
const lostAt = (...providers: string[]): Delivered => ({
  attempts: providers.map((provider) => ({ provider, outcome: 'unknown', durationMs: 1 })),
  accepted: undefined,
  error,
});

interface Vendor {
  readonly visibleAfterMs?: number;
  readonly absenceProves?: boolean;
  readonly answers?: readonly (LookupOutcome | (() => Promise<LookupOutcome>))[];
}

function sweeperOver(
  vendors: Readonly<Record<string, Vendor>>,
  changes: (store: MessageStore) => Partial<MessageStore> = () => ({}),
) {
  const memory = new MemoryMessageStore();
  const store = storeOver(memory, changes(memory));
  const events = new EventHub();
  const asked: { provider: string; at: number; query: MessageQuery }[] = [];
  const began = Date.now();
  const providers = new Map(
    Object.entries(vendors).map(([provider, { visibleAfterMs = 0, absenceProves = true, answers = [] }]) => {
      const find = async (query: MessageQuery): Promise<LookupOutcome> => {
        const turn = asked.filter((each) => each.provider === provider).length;
        asked.push({ provider, at: Date.now() - began, query });
        const answer = answers[Math.min(turn, answers.length - 1)] ?? { outcome: 'absent' };
        return typeof answer === 'function' ? answer() : answer;
      };
      return [provider, fake(provider, [], undefined, { lookup: { visibleAfterMs, absenceProves, find } })];
    }),
  );
  const log = new MessageLog({ store, retainMs: 30 * 86_400_000, providers, events });
  const newSweeper = () => new Sweeper({ store, log, providers, deadlineMs });
  const resolved: ResolvedEvent[] = [];
  events.on('resolved', (event) => resolved.push(event));
  const sent = async (id = 'm', delivered: Delivered | 'died' = lostAt('a')) => {
    const record = log.newRecord({ id, to, kind: 'message' }, Object.keys(vendors), endsInMs);
    await memory.add(record, 30 * 86_400_000);
    if (delivered !== 'died') await log.settle(record, delivered);
  };
  const state = (id = 'm') => stateOf(memory.read(id) as MessageRecord, Date.now()).state;
  const sweeper = newSweeper();
  /** Sweeps every second, as it were, for a while. */
  const sweepFor = async (ms: number, everyMs = 1_000) => {
    for (let passed = 0; passed < ms; passed += everyMs) {
      vi.advanceTimersByTime(everyMs);
      await sweeper.sweep();
    }
  };
  return { memory, sweeper, newSweeper, sent, state, asked, resolved, sweepFor };
}

const found: LookupOutcome = { outcome: 'found', reference: 'r', state: 'delivered' };
const hang = () => new Promise<never>(() => {});

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => void vi.useRealTimers());

describe('a message of which nobody knows', () => {
  it('is found and accepted, and asked about no more', async () => {
    const { sent, sweepFor, state, asked, resolved, memory } = sweeperOver({
      a: { visibleAfterMs: 5_000, answers: [found] },
    });
    await sent();
    const began = Date.now();
    await sweepFor(100_000);
    expect(state()).toBe('delivered');
    expect(asked).toEqual([
      { provider: 'a', at: 15_000, query: { id: 'm', to, sentFrom: began, sentUntil: began + endsInMs } },
    ]);
    expect(resolved).toMatchObject([{ id: 'm', provider: 'a', outcome: 'accepted', by: 'lookup' }]);
    expect(memory.read('m')).toMatchObject({
      attempts: [{ accepted: { reference: 'r' }, lookups: { asked: 1, last: 'found' } }],
    });
    expect(memory.read('m')?.dueAt).toBeUndefined();
  });

  it('was not sent if the vendor does not list it, where that proves it', async () => {
    const { sent, sweepFor, state, asked, resolved } = sweeperOver({ a: { visibleAfterMs: 5_000 } });
    await sent();
    await sweepFor(14_000);
    expect([state(), asked.length]).toEqual(['unknown', 0]);
    await sweepFor(100_000);
    expect([state(), asked.length]).toEqual(['not-sent', 1]);
    expect(resolved).toMatchObject([{ outcome: 'not-sent', by: 'lookup' }]);
  });

  it('is not asked about before the vendor’s list can show it, though it was claimed too early', async () => {
    const { memory, sweeper, sent, state, asked } = sweeperOver({ a: { visibleAfterMs: 60_000 } });
    await sent();
    // A clock that is behind, as in another process, has made it due too early.
    const record = memory.read('m') as MessageRecord;
    void memory.replace({ ...record, revision: record.revision + 1, dueAt: Date.now() });
    for (const [ms, result] of [
      [69_999, { messages: 1, lookups: 0 }],
      [1, { messages: 1, lookups: 1 }],
    ] as const) {
      vi.advanceTimersByTime(ms);
      expect(await sweeper.sweep()).toEqual(result);
      expect(asked.length).toBe(result.lookups);
    }
    expect(state()).toBe('not-sent');
  });

  it('is asked about with growing waits, twelve times, where absence proves nothing', async () => {
    const { sent, sweepFor, state, asked, resolved, memory } = sweeperOver({ a: { absenceProves: false } });
    await sent();
    await sweepFor(5 * 86_400_000, 10_000);
    expect(state()).toBe('unknown');
    expect(asked).toHaveLength(12);
    const waits = asked.slice(1).map(({ at }, index) => (at - (asked[index]?.at ?? 0)) / 1_000);
    expect(waits).toEqual([10, 30, 90, 270, 810, 2_430, 7_290, 21_600, 21_600, 21_600, 21_600]);
    expect(resolved).toEqual([]);
    expect(memory.read('m')).toMatchObject({ attempts: [{ lookups: { asked: 12, last: 'absent' } }] });
    expect(memory.read('m')?.dueAt).toBeUndefined();
  });

  it.each<[string, () => Promise<LookupOutcome>]>([
    ['fails', async () => unknown('timeout', 'No answer came.')],
    ['throws', () => Promise.reject(new TypeError('a bug'))],
    [
      'throws at once',
      () => {
        throw new TypeError('a bug');
      },
    ],
    ['answers something else', async () => ({ outcome: 'zzz' }) as never],
    ['is inconclusive', async () => ({ outcome: 'inconclusive' })],
  ])('is asked about again after a look-up that %s', async (_, answer) => {
    const { sent, sweepFor, state, asked } = sweeperOver({ a: { answers: [answer, found] } });
    await sent();
    await sweepFor(40_000);
    expect([state(), asked.length]).toEqual(['delivered', 2]);
  });

  it('is asked about again after a look-up that hangs, which its deadline ends', async () => {
    const { sent, sweeper, state, asked } = sweeperOver({ a: { answers: [hang, found] } });
    await sent();
    vi.advanceTimersByTime(11_000);
    const sweeping = sweeper.sweep();
    await vi.advanceTimersByTimeAsync(deadlineMs + 100);
    expect(await sweeping).toEqual({ messages: 1, lookups: 1 });
    vi.advanceTimersByTime(10_000);
    expect(await sweeper.sweep()).toEqual({ messages: 1, lookups: 1 });
    expect([state(), asked.length]).toEqual(['delivered', 2]);
  });

  it('at two providers is asked about at each in its own time', async () => {
    const { sent, sweepFor, state, asked } = sweeperOver({
      a: { absenceProves: false },
      b: { visibleAfterMs: 600_000, absenceProves: false },
    });
    await sent('m', lostAt('a', 'b'));
    await sweepFor(700_000);
    const times = (provider: string) => asked.filter((each) => each.provider === provider).map(({ at }) => at / 1_000);
    expect(times('a')).toEqual([10, 20, 50, 140, 410]);
    expect(times('b')).toEqual([610]);
    expect(state()).toBe('unknown');
  });

  it('is named by its reference, if that is known', async () => {
    const { memory, sent, sweepFor, asked } = sweeperOver({ a: {} });
    await sent();
    const record = memory.read('m') as MessageRecord;
    const attempts = record.attempts.map((each) => ({ ...each, accepted: { reference: 'r' } }));
    void memory.replace({ ...record, revision: record.revision + 1, attempts });
    await sweepFor(20_000);
    expect(asked).toMatchObject([{ query: { reference: 'r' } }]);
  });
});

describe('a message whose call has died', () => {
  it('may be at any of its providers: one that has it settles it', async () => {
    const { sent, sweepFor, state, asked, resolved } = sweeperOver({
      a: {},
      b: { visibleAfterMs: 30_000, answers: [found] },
    });
    await sent('m', 'died');
    await sweepFor(100_000);
    expect(state()).toBe('delivered');
    expect(asked.map(({ provider, at }) => [provider, at])).toEqual([
      ['a', 11_000],
      ['b', 40_000],
    ]);
    expect(resolved).toMatchObject([
      { provider: 'a', outcome: 'not-sent' },
      { provider: 'b', outcome: 'accepted' },
    ]);
  });

  it('was not sent if none of them has it', async () => {
    const { sent, sweepFor, state } = sweeperOver({ a: {}, b: {} });
    await sent('m', 'died');
    await sweepFor(100_000);
    expect(state()).toBe('not-sent');
  });

  it('is not asked about before its call must have ended', async () => {
    const { sent, sweepFor, asked } = sweeperOver({ a: {} });
    await sent('m', 'died');
    await sweepFor(10_000);
    expect(asked).toEqual([]);
  });
});

describe('a sweep', () => {
  it('asks about nothing that is known, or whose provider cannot be asked', async () => {
    const { sent, sweepFor, asked } = sweeperOver({ a: {} });
    await sent('taken', {
      attempts: [{ provider: 'a', outcome: 'accepted', durationMs: 1 }],
      accepted: { outcome: 'accepted' },
      error: undefined,
    });
    await sent('elsewhere', lostAt('mob'));
    await sweepFor(100_000);
    expect(asked).toEqual([]);
  });

  it('looks at more than one batch, several at once, and counts', async () => {
    let most = 0;
    let running = 0;
    const answer = async (): Promise<LookupOutcome> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 100));
      running -= 1;
      return { outcome: 'absent' };
    };
    const { sent, sweeper, state } = sweeperOver({ a: { answers: [answer] } });
    for (let index = 0; index < 120; index += 1) await sent(`m${index}`);
    vi.advanceTimersByTime(20_000);
    const sweeping = sweeper.sweep();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await sweeping).toEqual({ messages: 120, lookups: 120 });
    expect(most).toBe(8);
    expect(state('m119')).toBe('not-sent');
    expect(await sweeper.sweep()).toEqual({ messages: 0, lookups: 0 });
  });

  it('shares nothing with another one: no message is asked about twice', async () => {
    const { sent, newSweeper, asked } = sweeperOver({
      a: {
        answers: [
          async () => {
            await new Promise((resolve) => setTimeout(resolve, 100));
            return { outcome: 'absent' };
          },
        ],
      },
    });
    for (let index = 0; index < 70; index += 1) await sent(`m${index}`);
    vi.advanceTimersByTime(20_000);
    const sweeps = Array.from({ length: 4 }, () => newSweeper().sweep());
    await vi.advanceTimersByTimeAsync(5_000);
    const results = await Promise.all(sweeps);
    expect(results.reduce((sum, { lookups }) => sum + lookups, 0)).toBe(70);
    expect(new Set(asked.map(({ query }) => query.id)).size).toBe(70);
    expect(asked).toHaveLength(70);
  });

  it('asks no vendor about a message that another one is asking about, however many vendors hang', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const vendors = Object.fromEntries(ids.map((id) => [id, { answers: [hang] }]));
    const { sent, newSweeper, asked } = sweeperOver(vendors);
    for (let index = 0; index < 50; index += 1) await sent(`m${index}`, lostAt(...ids));
    vi.advanceTimersByTime(20_000);
    for (let second = 0; second < 500; second += 1) {
      if (second % 10 === 0) void newSweeper().sweep();
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const lastAt = new Map<string, number>();
    for (const { provider, at, query } of asked) {
      const name = `${provider} ${query.id}`;
      // Each look-up hangs until its deadline.
      expect(at - (lastAt.get(name) ?? Number.NEGATIVE_INFINITY), name).toBeGreaterThanOrEqual(deadlineMs);
      lastAt.set(name, at);
    }
    expect(lastAt.size).toBe(5 * 50);
  });

  it('claims a message for as long as it can take: claimed, read, asked about and written', async () => {
    const leases: number[] = [];
    const { sent, sweeper } = sweeperOver({ a: {}, b: {}, c: {} }, (store) => ({
      claimDue(now, limit, leaseMs) {
        leases.push(leaseMs);
        return store.claimDue(now, limit, leaseMs);
      },
    }));
    await sent('m', lostAt('a', 'b', 'c'));
    vi.advanceTimersByTime(20_000);
    expect(await sweeper.sweep()).toEqual({ messages: 1, lookups: 3 });
    expect(leases).toEqual([41_000, 41_000]);
  });

  it('that is stopped lets the look-ups under way settle, and begins no further ones', async () => {
    const { sent, sweeper, asked } = sweeperOver({
      a: {
        answers: [
          async () => {
            await new Promise((resolve) => setTimeout(resolve, 100));
            return { outcome: 'absent' };
          },
        ],
      },
    });
    for (let index = 0; index < 60; index += 1) await sent(`m${index}`);
    vi.advanceTimersByTime(20_000);
    const sweeping = sweeper.sweep();
    await vi.advanceTimersByTimeAsync(50);
    sweeper.stop();
    await vi.advanceTimersByTimeAsync(100);
    expect(await sweeping).toMatchObject({ lookups: 8 });
    expect(asked).toHaveLength(8);
    expect(await sweeper.sweep()).toEqual({ messages: 0, lookups: 0 });
  });

  it('that the store fails looks at the others all the same, and settles after them', async () => {
    const { sent, sweeper, state } = sweeperOver({ a: {} }, (store) => ({
      read: (id) => (id === 'm3' ? Promise.reject(new RangeError('down')) : store.read(id)),
    }));
    for (let index = 0; index < 9; index += 1) await sent(`m${index}`);
    vi.advanceTimersByTime(20_000);
    await expect(sweeper.sweep()).rejects.toMatchObject({ code: 'store_unavailable', outcome: 'unknown' });
    expect(
      Array.from({ length: 9 }, (_, index) => state(`m${index}`)).filter((each) => each === 'not-sent'),
    ).toHaveLength(8);
  });

  it.each(['claimDue', 'read', 'replace'] as const)('ends though the store never answers %s', async (operation) => {
    let isHung = false;
    const { sent, sweeper } = sweeperOver({ a: {} }, (store) => ({
      [operation]: (...args: never[]) =>
        isHung ? hang() : (store[operation] as (...all: never[]) => unknown)(...args),
    }));
    await sent();
    vi.advanceTimersByTime(20_000);
    isHung = true;
    const sweeping = expect(sweeper.sweep()).rejects.toMatchObject({ code: 'store_unavailable' });
    await vi.advanceTimersByTimeAsync(deadlineMs);
    await sweeping;
    expect(vi.getTimerCount()).toBe(0);
  });
});
