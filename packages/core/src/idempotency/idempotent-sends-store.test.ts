import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Deadline } from '../contract/deadline.js';
import type { Delivered } from '../delivery/router.js';
import type { Receipt } from '../delivery/send-request.js';
import { isSmsError, SmsError } from '../errors/sms-error.js';
import { MemoryMessageStore } from '../messages/memory-message-store.js';
import { MessageLog } from '../messages/message-log.js';
import type { MessageRecord } from '../messages/message-record.js';
import type { MessageStore } from '../messages/message-store.js';
import { recordOf, storeOver, to } from '../messages/message-stores.test.fixture.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { accepted } from '../provider-kit/outcomes.js';
import { EventHub } from '../telemetry/events.js';
import { IdempotentSends } from './idempotent-sends.js';

const attempt = { provider: 'a', outcome: 'accepted', durationMs: 1 } as const;
const taken: Delivered = { attempts: [attempt], accepted: accepted('r'), error: undefined };
const receipt: Receipt = { id: 'message-1', provider: 'a', reference: 'r', attempts: [attempt] };
const replayed: Receipt = { ...receipt, replayed: true };
const added = { state: 'added' } as const;
const never = () => new Promise<never>(() => {});
const later = <Value>(ms: number, value: () => Value | Promise<Value>) =>
  new Promise<Value>((resolve, reject) => {
    setTimeout(() => Promise.resolve().then(value).then(resolve, reject), ms);
  });

const messageOf = (text: string) => ({ id: 'message-1', key: 'order-42', to, request: { to: to.e164, text } });
const message = messageOf('hello');
/** A promise of another realm is no instance of ours. */
const elsewhere = <Value>(value: Value): Promise<Value> => runInNewContext('Promise.resolve(value)', { value });

function failed(code: 'network_error' | 'deadline_exceeded' | 'aborted' | 'timeout', outcome: 'not-sent' | 'unknown') {
  return new SmsError({ code, outcome, message: 'Of the send.' });
}

/** How a call ended that sent nothing, or of which nobody knows. */
const failing = (error: SmsError): Delivered => ({ attempts: [], accepted: undefined, error });

function sendsWith(changes: Partial<MessageStore> = {}, ttlMs = 86_400_000) {
  const memory = storeOver(new MemoryMessageStore(), { add: async () => added, ...changes });
  const store = storeOver(memory, {
    add: vi.fn(memory.add),
    replace: vi.fn(changes.replace ?? (async () => ({ state: 'replaced' }) as const)),
  });
  const log = new MessageLog({ store, retainMs: 86_400_000, providers: new Map(), events: new EventHub() });
  const sends = new IdempotentSends({ log, ttlMs, providers: ['a'] });
  const once = (send: () => Promise<Delivered>, deadline: Deadline = deadlineAfter(10_000), keyed = message) =>
    sends.once(keyed, deadline, send);
  const written = () => vi.mocked(store.replace).mock.calls.map(([record]) => record.settled);
  return { store, once, written };
}

/** What the store says of a key that an earlier message has. */
const held = (record: MessageRecord | undefined) => ({ state: 'held', id: 'message-0', record }) as const;

async function failureOf(sending: Promise<unknown>): Promise<unknown> {
  return sending.then(
    () => expect.fail('It was sent.'),
    (error: unknown) => error,
  );
}

let warnings: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  vi.useFakeTimers();
  warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('what the store is told of a message with a key', () => {
  it('is the record and the key for the key’s whole lifetime after the call, then how it ended', async () => {
    const { store, once } = sendsWith();
    expect(await once(async () => taken)).toStrictEqual(receipt);
    const [[record, keepMs, claim]] = vi.mocked(store.add).mock.calls as [[MessageRecord, number, object]];
    expect(record).toMatchObject({ id: 'message-1', revision: 1, to: to.e164, attempts: [] });
    expect(keepMs).toBe(86_400_000);
    const fingerprint = expect.stringMatching(/^[\w-]{43}$/);
    expect(claim).toEqual({ key: 'order-42', fingerprint, ttlMs: 86_400_000 + 10_000 + 1_000 });
    expect(vi.mocked(store.replace).mock.calls).toMatchObject([
      [{ revision: 2, settled: { outcome: 'accepted' }, attempts: [{ provider: 'a', accepted: { reference: 'r' } }] }],
    ]);
    expect(warnings).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is the error, whether nobody knows or nothing was sent', async () => {
    const { once, written } = sendsWith();
    for (const error of [failed('timeout', 'unknown'), failed('network_error', 'not-sent')]) {
      expect(await failureOf(once(async () => failing(error)))).toBe(error);
      expect(written().at(-1)).toEqual({ outcome: error.outcome, error: error.toJSON() });
    }
    expect(warnings).not.toHaveBeenCalled();
  });

  it('is nothing after a bug, which proves nothing', async () => {
    const { once, written } = sendsWith();
    const bug = new TypeError('a bug');
    expect(await failureOf(once(() => Promise.reject(bug)))).toBe(bug);
    expect(written()).toEqual([]);
  });

  it.each([
    ['accepted', taken],
    ['unknown', failing(failed('timeout', 'unknown'))],
    ['not sent', failing(failed('network_error', 'not-sent'))],
  ])('may fail when a message is %s: a warning names the store', async (_, delivered) => {
    const replace = () => Promise.reject(new RangeError('canary'));
    await sendsWith({ replace })
      .once(async () => delivered)
      .catch(isSmsError);
    const words = expect.stringMatching(/^The message store could not record a result \(RangeError at [^()]+\)$/);
    expect(warnings.mock.calls).toEqual([[words, 'PolysmsWarning']]);
  });
});

describe('a store that fails to take a key', () => {
  it.each([
    ['rejects', () => Promise.reject(new RangeError('canary')), 'RangeError'],
    ['answers nothing', async () => undefined, 'TypeError'],
    ['answers something else', async () => ({ state: 'zzz' }), 'TypeError'],
  ])('has nothing sent when it %s', async (_, add, kind) => {
    const send = vi.fn(never);
    expect(await failureOf(sendsWith({ add: add as never }).once(send))).toMatchObject({
      code: 'store_unavailable',
      outcome: 'not-sent',
      message: `The message store failed (${kind}), so nothing was sent.`,
    });
    expect(send).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says itself what is wrong, if it can', async () => {
    const own = new SmsError({ code: 'send_limit_exceeded', outcome: 'not-sent', message: 'Full.' });
    expect(await failureOf(sendsWith({ add: () => Promise.reject(own) }).once(never))).toBe(own);
  });

  it('may say that the key is another message’s, or under way elsewhere', async () => {
    expect(await failureOf(sendsWith({ add: async () => ({ state: 'conflict' }) }).once(never))).toMatchObject({
      code: 'invalid_request',
      outcome: 'not-sent',
      message: 'send(): idempotencyKey: another message has this key; give each message its own.',
    });
    expect(
      await failureOf(sendsWith({ add: async () => held(recordOf({ settlesBy: Date.now() + 1_000 })) }).once(never)),
    ).toMatchObject({
      code: 'in_progress',
      outcome: 'unknown',
      message: 'A call with this idempotencyKey is under way, or died. It is not sent again.',
    });
  });

  it('may hold a record that nobody can read any more: then it is not sent again', async () => {
    const add = async () => held(undefined);
    expect(await failureOf(sendsWith({ add }).once(never))).toMatchObject({ code: 'in_progress' });
  });

  it('may hold a message that was not sent: its key is taken over, once', async () => {
    const add = vi.fn(async () => held(recordOf({ settled: { outcome: 'not-sent' } })));
    expect(await failureOf(sendsWith({ add }).once(never))).toMatchObject({ code: 'in_progress' });
    const claims = add.mock.calls.map((call: readonly unknown[]) => call[2]);
    expect(claims).toMatchObject([{ key: 'order-42' }, { key: 'order-42', replaces: 'message-0' }]);
    expect(claims[0]).not.toHaveProperty('replaces');
  });
});

describe('a keyed call that ends before its key is settled', () => {
  const ending = (code: string, outcome: string) => ({
    code,
    outcome,
    message: 'The call ended before its idempotencyKey was settled.',
  });

  it('asks no store when it has ended already', async () => {
    const { store, once } = sendsWith();
    const aborted = deadlineAfter(1_000, { signal: AbortSignal.abort() });
    expect(await failureOf(once(never, aborted))).toMatchObject(ending('aborted', 'not-sent'));
    expect(await failureOf(once(never, deadlineAfter(0)))).toMatchObject(ending('deadline_exceeded', 'not-sent'));
    expect(store.add).not.toHaveBeenCalled();
  });

  it('waits no longer for a reservation, and gives it back when it comes after all', async () => {
    const send = vi.fn(never);
    const { once, written } = sendsWith({ add: () => later(1_500, () => added) });
    const sending = failureOf(once(send, deadlineAfter(1_000)));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await sending).toMatchObject(ending('deadline_exceeded', 'not-sent'));
    expect(written()).toEqual([]);
    await vi.advanceTimersByTimeAsync(500);
    expect(written()).toMatchObject([{ outcome: 'not-sent' }]);
    expect(send).not.toHaveBeenCalled();
    expect(warnings).not.toHaveBeenCalled();
  });

  it('gives back only what it was given, and warns when that fails', async () => {
    const answers = [() => later(1_500, () => held(undefined)), () => later(1_500, () => added)];
    const replace = vi.fn(() => Promise.reject(new EvalError('canary')));
    for (const add of answers) {
      const sending = failureOf(sendsWith({ add, replace }).once(never, deadlineAfter(1_000)));
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await sending).toMatchObject({ code: 'deadline_exceeded' });
    }
    expect(replace).toHaveBeenCalledTimes(1);
    expect(warnings.mock.calls).toEqual([
      [expect.stringMatching(/^The message store could not release a key \(EvalError at /), 'PolysmsWarning'],
    ]);
  });

  it('leaves the outcome open when another call with the key is under way', async () => {
    const { once } = sendsWith();
    const first = once(() => later(5_000, () => taken));
    const second = failureOf(once(never, deadlineAfter(1_000)));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await second).toMatchObject(ending('deadline_exceeded', 'unknown'));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await first).toEqual(receipt);
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** An SmsError is a value of the delivery; anything else is thrown. */
const ended = (end: Error): Promise<Delivered> =>
  isSmsError(end) ? Promise.resolve(failing(end)) : Promise.reject(end);

describe('keyed calls at the same time', () => {
  it('send once, and share the receipt; the next one asks the store again', async () => {
    const { store, once } = sendsWith();
    const send = vi.fn(() => later(100, () => taken));
    const calls = [once(send), once(send), once(send)];
    await vi.advanceTimersByTimeAsync(100);
    expect(await Promise.all(calls)).toEqual([receipt, replayed, replayed]);
    expect([send.mock.calls.length, vi.mocked(store.add).mock.calls.length]).toEqual([1, 1]);
    expect(vi.getTimerCount()).toBe(0);
    await once(async () => taken);
    expect(store.add).toHaveBeenCalledTimes(2);
  });

  it('are refused for another message', async () => {
    const { once } = sendsWith();
    void once(() => later(100, () => taken));
    const other = failureOf(once(never, deadlineAfter(1_000), messageOf('other')));
    expect(await other).toMatchObject({ code: 'invalid_request', message: expect.stringContaining('idempotencyKey') });
    await vi.advanceTimersByTimeAsync(100);
  });

  it.each([
    ['ran out of time', failed('deadline_exceeded', 'not-sent')],
    ['was aborted', failed('aborted', 'not-sent')],
    ['waited too long for a provider', failed('timeout', 'not-sent')],
  ])('try again, one for all, when the first %s', async (_, end) => {
    const { store, once } = sendsWith();
    const first = failureOf(once(() => later(100, () => ended(end))));
    const send = vi.fn(() => later(100, () => taken));
    const others = [once(send), once(send), once(send)];
    await vi.advanceTimersByTimeAsync(200);
    expect(await first).toBe(end);
    expect(await Promise.all(others)).toEqual([receipt, replayed, replayed]);
    expect([send.mock.calls.length, vi.mocked(store.add).mock.calls.length]).toEqual([1, 2]);
  });

  it.each([
    ['another reason', failed('network_error', 'not-sent')],
    ['nobody knows what became of it', failed('timeout', 'unknown')],
    ['of a bug', new TypeError('a bug')],
  ])('fail alike when the first failed and %s', async (_, end) => {
    const { once } = sendsWith();
    const first = failureOf(once(() => later(100, () => ended(end))));
    const send = vi.fn(never);
    const second = failureOf(once(send));
    await vi.advanceTimersByTimeAsync(100);
    expect([await first, await second]).toEqual([end, end]);
    expect(send).not.toHaveBeenCalled();
  });

  it('do not try again when they have ended themselves, though their timer is late', async () => {
    const { store, once } = sendsWith();
    const end = failed('deadline_exceeded', 'not-sent');
    const first = failureOf(once(() => later(100, () => ended(end))));
    const second = failureOf(once(never, { ended: 'aborted', remainingMs: () => 0, onEnd: () => () => {} }));
    await vi.advanceTimersByTimeAsync(100);
    expect([await first, await second]).toEqual([end, end]);
    expect(store.add).toHaveBeenCalledTimes(1);
  });
});

describe('a store whose promises are of another realm', () => {
  it('is waited for: a finished key sends nothing', async () => {
    const settled = recordOf({
      settled: { outcome: 'accepted' },
      attempts: [{ provider: 'a', attempt, accepted: { reference: 'r' }, history: [] }],
    });
    const { once } = sendsWith({ add: () => elsewhere(held(settled)) });
    expect(await once(() => expect.fail('It was sent before.'))).toEqual(replayed);
  });
});
