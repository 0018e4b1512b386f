import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SmsError } from '../errors/sms-error.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';
import {
  dayMs,
  errorOf,
  guardWith,
  hourMs,
  RecordingLimitStore,
  requestTo,
  turns,
  unlimited,
} from './guard.test.fixture.js';
import type { TakeResult } from './limit-store.js';

const request = requestTo('+8613800138000', { ip: '192.0.2.1' });
const passed = 'The limit store failed, and guard.failOpen let the request pass';
let warnings: string[];

beforeEach(() => {
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((text, type) => void warnings.push(`${text} ${String(type)}`));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const answering = (answer: unknown) => async () => answer as TakeResult;

const failures: readonly (readonly [string, () => Promise<TakeResult>])[] = [
  ['rejects', () => Promise.reject(new RangeError('secret'))],
  [
    'throws',
    () => {
      throw new RangeError('secret');
    },
  ],
  ['answers nothing', answering(undefined)],
  ['answers nothing at once', () => undefined as unknown as Promise<TakeResult>],
  ['answers null', answering(null)],
  ['answers a word', answering('OK')],
  ['answers something else', answering({ taken: 'yes' })],
  ['takes without saying what', answering({ taken: true })],
  ['takes less than all', answering({ taken: true, units: [] })],
  ['names no unit that refuses', answering({ taken: false, retryAfterMs: 1 })],
  ['names a unit below the first', answering({ taken: false, index: -1, retryAfterMs: 1 })],
  ['names a unit after the last', answering({ taken: false, index: 7, retryAfterMs: 1 })],
  ['names a unit in between', answering({ taken: false, index: 0.5, retryAfterMs: 1 })],
];

describe.each(failures)('a store that %s', (_, takeAll) => {
  const failing = () => {
    const store = new RecordingLimitStore();
    store.takeAll = takeAll;
    return store;
  };

  it('refuses the request', async () => {
    const store = failing();
    const { guard, denials } = guardWith({}, { store });
    const error = await errorOf(guard.admit(request, new ManualDeadline()));
    await guard.settled();
    expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'not-sent' });
    expect(error.message).toMatch(
      /^The limit store (failed \(RangeError\)|answered something else than it must)\. Nothing was sent/,
    );
    expect(denials).toMatchObject([{ scope: 'store', code: 'store_unavailable' }]);
    expect([store.memory.size, store.calls, warnings]).toStrictEqual([0, [], []]);
  });

  it('lets it pass with failOpen, and has nothing to give back', async () => {
    const store = failing();
    const { guard, denials } = guardWith({ failOpen: true }, { store });
    const admission = await guard.admit(request, new ManualDeadline());
    admission.refund();
    await guard.settled();
    expect([store.memory.size, store.calls, denials]).toStrictEqual([0, [], []]);
    expect(warnings).toStrictEqual([
      expect.stringMatching(new RegExp(`^${passed} \\(store_unavailable at [^()]+\\) PolysmsWarning$`)),
    ]);
  });
});

describe('a store that fails', () => {
  it('with an error of its own is heard', async () => {
    const store = new RecordingLimitStore();
    store.before = () => {
      throw new SmsError({ code: 'store_unavailable', outcome: 'not-sent', message: 'Redis is out of memory.' });
    };
    const { guard } = guardWith({}, { store });
    expect((await errorOf(guard.admit(request, new ManualDeadline()))).message).toBe('Redis is out of memory.');
  });

  it('is warned of once a minute, not once a call', async () => {
    const store = new RecordingLimitStore();
    const clock = { ms: 0 };
    store.before = () => Promise.reject(new Error('down'));
    const { guard } = guardWith({ failOpen: true }, { store, now: () => clock.ms });
    const admit = () => guard.admit(request, new ManualDeadline());
    await Promise.all(Array.from({ length: 100 }, admit));
    clock.ms = 59_999;
    await admit();
    expect(warnings).toHaveLength(1);
    clock.ms = 60_000;
    await admit();
    expect(warnings).toHaveLength(2);
  });

  it('counts again when it is back', async () => {
    const store = new RecordingLimitStore();
    const limits = { ...unlimited, phone: [{ max: 1, windowMs: hourMs }] };
    const { guard } = guardWith({ limits, failOpen: true }, { store });
    const admit = () => guard.admit(request, new ManualDeadline());
    store.before = () => Promise.reject(new Error('down'));
    await admit();
    store.before = () => undefined;
    await admit();
    expect((await errorOf(admit())).code).toBe('resend_too_soon');
  });
});

describe('a store that hangs', () => {
  /** Hangs when units are taken; `answer` lets it go on. */
  const hanging = () => {
    const store = new RecordingLimitStore();
    let answer: (error?: Error) => void = () => {};
    store.before = ({ method }) =>
      method === 'takeAll'
        ? new Promise<void>((resolve, reject) => {
            answer = (error) => (error === undefined ? resolve() : reject(error));
          })
        : undefined;
    return { store, answer: (error?: Error) => answer(error) };
  };

  it.each([
    ['deadline_exceeded', 'store_unavailable'],
    ['aborted', 'aborted'],
  ] as const)('ends with the call (%s), and has everything back that it takes too late', async (reason, code) => {
    for (const failOpen of [false, true]) {
      const { store, answer } = hanging();
      const deadline = new ManualDeadline();
      const { guard, denials } = guardWith({ failOpen }, { store });
      const error = errorOf(guard.admit(request, deadline));
      await turns();
      deadline.end(reason);
      expect(await error).toMatchObject({ code: failOpen ? reason : code, outcome: 'not-sent' });
      if (failOpen) expect((await error).message).toMatch(/ before the limit store had answered\. Nothing was sent\.$/);
      else expect((await error).message).toMatch(/^The limit store .* Nothing was sent: without it nobody knows/);
      expect(denials.map(({ scope }) => scope)).toStrictEqual(reason === 'aborted' ? [] : ['store']);
      await guard.settled();
      expect(store.taken.size).toBe(0);
      // What is taken too late has nobody to use it.
      answer();
      await turns();
      await guard.settled();
      expect([store.taken.size, store.memory.size, deadline.listening, warnings]).toStrictEqual([0, 0, 0, []]);
      expect(store.callsOf('refund').map(({ units }) => units)).toStrictEqual([store.calls[0]?.units]);
    }
  });

  it('and then refuses or fails changes nothing more', async () => {
    for (const end of [undefined, new Error('late')]) {
      const { store, answer } = hanging();
      const deadline = new ManualDeadline();
      const { guard } = guardWith({}, { store });
      const error = errorOf(guard.admit(request, deadline));
      await turns();
      // Others use the day up while the answer is awaited.
      const day = { key: `phone:${request.to.e164}`, limit: { max: 10, windowMs: dayMs } };
      for (let used = 0; end === undefined && used < day.limit.max; used += 1) store.memory.takeAll([day]);
      deadline.end('aborted');
      await error;
      answer(end);
      await turns();
      await guard.settled();
      expect([store.callsOf('refund'), store.memory.size]).toStrictEqual([[], end === undefined ? 1 : 0]);
    }
  });

  it('and then answers nothing troubles nobody', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const store = new RecordingLimitStore();
    let answer = () => {};
    store.takeAll = () => new Promise((resolve) => (answer = () => resolve(undefined as unknown as TakeResult)));
    const deadline = new ManualDeadline();
    const error = errorOf(guardWith({}, { store }).guard.admit(request, deadline));
    await turns();
    deadline.end('aborted');
    expect(await error).toMatchObject({ code: 'aborted' });
    answer();
    // Node tells of it after all promises have had their turn.
    await new Promise(setImmediate);
    expect(unhandled).not.toHaveBeenCalled();
    process.off('unhandledRejection', unhandled);
  });

  it('leaves half of the time to send with failOpen', async () => {
    vi.useFakeTimers();
    const { store } = hanging();
    const { guard } = guardWith({ failOpen: true }, { store });
    const admission = vi.fn();
    void guard.admit(request, deadlineAfter(10_000)).then(admission);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(admission).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(admission).toHaveBeenCalledTimes(1);
    expect([store.taken.size, vi.getTimerCount()]).toStrictEqual([0, 0]);
  });

  it('holds a call that does not fail open to its whole time, and no timer after it', async () => {
    vi.useFakeTimers();
    const { store } = hanging();
    const { guard } = guardWith({}, { store });
    const error = errorOf(guard.admit(request, deadlineAfter(10_000)));
    const failed = vi.fn();
    void error.then(failed);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(failed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await error).toMatchObject({ code: 'store_unavailable' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not asked when the call has ended already', async () => {
    for (const reason of ['aborted', 'deadline_exceeded'] as const) {
      const store = new RecordingLimitStore();
      const deadline = new ManualDeadline();
      deadline.end(reason);
      const { guard, denials } = guardWith({ failOpen: true }, { store });
      const error = await errorOf(guard.admit(request, deadline));
      expect(error).toMatchObject({ code: reason, outcome: 'not-sent' });
      expect(error.message).toMatch(/ before it was counted\. Nothing was sent\.$/);
      expect([store.calls, denials]).toStrictEqual([[], []]);
    }
  });
});
