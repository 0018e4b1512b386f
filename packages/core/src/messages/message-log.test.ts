import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { begun, id, logWith, lost, report, taken } from './message-log.test.fixture.js';
import type { MessageRecord } from './message-record.js';
import type { MessageStore } from './message-store.js';
import { storeThat, to } from './message-stores.test.fixture.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => void vi.restoreAllMocks());

/** A store that is in another process: every answer takes a turn. */
const away = (store: MessageStore): Partial<MessageStore> => ({
  read: async (...args) => store.read(...args),
  replace: async (...args) => store.replace(...args),
  link: async (...args) => store.link(...args),
  find: async (...args) => store.find(...args),
});

describe.each([
  ['in memory', undefined],
  ['of another process', away],
])('a report to a store %s', (_, kind) => {
  it.each([
    ['our id', { id }],
    ['the vendor’s reference', { reference: 'r' }],
    ['both', { id, reference: 'r' }],
    ['another’s id, and the reference', { id: 'another', reference: 'r' }],
  ])('is taken in by %s, before and after the settlement, and at the same time', async (_name, names) => {
    const seen: unknown[] = [];
    for (const order of ['before', 'after', 'meanwhile']) {
      const { log, record, current, state, reports, resolved } = await begun(kind);
      const told = () => log.report('a', report({ ...names, at: 7 }));
      if (order === 'before') await told();
      if (order === 'meanwhile') await Promise.all([log.settle(record, taken), told()]);
      else await log.settle(record, taken);
      if (order === 'after') await told();
      expect(state()).toBe('sent');
      expect(reports).toHaveLength(1);
      expect(resolved).toEqual([]);
      seen.push({ ...current(), revision: 0 });
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  it('is told once, however often it comes; a new one again', async () => {
    const { log, record, reports, current } = await begun(kind);
    await log.settle(record, taken);
    for (let time = 0; time < 3; time += 1) await log.report('a', report({ id, at: 7 }));
    await Promise.all([log.report('a', report({ id, at: 9 })), log.report('a', report({ reference: 'r', id }))]);
    expect(reports.map(({ at }) => at)).toContain(7);
    expect(current().attempts[0]?.history.map(({ at }) => at)).toEqual([7, undefined]);
    const count = reports.length;
    const failed = { state: 'undelivered', reason: 'filtered', providerCode: '30007' } as const;
    await log.report('a', report({ id, ...failed, at: 8 }));
    await log.report('a', report({ id, state: 'queued' }));
    expect(reports.slice(count)).toEqual([
      {
        id,
        kind: 'message',
        purpose: undefined,
        provider: 'a',
        to: '+86*******8000',
        reported: 'undelivered',
        reason: 'filtered',
        providerCode: '30007',
        at: 8,
        state: 'undelivered',
      },
      expect.objectContaining({ reported: 'queued', state: 'undelivered' }),
    ]);
  });

  it.each(['before', 'after', 'meanwhile'])(
    'resolves a message of which its call knows nothing, once, if it comes %s its end',
    async (order) => {
      const { log, record, resolved, state } = await begun(kind);
      const told = () =>
        Promise.all([log.report('a', report({ id })), log.report('a', report({ id, state: 'queued' }))]);
      if (order === 'before') await told();
      if (order === 'meanwhile') await Promise.all([log.settle(record, lost), told()]);
      else await log.settle(record, lost);
      if (order === 'after') await told();
      expect(state()).toBe('sent');
      const event = { id, kind: 'message', purpose: undefined, provider: 'a', to: '+86*******8000' };
      expect(resolved).toEqual([{ ...event, outcome: 'accepted', by: 'report' }]);
    },
  );
});

describe('a report that is not believed', () => {
  it.each([
    ['for another phone', 'a', { to: '+4915112345678' }],
    ['of a provider that was not to send it', 'c', {}],
    ['of a provider that nobody knows', 'zzz', {}],
  ])('%s changes nothing, by id and by reference', async (_, provider, changes) => {
    const { log, record, current, reports } = await begun();
    await log.report(provider, report({ reference: 'r', ...changes }));
    await log.settle(record, taken);
    const before = current();
    await log.report(provider, report({ id, ...changes }));
    await log.report(provider, report({ id, reference: 'r', ...changes }));
    expect(current()).toBe(before);
    expect(reports).toEqual([]);
  });

  it('is for a phone with the same ending, of a message that is known', async () => {
    const { log, record, current, reports } = await begun();
    await log.settle(record, taken);
    const before = current();
    const sameEnding = '+4915112348000';
    await log.report('a', report({ id, to: sameEnding, state: 'delivered' }));
    await log.report('a', report({ reference: 'r', to: sameEnding, state: 'delivered' }));
    expect(current()).toBe(before);
    expect(reports).toEqual([]);
  });

  it('is believed for the right phone', async () => {
    const { log, state } = await begun();
    await log.report('a', report({ id, to: to.e164, state: 'delivered' }));
    expect(state()).toBe('delivered');
  });
});

describe('a report that nobody claims', () => {
  it('waits for an hour', async () => {
    for (const [afterMs, state] of [
      [3_599_999, 'sent'],
      [3_600_000, 'accepted'],
    ] as const) {
      const { log, record, state: stateNow } = await begun();
      await log.report('a', report({ reference: 'r' }));
      vi.advanceTimersByTime(afterMs);
      await log.settle(record, taken);
      expect(stateNow()).toBe(state);
    }
  });

  it('is found by the reference that a look-up gives, and so is one that comes later', async () => {
    const { log, record, reports, resolved, state } = await begun();
    await log.report('a', report({ reference: 'r' }));
    await log.settle(record, lost);
    expect(state()).toBe('unknown');
    await log.lookedUp(record, [{ provider: 'a', outcome: { outcome: 'found', reference: 'r' } }]);
    expect(state()).toBe('sent');
    await log.report('a', report({ reference: 'r', state: 'delivered' }));
    expect(state()).toBe('delivered');
    expect(reports.map(({ reported }) => reported)).toEqual(['sent', 'delivered']);
    expect(resolved).toMatchObject([{ outcome: 'accepted', by: 'lookup' }]);
  });
});

describe('writers of one record at once', () => {
  /** Others change the record before each of the first writes. */
  const outdated = (times: number) => (store: MessageStore) => {
    let left = times;
    const replace: MessageStore['replace'] = (record) => {
      if (left > 0) {
        left -= 1;
        const current = store.read(record.id) as MessageRecord;
        void store.replace({ ...current, revision: current.revision + 1 });
      }
      return store.replace(record);
    };
    return { replace };
  };

  it('lose nothing, however often another one is first', async () => {
    for (const times of [1, 2, 50, 99]) {
      const { log, record, current, reports, state } = await begun(outdated(times));
      await log.report('a', report({ id }));
      await log.settle(record, taken);
      expect(state()).toBe('sent');
      expect(reports).toHaveLength(1);
      expect(current().revision).toBe(times + 3);
    }
  });

  it('give up after a hundred times, as if the store were down: the vendor repeats its report', async () => {
    const { log } = await begun(outdated(100));
    await expect(log.report('a', report({ id }))).rejects.toMatchObject({
      code: 'store_unavailable',
      outcome: 'unknown',
      message: 'The message store has not taken a change: others changed the record each time.',
    });
  });

  it('change nothing of a record that is gone', async () => {
    const { log, record, store, reports } = await begun();
    await store.forget(to.e164);
    await log.settle(record, taken);
    await log.report('a', report({ id }));
    await log.lookedUp(record, [{ provider: 'a', outcome: { outcome: 'found' } }]);
    expect(reports).toEqual([]);
    expect(await log.read(id)).toBeUndefined();
  });

  it('are all heard', async () => {
    const { log, record, current } = await begun(away);
    const codes = Array.from({ length: 12 }, (_, index) => String(index));
    const told = codes.map((providerCode) => log.report('a', report({ id, providerCode })));
    await Promise.all([...told, log.settle(record, taken)]);
    expect(current().attempts[0]?.history).toHaveLength(12);
    expect(current().settled).toEqual({ outcome: 'accepted' });
  });
});

describe('a store that is down', () => {
  it('fails a report, so that the vendor repeats it, and a settlement, without a rejection that nobody hears', async () => {
    const unheard = vi.fn();
    process.on('unhandledRejection', unheard);
    try {
      const { log, record } = logWith(() => storeThat(() => Promise.reject(new RangeError('down'))));
      await expect(log.report('a', report({ id }))).rejects.toThrow(RangeError);
      await expect(log.report('a', report({ reference: 'r' }))).rejects.toThrow(RangeError);
      await expect(log.settle(record, taken)).rejects.toThrow(RangeError);
      vi.useRealTimers();
      await new Promise((resolve) => setImmediate(resolve));
      expect(unheard).not.toHaveBeenCalled();
    } finally {
      process.off('unhandledRejection', unheard);
    }
  });
});

it('tells nobody the phone', async () => {
  const { log, record, reports, resolved } = await begun();
  await log.settle(record, lost);
  await log.report('a', report({ id, to: to.e164, reference: 'r' }));
  const told = JSON.stringify([reports, resolved]);
  expect(told).toContain('+86*******8000');
  expect(told).not.toContain(to.e164);
});
