import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CircuitWindow } from './circuit-times.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A window of a second, in slices of 100 ms, and how often it was turned. */
function watched() {
  const window = new CircuitWindow(1_000);
  const rotated = vi.fn();
  window.controller.on('rotate', rotated);
  const turns = () => {
    const count = rotated.mock.calls.length;
    rotated.mockClear();
    return count;
  };
  return { window, turns };
}

describe('the window of a circuit', () => {
  it('is turned once for every slice that has passed, and by nothing else', () => {
    const { window, turns } = watched();
    window.advance();
    expect(turns()).toBe(0);
    for (const [elapsedMs, expected] of [
      [99, 0],
      [1, 1],
      [99, 0],
      [1, 1],
      [350, 3],
      [50, 1],
      [900, 9],
    ] as const) {
      vi.advanceTimersByTime(elapsedMs);
      window.advance();
      expect(turns(), `after ${elapsedMs} ms`).toBe(expected);
    }
  });

  it('is turned all the way round after a long silence, no further, and keeps its beat', () => {
    const { window, turns } = watched();
    vi.advanceTimersByTime(3_600_050);
    window.advance();
    expect(turns()).toBe(10);
    vi.advanceTimersByTime(49);
    window.advance();
    expect(turns()).toBe(0);
    vi.advanceTimersByTime(1);
    window.advance();
    expect(turns()).toBe(1);
  });

  it('is cleared by one turn for every slice', () => {
    const { window, turns } = watched();
    window.clear();
    expect(turns()).toBe(10);
  });

  it('throws the latencies away after every 1024 counts, and keeps the counts', () => {
    const { window } = watched();
    const buckets = [
      { fires: 3, failures: 1, latencyTimes: [1, 2] },
      { fires: 1, failures: 0, latencyTimes: [3] },
    ];
    const read = vi.fn(() => buckets);
    for (let round = 1; round <= 2; round += 1) {
      for (let count = 1; count < 1_024; count += 1) window.trim(read);
      expect(read).toHaveBeenCalledTimes(round - 1);
      window.trim(read);
      expect(read).toHaveBeenCalledTimes(round);
    }
    expect(buckets).toEqual([
      { fires: 3, failures: 1, latencyTimes: [] },
      { fires: 1, failures: 0, latencyTimes: [] },
    ]);
  });
});
