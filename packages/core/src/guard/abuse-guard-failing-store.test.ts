import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SmsError } from '../errors/sms-error.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import {
  dayMs,
  errorOf,
  guardWith,
  hourMs,
  ManualDeadline,
  RecordingLimitStore,
  requestTo,
  turns,
  unlimited,
} from './guard.test.fixture.js';
import type { Taking } from './limit-store.js';

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

const failures: readonly (readonly [string, (store: RecordingLimitStore) => void])[] = [
  [
    'rejects',
    (store) => {
      store.take = () => Promise.reject(new RangeError('secret'));
    },
  ],
  [
    'throws',
    (store) => {
      store.take = () => {
        throw new RangeError('secret');
      };
    },
  ],
  [
    'answers nothing',
    (store) => {
      store.take = async () => undefined as unknown as Taking;
    },
  ],
  [
    'answers something else',
    (store) => {
      store.take = async () => ({ taken: 'yes' }) as unknown as Taking;
    },
  ],
];

describe.each([1, 2, 3, 4, 5, 6, 7])('a store that fails at take %d', (nth) => {
  describe.each(failures)('and %s', (_, break_) => {
    const failing = () => {
      const store = new RecordingLimitStore();
      const { take } = store;
      let takes = 0;
      const broken = new RecordingLimitStore();
      break_(broken);
      store.take = (key, limit) => {
        takes += 1;
        return takes === nth ? broken.take(key, limit) : take.call(store, key, limit);
      };
      return store;
    };

    it('refuses the request, and has everything back', async () => {
      const store = failing();
      const { guard, denials } = guardWith({}, { store });
      const error = await errorOf(guard.admit(request, new ManualDeadline()));
      await guard.settled();
      expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'not-sent' });
      expect(error.message).toMatch(
        /^The limit store (failed \(RangeError\)|answered something else than it must)\. Nothing was sent/,
      );
      expect(denials).toMatchObject([{ scope: 'store', code: 'store_unavailable' }]);
      expect([store.taken.size, store.memory.size, warnings]).toStrictEqual([0, 0, []]);
      expect(store.calls.filter(({ method }) => method === 'giveBack')).toHaveLength(nth - 1);
    });

    it('lets it pass with failOpen, having taken nothing', async () => {
      const store = failing();
      const { guard, denials } = guardWith({ failOpen: true }, { store });
      const admission = await guard.admit(request, new ManualDeadline());
      await guard.settled();
      expect([store.taken.size, store.memory.size, denials]).toStrictEqual([0, 0, []]);
      expect(warnings).toStrictEqual([
        expect.stringMatching(new RegExp(`^${passed} \\(store_unavailable at [^()]+\\) PolysmsWarning$`)),
      ]);
      const { length } = store.calls;
      admission.giveBack();
      expect(store.calls).toHaveLength(length);
    });
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
  /** Hangs at one take; `answer` lets it go on. */
  const hanging = (nth: number) => {
    const store = new RecordingLimitStore();
    let answer: (error?: Error) => void = () => {};
    store.before = ({ method }, number) =>
      method === 'take' && number === nth
        ? new Promise<void>((resolve, reject) => {
            answer = (error) => (error === undefined ? resolve() : reject(error));
          })
        : undefined;
    return { store, answer: (error?: Error) => answer(error) };
  };

  it.each([
    ['deadline_exceeded', 'store_unavailable', 1],
    ['deadline_exceeded', 'store_unavailable', 4],
    ['aborted', 'aborted', 1],
    ['aborted', 'aborted', 7],
  ] as const)('ends with the call (%s): %s at take %d', async (reason, code, nth) => {
    for (const failOpen of [false, true]) {
      const { store, answer } = hanging(nth);
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
      // The take that comes too late has nobody to use it.
      answer();
      await turns();
      await guard.settled();
      expect([store.taken.size, store.memory.size, deadline.listening, warnings]).toStrictEqual([0, 0, 0, []]);
      expect(store.calls.filter(({ method }) => method === 'giveBack')).toHaveLength(nth);
    }
  });

  it('and then refuses or fails changes nothing more', async () => {
    for (const end of [undefined, new Error('late')]) {
      const { store, answer } = hanging(7);
      const deadline = new ManualDeadline();
      const { guard } = guardWith({}, { store });
      const error = errorOf(guard.admit(request, deadline));
      await turns();
      // The day is the last limit that is asked. Others use it up while the answer is awaited.
      const day = { max: 10, windowMs: dayMs };
      for (let used = 0; end === undefined && used < day.max; used += 1) {
        await store.memory.take(`phone:${request.to.e164}`, day);
      }
      deadline.end('aborted');
      await error;
      answer(end);
      await turns();
      await guard.settled();
      expect(store.calls.filter(({ method }) => method === 'giveBack')).toHaveLength(6);
    }
  });

  it('and then answers nothing troubles nobody', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const store = new RecordingLimitStore();
    let answer = () => {};
    store.take = () => new Promise((resolve) => (answer = () => resolve(undefined as unknown as Taking)));
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
    const { store } = hanging(3);
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
    const { store } = hanging(3);
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
      expect([store.log, denials]).toStrictEqual([[], []]);
    }
  });
});
