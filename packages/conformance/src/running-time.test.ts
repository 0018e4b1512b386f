import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { afterRunning, deadlineAfterRunning } from './running-time.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** The machine gives this process no turn for a while: the clock goes on, and every timer is late. */
const standStill = (ms: number) => {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
};

describe('afterRunning()', () => {
  it('calls back after the time on a quiet machine, and not before', () => {
    const callback = vi.fn();
    afterRunning(63, callback);
    vi.advanceTimersByTime(62);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('counts 10 ms of the time in which the process had no turn', () => {
    const callback = vi.fn();
    afterRunning(50, callback);
    standStill(10_000);
    vi.advanceTimersByTime(44);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('calls nobody back who has stopped it', () => {
    const callback = vi.fn();
    const stop = afterRunning(50, callback);
    vi.advanceTimersByTime(20);
    stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(1000);
    expect(callback).not.toHaveBeenCalled();
  });
});

describe('deadlineAfterRunning()', () => {
  it('ends when the process has run for the time, and tells everyone once who still listens', () => {
    const deadline = deadlineAfterRunning(100);
    const [first, second] = [vi.fn(), vi.fn()];
    deadline.onEnd(first);
    deadline.onEnd(first);
    deadline.onEnd(second)();
    vi.advanceTimersByTime(99);
    expect([deadline.ended, deadline.remainingMs()]).toEqual([undefined, 1]);
    expect(first).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect([deadline.ended, deadline.remainingMs()]).toEqual(['deadline_exceeded', 0]);
    expect(first.mock.calls).toEqual([['deadline_exceeded'], ['deadline_exceeded']]);
    expect(second).not.toHaveBeenCalled();
    deadline.onEnd(second);
    expect(second).toHaveBeenCalledWith('deadline_exceeded');
  });

  it('has time left until it ends', () => {
    const deadline = deadlineAfterRunning(100);
    standStill(10_000);
    vi.advanceTimersByTime(5);
    expect([deadline.ended, deadline.remainingMs() > 0]).toEqual([undefined, true]);
  });
});
