import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isSmsError, SmsError } from '../errors/sms-error.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { askStore, type StoreQuestion } from './ask-store.js';

const question: StoreQuestion = { store: 'test store', outcome: 'not-sent', consequence: 'Nothing was sent.' };
const never = () => new Promise<never>(() => {});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('asking a store that answers at once', () => {
  it('needs no timer, and no promise of the store', async () => {
    const deadline = deadlineAfter(1_000);
    const onEnd = vi.spyOn(deadline, 'onEnd');
    const onLate = vi.fn();
    expect(await askStore(question, deadline, () => 42, { onLate })).toBe(42);
    expect([onEnd.mock.calls, onLate.mock.calls]).toEqual([[], []]);
  });

  it('demands an answer all the same', async () => {
    const asking = askStore(question, deadlineAfter(1_000), () => 42, { isAnswer: (answer) => answer === 41 });
    await expect(asking).rejects.toMatchObject({
      code: 'store_unavailable',
      message: 'The test store answered something else than it must. Nothing was sent.',
    });
  });
});

describe('asking a store', () => {
  it('waits for a thenable as for a promise, such as one of another realm', async () => {
    const thenable = () => runInNewContext('({ then(resolve) { Promise.resolve().then(() => resolve(42)); } })');
    const isAnswer = (answer: unknown) => answer === 42;
    expect(await askStore(question, deadlineAfter(1_000), thenable, { isAnswer })).toBe(42);
  });

  it('gives its answer, asks once and at once, and leaves no timer behind', async () => {
    const ask = vi.fn(async () => 42);
    const asking = askStore(question, deadlineAfter(1_000), ask);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(await asking).toBe(42);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['rejects', () => Promise.reject(new TypeError('canary')), 'TypeError'],
    [
      'throws',
      () => {
        throw new TypeError('canary');
      },
      'TypeError',
    ],
    ['rejects with something odd', () => Promise.reject('canary'), 'string'],
    [
      'rejects with an odd name',
      () => Promise.reject(Object.assign(new Error('x'), { name: 'canary canary' })),
      'Error',
    ],
  ])('that %s fails, and says no more than what kind of error it was', async (_name, ask, kind) => {
    const error: unknown = await askStore(question, deadlineAfter(1_000), ask as () => Promise<never>).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({
      code: 'store_unavailable',
      outcome: 'not-sent',
      message: `The test store failed (${kind}). Nothing was sent.`,
    });
    expect(error).not.toHaveProperty('cause');
    expect(isSmsError(error)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('hands its own SmsError on as it is', async () => {
    const own = new SmsError({ code: 'send_limit_exceeded', outcome: 'not-sent', message: 'Full.' });
    await expect(askStore(question, deadlineAfter(1_000), () => Promise.reject(own))).rejects.toBe(own);
  });

  it('takes no longer than the call may', async () => {
    const asking = askStore({ ...question, outcome: 'unknown' }, deadlineAfter(1_000), never).catch((e: unknown) => e);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await asking).toMatchObject({
      code: 'store_unavailable',
      outcome: 'unknown',
      message: 'The test store did not answer in time. Nothing was sent.',
    });
  });

  it('ends when the caller ends the call', async () => {
    const controller = new AbortController();
    const deadline = deadlineAfter(1_000, { signal: controller.signal });
    const asking = askStore(question, deadline, never).catch((e: unknown) => e);
    controller.abort();
    expect(await asking).toMatchObject({
      code: 'aborted',
      outcome: 'not-sent',
      message: 'The test store had not answered when the call was aborted. Nothing was sent.',
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not begin when the call has ended', async () => {
    const ask = vi.fn(never);
    await expect(askStore(question, deadlineAfter(0), ask)).rejects.toMatchObject({ code: 'store_unavailable' });
    const aborted = deadlineAfter(1_000, { signal: AbortSignal.abort() });
    await expect(askStore(question, aborted, ask)).rejects.toMatchObject({ code: 'aborted' });
    expect(ask).not.toHaveBeenCalled();
  });

  it('tells of an answer that came too late, and only then', async () => {
    const onLate = vi.fn();
    const slowly = (ms: number) => () => new Promise((resolve) => setTimeout(() => resolve(ms), ms));
    const inTime = askStore(question, deadlineAfter(1_000), slowly(999), { onLate });
    const late = askStore(question, deadlineAfter(1_000), slowly(1_001), { onLate }).catch(() => 'failed');
    await vi.advanceTimersByTimeAsync(2_000);
    expect([await inTime, await late]).toEqual([999, 'failed']);
    expect(onLate.mock.calls).toEqual([[1_001]]);
  });

  it('need tell nobody of an answer that came too late', async () => {
    const unhandled = vi.fn();
    process.once('unhandledRejection', unhandled);
    const ask = () => new Promise((resolve) => setTimeout(resolve, 1_001));
    const asking = askStore(question, deadlineAfter(1_000), ask).catch(() => 'failed');
    await vi.advanceTimersByTimeAsync(2_000);
    vi.useRealTimers();
    await new Promise(setImmediate);
    process.off('unhandledRejection', unhandled);
    expect([await asking, unhandled.mock.calls]).toEqual(['failed', []]);
  });

  it('swallows a failure that came too late', async () => {
    const ask = () => new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 1_001));
    const asking = askStore(question, deadlineAfter(1_000), ask).catch(() => 'failed');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await asking).toBe('failed');
  });
});
