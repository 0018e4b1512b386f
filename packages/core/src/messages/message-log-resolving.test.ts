import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attempt, begun, id, lost, report, taken } from './message-log.test.fixture.js';
import type { MessageRecord } from './message-record.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => void vi.useRealTimers());

describe('a message whose call has died', () => {
  it('is resolved by a report, a second after its call must have ended', async () => {
    for (const [afterMs, count] of [
      [10_999, 0],
      [11_000, 1],
    ] as const) {
      const { log, resolved, state } = await begun();
      vi.advanceTimersByTime(afterMs);
      expect(state()).toBe('unknown');
      await log.report('b', report({ id }));
      expect(resolved).toMatchObject(
        Array.from({ length: count }, () => ({ provider: 'b', outcome: 'accepted', by: 'report' })),
      );
    }
  });
});

describe('a message of which its call knows nothing', () => {
  it('is resolved once, though its settlement is told again after the report', async () => {
    const { log, record, resolved } = await begun();
    await log.settle(record, lost);
    await log.report('a', report({ id }));
    await log.settle(record, lost);
    expect(resolved).toHaveLength(1);
  });

  it('is resolved for the provider that had reported before, and for no other', async () => {
    const { log, record, resolved } = await begun();
    await log.report('b', report({ id }));
    await log.settle(record, { ...lost, attempts: [attempt('a', 'unknown'), attempt('b', 'unknown')] });
    expect(resolved.map(({ provider }) => provider)).toEqual(['b']);
  });

  it('is not resolved by a look-up before, which told nothing', async () => {
    const { log, record, resolved } = await begun();
    await log.lookedUp(record, [{ provider: 'a', outcome: { outcome: 'inconclusive' } }]);
    await log.settle(record, lost);
    expect(resolved).toEqual([]);
  });
});

describe('a look-up', () => {
  it('is told to whoever watches changes, and resolves a message once', async () => {
    const { log, record, resolved } = await begun();
    const changes: MessageRecord[] = [];
    log.changes.add((changed) => changes.push(changed));
    await log.settle(record, lost);
    await log.lookedUp(record, [{ provider: 'a', outcome: { outcome: 'absent' } }]);
    await log.lookedUp(record, [{ provider: 'a', outcome: { outcome: 'absent' } }]);
    expect(changes).toHaveLength(2);
    expect(resolved).toMatchObject([{ outcome: 'not-sent', by: 'lookup' }]);
  });

  it('links the name that the vendor gives, if it gives one', async () => {
    const { log, record, store } = await begun();
    const link = vi.spyOn(store, 'link');
    await log.settle(record, lost);
    await log.lookedUp(record, [{ provider: 'a', outcome: { outcome: 'absent' } }]);
    await log.lookedUp(record, [{ provider: 'a', outcome: { outcome: 'found' } }]);
    expect(link).not.toHaveBeenCalled();
    await log.lookedUp(record, [{ provider: 'a', outcome: { outcome: 'found', reference: 'r' } }]);
    expect(link.mock.calls).toEqual([['a', 'r', id, 86_400_000]]);
  });

  it('of several providers is one change, so that nobody asks some of them meanwhile', async () => {
    const { log, record, resolved, current } = await begun();
    const { revision } = current();
    await log.lookedUp(record, [
      { provider: 'a', outcome: { outcome: 'absent' } },
      { provider: 'b', outcome: { outcome: 'found', reference: 'r', state: 'sent' } },
    ]);
    expect(current().revision).toBe(revision + 1);
    expect(current().attempts).toMatchObject([
      { provider: 'a', lookups: { last: 'absent' } },
      { provider: 'b', lookups: { last: 'found' }, history: [{ state: 'sent' }] },
    ]);
    expect(resolved).toEqual([]);
  });
});

describe('a report with two names', () => {
  it('is found by our id, also when it is repeated, and its reference is not asked for', async () => {
    const { log, record, store } = await begun();
    const find = vi.spyOn(store, 'find');
    await log.settle(record, taken);
    for (let time = 0; time < 2; time += 1) await log.report('a', report({ id, reference: 'r' }));
    expect(find).not.toHaveBeenCalled();
  });

  it('is found by its reference if the id is that of a message to another phone', async () => {
    const { log, record, memory, state } = await begun();
    await log.settle(record, taken);
    const other = { ...record, id: 'other', to: '+4915112345678' };
    await log.begin(other);
    await log.report('a', report({ id: 'other', reference: 'r', to: record.to, state: 'delivered' }));
    expect(state()).toBe('delivered');
    expect(memory.read('other')?.attempts).toEqual([]);
  });

  it('without a reference is dropped if nobody knows its id: no message will ever claim it', async () => {
    const { log, store } = await begun();
    const find = vi.spyOn(store, 'find');
    await log.report('a', report({ id: 'gone' }));
    expect(find).not.toHaveBeenCalled();
  });
});
