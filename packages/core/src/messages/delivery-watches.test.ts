import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { broke, client, connection, failureOf, fake, hello } from '../client/sms-client.test.fixture.js';
import type { SendOutcome } from '../contract/outcomes.js';
import type { ReportedState, UndeliveredReason } from '../contract/provider-events.js';
import { accepted } from '../provider-kit/outcomes.js';
import { MemoryMessageStore } from './memory-message-store.js';
import type { MessageStore } from './message-store.js';
import { storeOver } from './message-stores.test.fixture.js';

let warnings: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  vi.useFakeTimers();
  warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const urgent = { ...hello, onUnknown: 'failover', deliverWithinMs: 5_000 } as const;

/** A provider whose vendor reports, by a connection of its own. */
function alive(id: string, answers?: Parameters<typeof fake>[1]) {
  const { events, tell } = connection();
  const provider = fake(id, answers, undefined, { events });
  const report = async (message: string, state: ReportedState, reason?: UndeliveredReason) => {
    await tell({ kind: 'report', id: message, state, reason });
    await vi.advanceTimersByTimeAsync(0);
  };
  return Object.assign(provider, { report });
}

/** An answer that comes when it is told to. */
function held() {
  let answer = (_: SendOutcome) => {};
  const ask = () => new Promise<SendOutcome>((resolve) => (answer = resolve));
  return { ask, answer: (outcome: SendOutcome) => answer(outcome) };
}

const counts = (...providers: readonly { readonly sent: readonly unknown[] }[]) =>
  providers.map(({ sent }) => sent.length);

describe('a message that was not delivered in time', () => {
  it('goes from provider to provider, to each once, as often as maxAttempts allows', async () => {
    const all = ['a', 'b', 'c', 'd'].map((id) => alive(id));
    const sms = client(all, { maxAttempts: 3 });
    const { id } = await sms.send(urgent);
    const after: number[][] = [];
    for (let round = 0; round < 4; round += 1) {
      after.push(counts(...all));
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(after).toEqual([
      [1, 0, 0, 0],
      [1, 1, 0, 0],
      [1, 1, 1, 0],
      [1, 1, 1, 0],
    ]);
    expect((await sms.messages.get(id))?.attempts.map(({ provider }) => provider)).toEqual(['a', 'b', 'c']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits while one provider may still deliver it, and goes on at once when all have failed', async () => {
    const [a, b, c] = [alive('a'), alive('b'), alive('c')];
    const { id } = await client([a, b, c]).send(urgent);
    await vi.advanceTimersByTimeAsync(5_000);
    await b.report(id, 'rejected', 'unregistered_sender');
    expect(counts(a, b, c)).toEqual([1, 1, 0]);
    await a.report(id, 'undelivered', 'filtered');
    expect(counts(a, b, c)).toEqual([1, 1, 1]);
    await c.report(id, 'delivered');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stays where it is, and its record as well, if there is nobody else', async () => {
    const messages = new MemoryMessageStore();
    const a = alive('a');
    const { id } = await client([a], { stores: { messages } }).send(urgent);
    const before = messages.read(id);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(messages.read(id)).toBe(before);
    expect(counts(a)).toEqual([1]);
  });

  it('counts the providers that were asked before the one that took it', async () => {
    const [a, b, c] = [alive('a', [broke]), alive('b'), alive('c')];
    await client([a, b, c], { maxAttempts: 2 }).send(urgent);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(counts(a, b, c)).toEqual([1, 1, 0]);
  });

  it('is told how the next provider refused it, and stays where it is', async () => {
    const [a, b] = [alive('a'), alive('b', [broke])];
    const sms = client([a, b]);
    const { id } = await sms.send(urgent);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await sms.messages.get(id)).toMatchObject({
      state: 'accepted',
      provider: 'a',
      attempts: [{ outcome: 'accepted' }, { provider: 'b', outcome: 'refused', code: 'insufficient_balance' }],
    });
    expect(counts(a, b)).toEqual([1, 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stays where it is if the budget allows no further attempt', async () => {
    const [a, b] = [alive('a'), alive('b')];
    await client([a, b], { retryBudget: { ratio: 0, burst: 0 } }).send(urgent);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(counts(a, b)).toEqual([1, 0]);
  });

  it('goes on until it is worth nothing any more, and not at that moment', async () => {
    for (const [validForMs, sent] of [
      [5_001, 1],
      [5_000, 0],
    ] as const) {
      const [a, b] = [alive('a'), alive('b')];
      await client([a, b]).send({ ...urgent, validForMs });
      await vi.advanceTimersByTimeAsync(60_000);
      expect(b.sent.length).toBe(sent);
    }
  });

  it('stays where it is if another process has had the report', async () => {
    const messages = new MemoryMessageStore();
    const [a, b, elsewhere] = [alive('a'), alive('b'), alive('a')];
    const { id } = await client([a, b], { stores: { messages } }).send(urgent);
    client([elsewhere], { stores: { messages } });
    await elsewhere.report(id, 'delivered');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(counts(a, b)).toEqual([1, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes on by what this process knows if the store cannot be read, with a warning', async () => {
    const memory = new MemoryMessageStore();
    let isDown = false;
    const read: MessageStore['read'] = (id) => (isDown ? Promise.reject(new RangeError('canary')) : memory.read(id));
    const [a, b] = [alive('a'), alive('b')];
    await client([a, b], { stores: { messages: storeOver(memory, { read }) } }).send(urgent);
    isDown = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(counts(a, b)).toEqual([1, 1]);
    expect(warnings.mock.calls).toEqual([
      [
        expect.stringMatching(/^A message that was not delivered in time could not fail over \(store_unavailable/),
        'PolysmsWarning',
      ],
    ]);
  });
});

describe('while the next provider is asked', () => {
  it('a report of the first one is heard, and sends nothing by itself', async () => {
    for (const state of ['rejected', 'delivered'] as const) {
      const answer = held();
      const [a, b, c] = [alive('a'), alive('b', [answer.ask]), alive('c')];
      const { id } = await client([a, b, c]).send(urgent);
      await vi.advanceTimersByTimeAsync(5_000);
      await a.report(id, state, state === 'rejected' ? 'filtered' : undefined);
      expect(counts(a, b, c)).toEqual([1, 1, 0]);
      answer.answer(accepted());
      await vi.advanceTimersByTimeAsync(60_000);
      // What has been delivered goes no further; what was rejected has one provider left.
      expect(counts(a, b, c)).toEqual([1, 1, state === 'delivered' ? 0 : 1]);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it('the client that closes waits for its answer, and records it', async () => {
    const answer = held();
    const messages = new MemoryMessageStore();
    const [a, b, c] = [alive('a'), alive('b', [answer.ask]), alive('c')];
    const sms = client([a, b, c], { stores: { messages } });
    const { id } = await sms.send(urgent);
    await vi.advanceTimersByTimeAsync(5_000);
    let isClosed = false;
    const closing = sms.close().then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(isClosed).toBe(false);
    answer.answer(accepted('r'));
    await closing;
    expect(messages.read(id)).toMatchObject({ attempts: [{ provider: 'a' }, { accepted: { reference: 'r' } }] });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(counts(a, b, c)).toEqual([1, 1, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('asks the next provider once if a report and the end of the time come together', async () => {
  const memory = new MemoryMessageStore();
  let go = () => {};
  let isHeld = false;
  const read: MessageStore['read'] = async (id) => {
    if (isHeld) await new Promise<void>((resolve) => (go = resolve));
    return memory.read(id);
  };
  const answer = held();
  const [a, b, c] = [alive('a'), alive('b', [answer.ask]), alive('c')];
  const { id } = await client([a, b, c], { stores: { messages: storeOver(memory, { read }) } }).send(urgent);
  isHeld = true;
  await vi.advanceTimersByTimeAsync(5_000);
  isHeld = false;
  await a.report(id, 'undelivered', 'carrier_fault');
  expect(counts(a, b, c)).toEqual([1, 1, 0]);
  go();
  await vi.advanceTimersByTimeAsync(0);
  expect(counts(a, b, c)).toEqual([1, 1, 0]);
  answer.answer(accepted());
  await vi.advanceTimersByTimeAsync(0);
});

it('watches no message that nobody took, or that was not to be watched', async () => {
  const [a, b] = [alive('a', [accepted(), broke]), alive('b', [broke])];
  const sms = client([a, b]);
  const { id } = await sms.send(hello);
  await a.report(id, 'rejected', 'filtered');
  await failureOf(sms.send(urgent));
  expect(vi.getTimerCount()).toBe(0);
  expect(counts(a, b)).toEqual([2, 1]);
  expect(warnings).not.toHaveBeenCalled();
});

it('asks nobody for a message whose record it was still reading when the client closed', async () => {
  const memory = new MemoryMessageStore();
  let go = () => {};
  const read: MessageStore['read'] = async (id) => {
    await new Promise<void>((resolve) => (go = resolve));
    return memory.read(id);
  };
  const [a, b] = [alive('a'), alive('b')];
  const sms = client([a, b], { stores: { messages: storeOver(memory, { read }) } });
  await sms.send(urgent);
  await vi.advanceTimersByTimeAsync(5_000);
  await sms.close();
  go();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(counts(a, b)).toEqual([1, 0]);
  expect(warnings).not.toHaveBeenCalled();
});

it('hands a message on though the store hangs, and lets the client close', async () => {
  const memory = new MemoryMessageStore();
  let isHung = false;
  const replace: MessageStore['replace'] = (record) => (isHung ? new Promise<never>(() => {}) : memory.replace(record));
  const [a, b] = [alive('a'), alive('b')];
  const sms = client([a, b], { deadlineMs: 2_000, stores: { messages: storeOver(memory, { replace }) } });
  await sms.send(urgent);
  isHung = true;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(b.sent).toHaveLength(1);
  const closing = sms.close();
  await vi.advanceTimersByTimeAsync(2_000);
  await closing;
  expect(warnings.mock.calls).toEqual([[expect.stringContaining('store_unavailable'), 'PolysmsWarning']]);
  expect(vi.getTimerCount()).toBe(0);
});
