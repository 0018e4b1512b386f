import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Deadline } from '../contract/deadline.js';
import { deadlineAfter, deadlineSignal, deadlineWithin } from './deadline.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a deadline', () => {
  it('counts down to zero and then has ended', () => {
    const deadline = deadlineAfter(1_000);
    vi.advanceTimersByTime(400);
    expect(deadline.remainingMs()).toBe(600);
    expect(deadline.ended).toBe(undefined);
    vi.advanceTimersByTime(700);
    expect(deadline.remainingMs()).toBe(0);
    expect(deadline.ended).toBe('deadline_exceeded');
  });

  it('tells a listener once, and leaves no timer', () => {
    const ends: string[] = [];
    deadlineAfter(1_000).onEnd((reason) => ends.push(reason));
    vi.advanceTimersByTime(999);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(5_000);
    expect(ends).toEqual(['deadline_exceeded']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends with the caller’s signal, and leaves no timer and no listener', () => {
    const controller = new AbortController();
    const ends: string[] = [];
    const deadline = deadlineAfter(1_000, { signal: controller.signal });
    deadline.onEnd((reason) => ends.push(reason));
    controller.abort();
    vi.advanceTimersByTime(5_000);
    expect(ends).toEqual(['aborted']);
    expect(deadline.ended).toBe('aborted');
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('shares its signal with a thousand others without a thousand event listeners', () => {
    const controller = new AbortController();
    let ended = 0;
    const stops = Array.from({ length: 1_000 }, () =>
      deadlineAfter(1_000, { signal: controller.signal }).onEnd(() => {
        ended += 1;
      }),
    );
    expect(getEventListeners(controller.signal, 'abort').length).toBe(1);
    for (const stop of stops.slice(0, 400)) stop();
    controller.abort();
    expect(ended).toBe(600);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not tell a listener that an earlier one has stopped', () => {
    const controller = new AbortController();
    const ends: string[] = [];
    let stopSecond = () => {};
    deadlineAfter(1_000, { signal: controller.signal }).onEnd(() => stopSecond());
    stopSecond = deadlineAfter(1_000, { signal: controller.signal }).onEnd((reason) => ends.push(reason));
    controller.abort();
    expect(ends).toEqual([]);
  });

  it('tells a listener at once when it has ended before', () => {
    const ends: string[] = [];
    deadlineAfter(0).onEnd((reason) => ends.push(reason));
    deadlineAfter(1_000, { signal: AbortSignal.abort() }).onEnd((reason) => ends.push(reason));
    expect(ends).toEqual(['deadline_exceeded', 'aborted']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells a listener that stopped listening nothing', () => {
    const controller = new AbortController();
    const ends: string[] = [];
    const stop = deadlineAfter(1_000, { signal: controller.signal }).onEnd((reason) => ends.push(reason));
    stop();
    controller.abort();
    vi.advanceTimersByTime(5_000);
    expect(ends).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2_147_483_648])('of %d ms is refused', (ms) => {
    expect(() => deadlineAfter(ms)).toThrow(/at least 0 and below/);
  });
});

/** The same deadline, of which nothing is known but its contract. */
const foreign = (deadline: Deadline): Deadline => ({
  remainingMs: () => deadline.remainingMs(),
  get ended() {
    return deadline.ended;
  },
  onEnd: (listener) => deadline.onEnd(listener),
});

describe.each([
  ['of our own', (deadline: Deadline) => deadline],
  ['of somebody else', foreign],
])('a share of a deadline %s', (_name, wholeOf) => {
  it('ends when it is over, and the whole goes on', () => {
    const whole = wholeOf(deadlineAfter(1_000));
    const share = deadlineWithin(whole, 300);
    const ends: string[] = [];
    share.onEnd((reason) => ends.push(reason));
    expect(share.remainingMs()).toBe(300);
    vi.advanceTimersByTime(300);
    expect([ends, share.ended, whole.ended]).toEqual([['deadline_exceeded'], 'deadline_exceeded', undefined]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is never longer than the whole', () => {
    const share = deadlineWithin(wholeOf(deadlineAfter(1_000)), 5_000);
    const ends: string[] = [];
    share.onEnd((reason) => ends.push(reason));
    vi.advanceTimersByTime(1_000);
    expect(ends).toEqual(['deadline_exceeded']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends when the caller aborts the whole, and leaves no timer', () => {
    const caller = new AbortController();
    const share = deadlineWithin(wholeOf(deadlineAfter(1_000, { signal: caller.signal })), 300);
    const ends: string[] = [];
    share.onEnd((reason) => ends.push(reason));
    caller.abort();
    expect([ends, share.ended]).toEqual([['aborted'], 'aborted']);
    vi.advanceTimersByTime(5_000);
    expect(ends).toEqual(['aborted']);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });

  it('leaves no timer when nobody listens any more', () => {
    const share = deadlineWithin(wholeOf(deadlineAfter(1_000)), 300);
    share.onEnd(() => {})();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a deadline whose timer is early, as those of Node can be', () => {
  it('is told when it has ended, and not before', () => {
    const ends: (string | undefined)[] = [];
    const deadline = deadlineAfter(1_000);
    deadline.onEnd((reason) => ends.push(reason, deadline.ended));
    const early = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 999.4);
    vi.advanceTimersByTime(1_000);
    expect([ends, deadline.ended]).toEqual([[], undefined]);
    early.mockRestore();
    vi.advanceTimersByTime(2);
    expect(ends).toEqual(['deadline_exceeded', 'deadline_exceeded']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a deadline whose timer is late', () => {
  it('is told after one turn of polling, in which answers that came in time are read', () => {
    const ends: string[] = [];
    deadlineAfter(1_000).onEnd((reason) => ends.push(reason));
    const stalled = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 5_000);
    setImmediate(() => ends.push('an answer is read'));
    vi.advanceTimersByTime(1_000);
    expect(ends).toEqual(['an answer is read']);
    vi.advanceTimersByTime(1);
    expect(ends).toEqual(['an answer is read', 'deadline_exceeded']);
    stalled.mockRestore();
  });

  it('is not told to those who have stopped listening in that turn', () => {
    const ends: string[] = [];
    const stop = deadlineAfter(1_000).onEnd((reason) => ends.push(reason));
    const stalled = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 5_000);
    vi.advanceTimersByTime(1_000);
    stop();
    vi.advanceTimersByTime(1_000);
    expect(ends).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    stalled.mockRestore();
  });
});

describe('a listener of a deadline', () => {
  it('that throws keeps its failure from the others', () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const ends: string[] = [];
    const deadline = deadlineAfter(1_000);
    deadline.onEnd(() => {
      throw new Error('canary');
    });
    deadline.onEnd((reason) => ends.push(reason));
    vi.advanceTimersByTime(1_000);
    expect(ends).toEqual(['deadline_exceeded']);
    expect(String(warnings.mock.calls)).toMatch(/^A listener of a deadline threw \(Error at /);
    warnings.mockRestore();
  });
});

describe('a deadline as a signal', () => {
  it('is aborted with the reason when the deadline ends', () => {
    const { signal } = deadlineSignal(deadlineAfter(1_000));
    vi.advanceTimersByTime(1_000);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({ name: 'AbortError', message: 'deadline_exceeded' });
  });

  it('holds no timer once it is released', () => {
    {
      using scope = deadlineSignal(deadlineAfter(1_000));
      expect(vi.getTimerCount()).toBe(1);
      expect(scope.signal.aborted).toBe(false);
    }
    expect(vi.getTimerCount()).toBe(0);
  });
});
