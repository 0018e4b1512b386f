import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Deadline } from '../contract/deadline.js';
import type { PreparedMessage } from '../delivery/prepare-message.js';
import type { Receipt } from '../delivery/send-request.js';
import { isSmsError, SmsError } from '../errors/sms-error.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import type { IdempotencyStore } from './idempotency-store.js';
import { IdempotentSends } from './idempotent-sends.js';

const receipt: Receipt = { id: 'm', provider: 'a', reference: 'r', attempts: [] };
const replayed: Receipt = { ...receipt, replayed: true };
const mine = { state: 'reserved', token: 'mine' } as const;
const never = () => new Promise<never>(() => {});
const later = <Value>(ms: number, value: () => Value | Promise<Value>) =>
  new Promise<Value>((resolve, reject) => {
    setTimeout(() => Promise.resolve().then(value).then(resolve, reject), ms);
  });

function messageOf(text: string): PreparedMessage {
  const to = { e164: '+8613800138000', callingCode: '86', nationalNumber: '13800138000', country: 'CN' };
  const unused = () => expect.fail('The message is rendered elsewhere.');
  return { to, request: { to: to.e164, text }, canSend: unused, unsupported: '', messageFor: unused };
}
const message = messageOf('hello');
/** A promise of another realm is no instance of ours. */
const elsewhere = <Value>(value: Value): Promise<Value> => runInNewContext('Promise.resolve(value)', { value });

function failed(code: 'network_error' | 'deadline_exceeded' | 'aborted' | 'timeout', outcome: 'not-sent' | 'unknown') {
  return new SmsError({ code, outcome, message: 'Of the send.' });
}

function storeWith(changes: Partial<IdempotencyStore> = {}) {
  const nothing = async () => {};
  const store = { reserve: async () => mine, finish: nothing, release: nothing, ...changes };
  return { reserve: vi.fn(store.reserve), finish: vi.fn(store.finish), release: vi.fn(store.release) };
}

function sendsWith(changes: Partial<IdempotencyStore> = {}, ttlMs = 86_400_000) {
  const store = storeWith(changes);
  const sends = new IdempotentSends(store, ttlMs);
  const once = (send: () => Promise<Receipt>, deadline: Deadline = deadlineAfter(10_000), preparation = message) =>
    sends.once('order-42', preparation, deadline, send);
  return { store, once };
}

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

describe('what the store of idempotency keys is told', () => {
  it('is the key for its whole lifetime, then the receipt for as long', async () => {
    const { store, once } = sendsWith();
    expect(await once(async () => receipt)).toBe(receipt);
    expect(store.reserve.mock.calls).toEqual([['order-42', expect.stringMatching(/^[\w-]{43}$/), 86_400_000]]);
    const accepted = { version: 1, outcome: 'accepted', receipt };
    expect(store.finish.mock.calls).toEqual([['order-42', 'mine', accepted, 86_400_000]]);
    expect(store.release).not.toHaveBeenCalled();
    expect(warnings).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('reserves for a second longer than the call may take, if that is longer', async () => {
    const { store, once } = sendsWith({}, 5_000);
    await once(async () => receipt, deadlineAfter(4_001));
    await once(async () => receipt, deadlineAfter(3_999));
    expect(store.reserve.mock.calls.map(([, , ttlMs]) => ttlMs)).toEqual([5_001, 5_000]);
  });

  it('is the error of an unknown outcome, and a release when nothing was sent', async () => {
    const { store, once } = sendsWith();
    const lost = failed('timeout', 'unknown');
    expect(await failureOf(once(() => Promise.reject(lost)))).toBe(lost);
    const unknown = { version: 1, outcome: 'unknown', error: lost.toJSON() };
    expect(store.finish.mock.calls).toEqual([['order-42', 'mine', unknown, 86_400_000]]);
    const down = failed('network_error', 'not-sent');
    expect(await failureOf(once(() => Promise.reject(down)))).toBe(down);
    expect(store.finish).toHaveBeenCalledTimes(1);
    expect(store.release.mock.calls).toEqual([['order-42', 'mine']]);
    expect(warnings).not.toHaveBeenCalled();
  });

  it('is nothing after a bug, which proves nothing', async () => {
    const { store, once } = sendsWith();
    const bug = new TypeError('a bug');
    expect(await failureOf(once(() => Promise.reject(bug)))).toBe(bug);
    expect(store.finish).not.toHaveBeenCalled();
    expect(store.release).not.toHaveBeenCalled();
  });

  it.each([
    ['accepted', async () => receipt],
    ['unknown', () => Promise.reject(failed('timeout', 'unknown'))],
    ['not sent', () => Promise.reject(failed('network_error', 'not-sent'))],
  ])('may fail when a message is %s: a warning names the store', async (_, send) => {
    const failing = () => Promise.reject(new RangeError('canary'));
    await sendsWith({ finish: failing, release: failing }).once(send).catch(isSmsError);
    const words = expect.stringMatching(/^The idempotency store could not record a result \(RangeError at [^()]+\)$/);
    expect(warnings.mock.calls).toEqual([[words, 'PolysmsWarning']]);
  });
});

describe('a store of idempotency keys that fails to reserve', () => {
  it.each([
    ['rejects', () => Promise.reject(new RangeError('canary')), 'RangeError'],
    ['answers nothing', async () => undefined, 'TypeError'],
    ['answers something else', async () => ({ state: 'zzz' }), 'TypeError'],
  ])('has nothing sent when it %s', async (_, reserve, kind) => {
    const send = vi.fn(never);
    expect(await failureOf(sendsWith({ reserve: reserve as never }).once(send))).toMatchObject({
      code: 'store_unavailable',
      outcome: 'not-sent',
      message: `The idempotency store failed (${kind}), so nothing was sent.`,
    });
    expect(send).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says itself what is wrong, if it can', async () => {
    const own = new SmsError({ code: 'send_limit_exceeded', outcome: 'not-sent', message: 'Full.' });
    expect(await failureOf(sendsWith({ reserve: () => Promise.reject(own) }).once(never))).toBe(own);
  });

  it('may say that the key is another message’s, or under way elsewhere', async () => {
    expect(await failureOf(sendsWith({ reserve: async () => ({ state: 'conflict' }) }).once(never))).toMatchObject({
      code: 'invalid_request',
      outcome: 'not-sent',
      message: 'send(): idempotencyKey: another message has this key; give each message its own.',
    });
    expect(await failureOf(sendsWith({ reserve: async () => ({ state: 'in-progress' }) }).once(never))).toMatchObject({
      code: 'in_progress',
      outcome: 'unknown',
      message: 'A call with this idempotencyKey is under way, or died. It is not sent again.',
    });
  });

  it.each<[string, unknown]>([
    ['another version', { version: 2, outcome: 'accepted', receipt }],
    ['no receipt', { version: 1, outcome: 'accepted', error: {} }],
    ['no error', { version: 1, outcome: 'unknown', receipt }],
    ['nothing at all', undefined],
  ])('may hold a result of %s: then it is not sent again', async (_, result) => {
    const reserve = async () => ({ state: 'finished', result }) as never;
    expect(await failureOf(sendsWith({ reserve }).once(never))).toMatchObject({ code: 'in_progress' });
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
    expect(store.reserve).not.toHaveBeenCalled();
  });

  it('waits no longer for a reservation, and gives it back when it comes after all', async () => {
    const send = vi.fn(never);
    const { store, once } = sendsWith({ reserve: () => later(1_500, () => mine) });
    const sending = failureOf(once(send, deadlineAfter(1_000)));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await sending).toMatchObject(ending('deadline_exceeded', 'not-sent'));
    expect(store.release).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(500);
    expect(store.release.mock.calls).toEqual([['order-42', 'mine']]);
    expect(send).not.toHaveBeenCalled();
    expect(warnings).not.toHaveBeenCalled();
  });

  it('gives back only what it was given, and warns when that fails', async () => {
    const reserves = [() => later(1_500, () => ({ state: 'in-progress' }) as const), () => later(1_500, () => mine)];
    const release = vi.fn(() => Promise.reject(new EvalError('canary')));
    for (const reserve of reserves) {
      const sending = failureOf(sendsWith({ reserve, release }).once(never, deadlineAfter(1_000)));
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await sending).toMatchObject({ code: 'deadline_exceeded' });
    }
    expect(release).toHaveBeenCalledTimes(1);
    expect(warnings.mock.calls).toEqual([
      [expect.stringMatching(/^The idempotency store could not release a key \(EvalError at /), 'PolysmsWarning'],
    ]);
  });

  it('leaves the outcome open when another call with the key is under way', async () => {
    const { once } = sendsWith();
    const first = once(() => later(5_000, () => receipt));
    const second = failureOf(once(never, deadlineAfter(1_000)));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await second).toMatchObject(ending('deadline_exceeded', 'unknown'));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await first).toBe(receipt);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('keyed calls at the same time', () => {
  it('send once, and share the receipt; the next one asks the store again', async () => {
    const { store, once } = sendsWith();
    const send = vi.fn(() => later(100, () => receipt));
    const calls = [once(send), once(send), once(send)];
    await vi.advanceTimersByTimeAsync(100);
    expect(await Promise.all(calls)).toEqual([receipt, replayed, replayed]);
    expect([send.mock.calls.length, store.reserve.mock.calls.length]).toEqual([1, 1]);
    expect(vi.getTimerCount()).toBe(0);
    await once(async () => receipt);
    expect(store.reserve).toHaveBeenCalledTimes(2);
  });

  it('are refused for another message', async () => {
    const { once } = sendsWith();
    void once(() => later(100, () => receipt));
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
    const first = failureOf(once(() => later(100, () => Promise.reject(end))));
    const send = vi.fn(() => later(100, () => receipt));
    const others = [once(send), once(send), once(send)];
    await vi.advanceTimersByTimeAsync(200);
    expect(await first).toBe(end);
    expect(await Promise.all(others)).toEqual([receipt, replayed, replayed]);
    expect([send.mock.calls.length, store.reserve.mock.calls.length]).toEqual([1, 2]);
  });

  it.each([
    ['another reason', failed('network_error', 'not-sent')],
    ['nobody knows what became of it', failed('timeout', 'unknown')],
    ['of a bug', new TypeError('a bug')],
  ])('fail alike when the first failed and %s', async (_, end) => {
    const { once } = sendsWith();
    const first = failureOf(once(() => later(100, () => Promise.reject(end))));
    const send = vi.fn(never);
    const second = failureOf(once(send));
    await vi.advanceTimersByTimeAsync(100);
    expect([await first, await second]).toEqual([end, end]);
    expect(send).not.toHaveBeenCalled();
  });

  it('do not try again when they have ended themselves, though their timer is late', async () => {
    const { store, once } = sendsWith();
    const end = failed('deadline_exceeded', 'not-sent');
    const first = failureOf(once(() => later(100, () => Promise.reject(end))));
    const second = failureOf(once(never, { ended: 'aborted', remainingMs: () => 0, onEnd: () => () => {} }));
    await vi.advanceTimersByTimeAsync(100);
    expect([await first, await second]).toEqual([end, end]);
    expect(store.reserve).toHaveBeenCalledTimes(1);
  });
});

describe('a store whose promises are of another realm', () => {
  it('is waited for: a finished key sends nothing', async () => {
    const finished = { state: 'finished', result: { version: 1, outcome: 'accepted', receipt } } as const;
    const { once } = sendsWith({ reserve: () => elsewhere(finished) as ReturnType<IdempotencyStore['reserve']> });
    expect(await once(() => expect.fail('It was sent before.'))).toEqual(replayed);
  });
});
