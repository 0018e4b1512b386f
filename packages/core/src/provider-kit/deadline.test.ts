import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadlineAfter, deadlineSignal } from './deadline.js';

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
