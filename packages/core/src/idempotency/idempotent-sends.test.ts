import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { createSmsClient } from '../client/sms-client.js';
import { client, down, failureOf, fake, hello, lost } from '../client/sms-client.test.fixture.js';
import { MemoryMessageStore } from '../messages/memory-message-store.js';
import type { MessageRecord } from '../messages/message-record.js';
import type { MessageStore } from '../messages/message-store.js';
import { recordOf, storeOver, storeThat } from '../messages/message-stores.test.fixture.js';
import { accepted } from '../provider-kit/outcomes.js';
import type { Awaitable } from '../stores/ask-store.js';

describe('an idempotency key', () => {
  const keyed = { ...hello, idempotencyKey: 'order-42' };

  it('sends once and replays the receipt, later and at the same time', async () => {
    const a = fake('a', [accepted('id-1')]);
    const sms = client([a]);
    const receipts = await Promise.all([
      sms.send(keyed),
      sms.send(keyed),
      sms.send({ ...keyed, to: '+86 138 0013 8000' }),
    ]);
    receipts.push(await sms.send(keyed));
    expect(a.sent.length).toBe(1);
    const [first, ...others] = receipts;
    expect(first).not.toHaveProperty('replayed');
    for (const receipt of others) expect(receipt).toEqual({ ...first, replayed: true });
    expect(a.contexts[0]?.idempotencyKey).toBe('order-42');
  });

  it('whose receipt is replayed gives no event, so that events count messages', async () => {
    const sms = client([fake('a')]);
    const told: string[] = [];
    sms.on('attempt', ({ outcome }) => told.push(`attempt ${outcome}`));
    sms.on('settled', ({ outcome }) => told.push(`settled ${outcome}`));
    await Promise.all([sms.send(keyed), sms.send(keyed)]);
    await sms.send(keyed);
    expect(told).toEqual(['attempt accepted', 'settled accepted']);
  });

  it('of another message is an error, later and at the same time', async () => {
    const a = fake('a');
    const sms = client([a]);
    const other = { ...keyed, text: 'other' };
    const [, error] = await Promise.allSettled([sms.send(keyed), sms.send(other)]);
    expect(error).toMatchObject({
      reason: { code: 'invalid_request', message: expect.stringContaining('idempotencyKey') },
    });
    expect(await failureOf(sms.send(other))).toMatchObject({ code: 'invalid_request', outcome: 'not-sent' });
    expect(a.sent.length).toBe(1);
  });

  it('of an unknown outcome stays unknown and is never sent again', async () => {
    const a = fake('a', [lost, accepted()]);
    const sms = client([a]);
    const first = await failureOf(sms.send(keyed));
    const second = await failureOf(sms.send(keyed));
    expect(second.toJSON()).toEqual(first.toJSON());
    expect(a.sent.length).toBe(1);
  });

  it('of a message that was not sent is free again', async () => {
    const a = fake('a', [down, accepted()]);
    const sms = client([a]);
    expect(await failureOf(sms.send(keyed))).toMatchObject({ outcome: 'not-sent' });
    expect((await sms.send(keyed)).provider).toBe('a');
  });

  it('of a process that died is unknown, and not sent again', async () => {
    const store = new MemoryMessageStore();
    const hanging = createSmsClient({
      providers: [fake('a', [() => new Promise(() => {})])],
      stores: { messages: store },
    });
    const dying = failureOf(hanging.send({ ...keyed, deadlineMs: 60_000 }));
    const b = fake('b');
    const error = await failureOf(client([b], { stores: { messages: store } }).send(keyed));
    expect(error).toMatchObject({ code: 'in_progress', outcome: 'unknown' });
    expect(b.sent).toEqual([]);
    expect(await Promise.race([dying, Promise.resolve('still hanging')])).toBe('still hanging');
  });

  it('whose store fails before the send sends nothing; after it, changes nothing', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const failing = async () => {
      throw new Error('canary');
    };
    const a = fake('a');
    const error = await failureOf(client([a], { stores: { messages: storeThat(failing) } }).send(keyed));
    expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'not-sent' });
    expect(inspect(error, { depth: 9 })).not.toContain('canary');
    expect(a.sent).toEqual([]);
    const later = storeOver(storeThat(failing), { add: async () => ({ state: 'added' }) });
    const receipt = await client([a], { stores: { messages: later } }).send(keyed);
    expect(receipt.provider).toBe('a');
    expect(warnings.mock.calls.join()).toMatch(/could not record/);
    warnings.mockRestore();
  });

  it('is free again when its reservation came only after the call had ended', async () => {
    vi.useFakeTimers();
    const store = new MemoryMessageStore();
    const addLate: MessageStore['add'] = async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return store.add(...args);
    };
    const slow = storeOver(store, { add: addLate });
    const a = fake('a');
    const sms = client([a], { stores: { messages: slow } });
    const ending = failureOf(sms.send({ ...keyed, deadlineMs: 20 }));
    await vi.advanceTimersByTimeAsync(100);
    expect(await ending).toMatchObject({ outcome: 'not-sent' });
    const again = sms.send(keyed);
    // The key is asked for, and then taken over from the message that was not sent.
    await vi.advanceTimersByTimeAsync(200);
    expect((await again).provider).toBe('a');
    expect(a.sent.length).toBe(1);
  });

  it.each(['aborted', 'out of time'])(
    'of a call that was %s while it was being reserved is tried by the next one, as soon as it is free',
    async (end) => {
      vi.useFakeTimers();
      const store = new MemoryMessageStore();
      const later = async <Value>(operation: () => Awaitable<Value>): Promise<Value> => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return operation();
      };
      const away = storeOver(store, {
        add: (...args) => later(() => store.add(...args)),
        replace: (...args) => later(() => store.replace(...args)),
      });
      const a = fake('a');
      const sms = client([a], { stores: { messages: away } });
      const caller = new AbortController();
      const first = failureOf(
        sms.send({ ...keyed, ...(end === 'aborted' ? { signal: caller.signal } : { deadlineMs: 20 }) }),
      );
      const follower = sms.send(keyed);
      await vi.advanceTimersByTimeAsync(20);
      caller.abort();
      const next = sms.send(keyed);
      const hasty = failureOf(sms.send({ ...keyed, deadlineMs: 60 }));
      expect(await first).toMatchObject({ outcome: 'not-sent' });
      await vi.advanceTimersByTimeAsync(400);
      expect(await hasty).toMatchObject({ code: 'deadline_exceeded', outcome: 'not-sent' });
      expect(await next).toEqual({ ...(await follower), replayed: true });
      expect(a.sent.length).toBe(1);
    },
  );

  it('is waited for by the next call while it is being given free, however long that takes', async () => {
    vi.useFakeTimers();
    const store = new MemoryMessageStore();
    const pooled = storeOver(store, {
      replace: async (...args) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return store.replace(...args);
      },
    });
    const a = fake('a', [down, accepted()]);
    const sms = client([a], { stores: { messages: pooled } });
    const first = failureOf(sms.send({ ...keyed, deadlineMs: 20 }));
    await vi.advanceTimersByTimeAsync(50);
    expect(await first).toMatchObject({ outcome: 'not-sent' });
    const next = sms.send(keyed);
    await vi.advanceTimersByTimeAsync(600);
    expect((await next).provider).toBe('a');
    expect(a.sent.length).toBe(2);
  });

  it('whose late reservation never comes holds nobody up for longer than a minute', async () => {
    vi.useFakeTimers();
    const store = new MemoryMessageStore();
    let isHung = true;
    const recovering = storeOver(store, {
      add: (...args) => (isHung ? new Promise<never>(() => {}) : store.add(...args)),
    });
    const a = fake('a');
    const sms = client([a], { stores: { messages: recovering } });
    const first = failureOf(sms.send({ ...keyed, deadlineMs: 20 }));
    await vi.advanceTimersByTimeAsync(20);
    await first;
    isHung = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await sms.send(keyed)).provider).toBe('a');
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each<[string, Partial<MessageRecord> | undefined]>([
    ['was erased', undefined],
    ['is of a call that died', { settlesBy: 0 }],
    ['is still being sent', { settlesBy: Date.now() + 60_000 }],
    [
      'has an attempt of which nobody knows',
      { settled: { outcome: 'unknown' }, attempts: [{ provider: 'a', history: [] }] },
    ],
  ])('of a message whose record %s is unknown, and not sent again', async (_name, changes) => {
    const record = changes && recordOf(changes);
    const store = storeOver(new MemoryMessageStore(), { add: () => ({ state: 'held', id: 'message-1', record }) });
    const a = fake('a');
    const sms = client([a], { stores: { messages: store } });
    expect(await failureOf(sms.send(keyed))).toMatchObject({ code: 'in_progress', outcome: 'unknown' });
    expect(a.sent).toEqual([]);
  });

  it.each([
    ['taken after all replays its receipt', 'accepted', 1],
    ['certainly not sent is free again', 'not-sent', 2],
  ] as const)('of a message that a look-up has found to be %s', async (_, proves, sends) => {
    const memory = new MemoryMessageStore();
    let last: MessageRecord | undefined;
    const store = storeOver(memory, {
      replace: (record) => {
        last = record;
        return memory.replace(record);
      },
    });
    const a = fake('a', [lost, accepted('id-2')]);
    const sms = client([a], { stores: { messages: store } });
    await failureOf(sms.send(keyed));
    const lookups = { asked: 1, last: 'found', proves, at: 1 } as const;
    const attempts = (last?.attempts ?? []).map((each) => ({ ...each, lookups }));
    await memory.replace({ ...(last as MessageRecord), revision: 3, attempts });
    const receipt = await sms.send(keyed);
    expect(a.sent.length).toBe(sends);
    expect(receipt.replayed).toBe(proves === 'accepted' ? true : undefined);
    expect(receipt.id === last?.id).toBe(true);
  });

  it('is reserved for at least as long as its call may take', async () => {
    const a = fake('a', [lost]);
    const sms = client([a], { idempotency: { ttlMs: 20 }, deadlineMs: 10 });
    expect(await failureOf(sms.send({ ...keyed, deadlineMs: 60_000 }))).toMatchObject({ outcome: 'unknown' });
    expect(await failureOf(sms.send(keyed))).toMatchObject({ outcome: 'unknown' });
    expect(a.sent.length).toBe(1);
  });

  it('whose store hangs does not hold the call past its deadline', async () => {
    const hang = () => new Promise<never>(() => {});
    const a = fake('a');
    const sms = client([a], { stores: { messages: storeThat(hang) } });
    expect(await failureOf(sms.send({ ...keyed, deadlineMs: 20 }))).toMatchObject({ outcome: 'not-sent' });
    expect(a.sent).toEqual([]);
  });
});
