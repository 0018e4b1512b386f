import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Rate, TurnSchedule } from './turn-schedule.js';

/** When turns are taken by a crowd that takes each as soon as it is due, `latenessMs` after its timer. */
function takenBy(rate: Rate, untilMs: number, latenessMs: () => number = () => 0): number[] {
  const schedule = new TurnSchedule(rate);
  const taken: number[] = [];
  for (let now = 0; now < untilMs; ) {
    const waitMs = schedule.waitMs(now);
    if (waitMs > 0) {
      now += Math.ceil(waitMs) + latenessMs();
      continue;
    }
    if (taken.length < rate.burst) schedule.take(now);
    else schedule.takeAfterWait(now);
    taken.push(now);
  }
  return taken;
}

/** The most turns that any half-open window of `windowMs` sees. */
function mostIn(windowMs: number, taken: readonly number[]): number {
  let most = 0;
  let first = 0;
  for (const [index, at] of taken.entries()) {
    while ((taken[first] ?? 0) <= at - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

describe('a schedule of turns', () => {
  it.each([
    [1, 10],
    [3, 30],
    [7, 70],
    [10, 100],
    [100, 1_000],
    [300, 3_000],
    [1_000, 10_000],
    [0.5, 5],
    [2.5, 25],
  ])('at %d a second has exactly %d in ten seconds', (maxPerSecond, expected) => {
    expect(takenBy({ maxPerSecond, burst: 1 }, 10_000)).toHaveLength(expected);
  });

  it.each([
    [10, 5, 104],
    [10, 50, 149],
    [0.5, 3, 7],
  ])('at %d a second lets a burst of %d go first', (maxPerSecond, burst, expected) => {
    const taken = takenBy({ maxPerSecond, burst }, 10_000);
    expect(taken.filter((at) => at === 0)).toHaveLength(burst);
    expect(taken).toHaveLength(expected);
  });

  it('spreads its turns evenly', () => {
    expect(takenBy({ maxPerSecond: 4, burst: 1 }, 1_200)).toEqual([0, 250, 500, 750, 1_000]);
    expect(takenBy({ maxPerSecond: 4, burst: 3 }, 1_000)).toEqual([0, 0, 0, 250, 500, 750]);
  });

  it('saves no more than its burst while nobody asks', () => {
    const schedule = new TurnSchedule({ maxPerSecond: 10, burst: 3 });
    const now = 3_600_000;
    for (let turn = 0; turn < 3; turn += 1) {
      expect(schedule.waitMs(now)).toBe(0);
      schedule.take(now);
    }
    expect(schedule.waitMs(now)).toBe(100);
  });

  it('tells those who stand behind others how long they will wait', () => {
    const schedule = new TurnSchedule({ maxPerSecond: 10, burst: 2 });
    expect([0, 1, 2, 3].map((ahead) => schedule.waitMs(0, ahead))).toEqual([0, 0, 0, 0]);
    schedule.take(0);
    schedule.take(0);
    expect([0, 1, 2, 30].map((ahead) => schedule.waitMs(50, ahead))).toEqual([50, 150, 250, 3_050]);
  });

  it('lets one pass after a stall, not all whose turn it would have been', () => {
    const schedule = new TurnSchedule({ maxPerSecond: 10, burst: 1 });
    schedule.take(0);
    schedule.takeAfterWait(5_000);
    expect(schedule.waitMs(5_000)).toBe(50);
    schedule.takeAfterWait(5_050);
    expect(schedule.waitMs(5_050)).toBe(100);
  });

  it('never shows a second more than the rate, however late its timers are', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 1, max: 300 }), fc.double({ min: 0.2, max: 30, noNaN: true })),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.oneof(fc.double({ min: 0, max: 3, noNaN: true }), fc.nat({ max: 2_000 })), { minLength: 1 }),
        (maxPerSecond, burst, lateness) => {
          let timer = 0;
          const late = () => lateness[timer++ % lateness.length] ?? 0;
          const taken = takenBy({ maxPerSecond, burst }, 5_000, late);
          const windowMs = (Math.ceil(maxPerSecond) * 1000) / maxPerSecond;
          expect(mostIn(windowMs - 1e-6, taken)).toBeLessThanOrEqual(Math.ceil(maxPerSecond) + burst - 1);
        },
      ),
    );
  });

  it('loses next to nothing to timers that are a little late', () => {
    for (const maxPerSecond of [10, 100, 1_000]) {
      const taken = takenBy({ maxPerSecond, burst: 1 }, 10_000, () => 0.9);
      expect(taken.length).toBeGreaterThan(maxPerSecond * 10 * 0.985);
    }
  });
});
