import { describe, expect, it } from 'vitest';
import { FailureStreak } from './failure-streak.js';

describe('failures in a row', () => {
  it('are an outage when there are enough of them within a minute', () => {
    const streak = new FailureStreak(3);
    expect([0, 30_000, 60_000].map((now) => streak.fails(now))).toEqual([false, false, true]);
  });

  it('further apart than a minute are none, until the last ones are close enough', () => {
    const streak = new FailureStreak(3);
    expect([0, 30_000, 60_001, 80_000].map((now) => streak.fails(now))).toEqual([false, false, false, true]);
  });

  it('start anew after a success', () => {
    const streak = new FailureStreak(2);
    streak.fails(0);
    streak.reset();
    expect([1, 2].map((now) => streak.fails(now))).toEqual([false, true]);
  });

  it('may be one', () => {
    expect(new FailureStreak(1).fails(0)).toBe(true);
  });
});
