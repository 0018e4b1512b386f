import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LookupOutcome } from '../contract/lookup.js';
import { MemoryMessageStore } from '../messages/memory-message-store.js';
import { storeOver, storeThat } from '../messages/message-stores.test.fixture.js';
import { accepted } from '../provider-kit/outcomes.js';
import { client, connection, failureOf, fake, hello, lost, to } from './sms-client.test.fixture.js';

const never = () => new Promise<never>(() => {});
const asked = (find: () => Promise<LookupOutcome>) => ({
  visibleAfterMs: 1_000,
  absenceProves: true,
  find: vi.fn(find),
});
const absent = async (): Promise<LookupOutcome> => ({ outcome: 'absent' });

let warnings: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  vi.useFakeTimers();
  warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('messages.keys', () => {
  it('say how idempotency keys are kept', () => {
    expect(client([fake('a')]).messages.keys).toEqual({ isShared: false, ttlMs: 86_400_000 });
    const shared = storeOver(new MemoryMessageStore(), { isShared: true });
    const sms = client([fake('a')], { stores: { messages: shared }, idempotency: { ttlMs: 50_000 } });
    expect(sms.messages.keys).toEqual({ isShared: true, ttlMs: 50_000 });
  });
});

describe('messages.reports()', () => {
  it('says which providers tell what became of their messages', () => {
    const sms = client([fake('tells', [], undefined, { events: connection().events }), fake('mute')]);
    expect(['tells', 'mute', 'nobody'].map((id) => sms.messages.reports(id))).toEqual([true, false, false]);
  });
});

describe('messages.get()', () => {
  it('says what was reported, farthest first, in copies that change nothing', async () => {
    const { events, tell } = connection();
    const sms = client([fake('a', [accepted('r')], undefined, { events })]);
    const { id } = await sms.send(hello);
    const price = { amount: '0.1', currency: 'EUR' };
    await tell({ kind: 'report', id, state: 'sent', price });
    await tell({
      kind: 'report',
      reference: 'r',
      state: 'undelivered',
      reason: 'unreachable',
      providerCode: '27',
      at: 5,
    });
    const status = await sms.messages.get(id);
    expect(status).toMatchObject({ state: 'undelivered', reason: 'unreachable', providerCode: '27', provider: 'a' });
    const reports = status?.attempts[0]?.reports as unknown as { price?: { amount: string } }[];
    expect(reports).toEqual([
      { state: 'undelivered', reason: 'unreachable', providerCode: '27', reference: 'r', at: 5 },
      { state: 'sent', price },
    ]);
    for (const report of reports) if (report.price !== undefined) report.price.amount = 'changed';
    reports.length = 0;
    expect((await sms.messages.get(id))?.attempts[0]?.reports[1]).toEqual({ state: 'sent', price });
  });

  it.each([5, undefined, null, {}])('refuses the id %j', async (id) => {
    const sms = client([fake('a')]);
    expect(await failureOf(sms.messages.get(id as never))).toMatchObject({
      code: 'invalid_request',
      message: 'messages.get() takes the id that send() gave, a string.',
    });
  });

  it('of a message that nobody knows is undefined', async () => {
    expect(await client([fake('a')]).messages.get('01890000-0000-7000-8000-000000000001')).toBeUndefined();
  });
});

describe('messages.forget()', () => {
  it('erases what is recorded of a phone, however it is written, and says how much that was', async () => {
    const { events, tell } = connection();
    const sms = client([fake('a', [], undefined, { events })], { defaultCountry: 'CN' });
    const { id } = await sms.send(hello);
    await sms.send({ ...hello, to: '+4915112345678' });
    expect(await sms.messages.forget('0138 0013 8000')).toBe(1);
    expect(await sms.messages.get(id)).toBeUndefined();
    expect(await sms.messages.forget(to)).toBe(0);
    await tell({ kind: 'report', id, state: 'delivered' });
    expect(await sms.messages.get(id)).toBeUndefined();
  });

  it('refuses what is no phone', async () => {
    expect(await failureOf(client([fake('a')]).messages.forget('x'))).toMatchObject({ code: 'invalid_phone_number' });
  });

  it('keeps a key taken: its message is not sent again', async () => {
    const a = fake('a');
    const sms = client([a]);
    await sms.send({ ...hello, idempotencyKey: 'k' });
    expect(await sms.messages.forget(to)).toBe(1);
    expect(await failureOf(sms.send({ ...hello, idempotencyKey: 'k' }))).toMatchObject({ outcome: 'unknown' });
    expect(a.sent).toHaveLength(1);
  });
});

describe('every question about messages', () => {
  const questions = [
    [
      'get',
      (sms: ReturnType<typeof client>) => sms.messages.get('01890000-0000-7000-8000-000000000001'),
      'What became of the message is not known now.',
    ],
    [
      'forget',
      (sms: ReturnType<typeof client>) => sms.messages.forget(to),
      'Nothing may have been erased; call forget() again.',
    ],
    ['sweep', (sms: ReturnType<typeof client>) => sms.messages.sweep(), 'What became of the message is not known now.'],
  ] as const;

  it.each(questions)(
    '%s fails with the store: down, or hanging for the client’s whole time',
    async (_, ask, consequence) => {
      const error = { code: 'store_unavailable', outcome: 'unknown' };
      const broken = storeThat(() => Promise.reject(new RangeError('canary')));
      const failure = await failureOf(ask(client([fake('a')], { stores: { messages: broken } })));
      expect(failure).toMatchObject(error);
      expect(failure.message).toBe(`The message store failed (RangeError). ${consequence}`);
      const hanging = failureOf(ask(client([fake('a')], { deadlineMs: 300, stores: { messages: storeThat(never) } })));
      await vi.advanceTimersByTimeAsync(300);
      expect(await hanging).toMatchObject(error);
    },
  );

  it.each(questions)('%s is refused by a closed client', async (_, ask) => {
    const sms = client([fake('a')]);
    await sms.close();
    expect(await failureOf(ask(sms))).toMatchObject({ code: 'client_closed' });
  });
});

describe('the sweep of a client', () => {
  it('gives a key free when a look-up proves that its message was not sent', async () => {
    const lookup = asked(absent);
    const a = fake('a', [lost, accepted('r')], undefined, { lookup });
    const sms = client([a]);
    const keyed = { ...hello, idempotencyKey: 'k' };
    expect(await failureOf(sms.send(keyed))).toMatchObject({ outcome: 'unknown' });
    expect(await failureOf(sms.send(keyed))).toMatchObject({ outcome: 'unknown' });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(lookup.find).toHaveBeenCalledTimes(1);
    expect(await sms.send(keyed)).toMatchObject({ reference: 'r' });
    expect(await sms.send(keyed)).toMatchObject({ reference: 'r', replayed: true });
    expect(a.sent).toHaveLength(2);
  });

  it('replays the receipt of a message that it has found', async () => {
    const a = fake('a', [lost], undefined, { lookup: asked(async () => ({ outcome: 'found', reference: 'r' })) });
    const sms = client([a], { messages: { sweepEveryMs: false } });
    const keyed = { ...hello, idempotencyKey: 'k' };
    await failureOf(sms.send(keyed));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await sms.messages.sweep()).toEqual({ messages: 1, lookups: 1 });
    expect(await sms.send(keyed)).toMatchObject({ provider: 'a', reference: 'r', replayed: true });
    expect(a.sent).toHaveLength(1);
  });

  it('runs from time to time, one after the other, until the client is closed; its timer keeps no process alive', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const memory = new MemoryMessageStore();
    const claimDue = vi.fn(() => new Promise<readonly string[]>((resolve) => setTimeout(() => resolve([]), 2_500)));
    const sms = client([fake('a', [], undefined, { lookup: asked(absent) })], {
      messages: { sweepEveryMs: 1_000 },
      stores: { messages: storeOver(memory, { claimDue }) },
    });
    expect(timers.mock.results[0]?.value.hasRef()).toBe(false);
    await vi.advanceTimersByTimeAsync(3_400);
    expect(claimDue).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(claimDue).toHaveBeenCalledTimes(2);
    const closing = sms.close();
    await vi.advanceTimersByTimeAsync(2_500);
    await closing;
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(claimDue).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['nobody can be asked', {}, undefined],
    ['it is told not to', { lookup: asked(absent) }, { sweepEveryMs: false }],
  ] as const)('never runs by itself if %s', async (_, life, messages) => {
    client([fake('a', [], undefined, life)], { messages });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes on after a store that fails, with a warning', async () => {
    const memory = new MemoryMessageStore();
    const claimDue = vi.fn(async (): Promise<readonly string[]> => {
      throw new RangeError('canary');
    });
    client([fake('a', [], undefined, { lookup: asked(absent) })], {
      messages: { sweepEveryMs: 1_000 },
      stores: { messages: storeOver(memory, { claimDue }) },
    });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(claimDue).toHaveBeenCalledTimes(3);
    expect(warnings.mock.calls).toEqual([
      [
        expect.stringMatching(/^The sweep of messages of which nobody knows failed \(store_unavailable/),
        'PolysmsWarning',
      ],
    ]);
  });

  it('lets a client close while a vendor hangs, when the look-up’s time is over', async () => {
    const sms = client([fake('a', [lost], undefined, { lookup: asked(never) })], { deadlineMs: 2_000 });
    await failureOf(sms.send(hello));
    await vi.advanceTimersByTimeAsync(30_000);
    let isClosed = false;
    const closing = sms.close().then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(1_100);
    await closing;
    expect(vi.getTimerCount()).toBe(0);
  });
});
