import { describe, expect, it } from 'vitest';
import { LearnedRate } from './learned-rate.js';

const unjittered = () => 0;
const learned = (maxWaitMs = 60_000, random = unjittered) => new LearnedRate(maxWaitMs, random);

/** A burst at 0, of which a number is accepted and one is refused. */
function afterBurst(accepted: number, retryAfterMs?: number): LearnedRate {
  const rate = learned();
  for (let message = 0; message <= accepted; message += 1) rate.begin(0);
  for (let message = 0; message < accepted; message += 1) rate.accepted(0);
  rate.refused(0, 0, retryAfterMs);
  return rate;
}

/** Begins messages as soon as they may begin, until a moment; when they began. */
function beginUntil(rate: LearnedRate, until: number, accept = true): number[] {
  const begun: number[] = [];
  while (rate.readyAt < until) {
    const now = Math.max(rate.readyAt, begun.at(-1) ?? 0);
    rate.begin(now);
    if (accept) rate.accepted(now);
    begun.push(now);
  }
  return begun;
}

const spacing = (begun: readonly number[], index: number) => (begun[index + 1] ?? 0) - (begun[index] ?? 0);

describe('a learned rate', () => {
  it('is without a limit until something is refused', () => {
    const rate = learned();
    for (let message = 0; message < 1_000; message += 1) rate.begin(5);
    expect(rate.readyAt).toBe(Number.NEGATIVE_INFINITY);
  });

  it('waits as long as the vendor says, then goes a little slower than it took messages, one after the other', () => {
    const rate = afterBurst(10, 2_000);
    expect(rate.readyAt).toBe(2_000);
    const begun = beginUntil(rate, 3_000);
    expect(begun.length).toBe(10);
    expect(spacing(begun, 0)).toBeCloseTo(1_000 / 9.5, 0);
  });

  it('takes what was accepted before a short wait for what fits into that time', () => {
    const rate = afterBurst(10, 500);
    rate.begin(500);
    expect(rate.readyAt).toBeCloseTo(500 + 1_000 / 19, 0);
  });

  it('grows back slowly to what it was, and then quickly to what it may be now', () => {
    const rate = afterBurst(10, 1_000);
    const begun = beginUntil(rate, 1_000 + 10_000);
    const perSecond = (second: number) =>
      begun.filter((at) => at >= 1_000 * second && at < 1_000 * (second + 1)).length;
    for (const second of [1, 2, 3, 4]) {
      expect(perSecond(second)).toBeGreaterThanOrEqual(9);
      expect(perSecond(second)).toBeLessThanOrEqual(10);
    }
    // Slower than it was by a twentieth at first, and back after four seconds.
    expect(spacing(begun, 0)).toBeGreaterThan(105);
    expect(
      spacing(
        begun,
        begun.findIndex((at) => at >= 4_900),
      ),
    ).toBeLessThan(101);
    expect(perSecond(8)).toBeGreaterThan(40);
  });

  it('is what the last second has shown when it was too fast for longer', () => {
    const rate = afterBurst(10, 1_000);
    beginUntil(rate, 7_000);
    rate.begin(7_000);
    rate.refused(7_000, 7_000, 1_000);
    const [first = 0, second = 0] = beginUntil(rate, 9_000, false);
    expect(first).toBe(8_000);
    // It had grown from 20 to 40 in its last second.
    expect(1_000 / (second - first)).toBeGreaterThan(20);
    expect(1_000 / (second - first)).toBeLessThan(35);
  });

  it('is halved when it was too fast from the beginning', () => {
    const rate = afterBurst(100, 1_000);
    rate.begin(1_000);
    rate.accepted(1_000);
    rate.begin(1_010);
    rate.refused(1_010, 1_010, 100);
    rate.begin(1_110);
    expect(rate.readyAt - 1_110).toBeCloseTo(1_000 / (95 * 0.5 * 0.95), 0);
  });

  it('counts nothing that was accepted of an earlier run', () => {
    const rate = afterBurst(2, 1_000);
    rate.begin(1_000);
    rate.accepted(1_000);
    for (let late = 0; late < 100; late += 1) rate.accepted(0);
    rate.begin(2_100);
    rate.refused(2_100, 2_100, 1_000);
    rate.begin(3_100);
    expect(1_000 / (rate.readyAt - 3_100)).toBeCloseTo(0.95, 1);
  });

  it('counts what was accepted from the first moment of its run', () => {
    const rate = afterBurst(2, 1_000);
    rate.begin(1_000);
    for (let message = 0; message < 5; message += 1) rate.accepted(1_000);
    rate.begin(2_000);
    rate.refused(2_000, 2_000, 1_000);
    rate.begin(3_000);
    // It was 1.9, and had come back by a quarter of the way to 2.
    expect(1_000 / (rate.readyAt - 3_000)).toBeCloseTo(1.925 * 0.95, 2);
  });

  it('is at least one a second, however little was accepted', () => {
    const rate = afterBurst(0, 1_000);
    rate.begin(1_000);
    expect(rate.readyAt).toBeCloseTo(1_000 + 1_000 / 0.95, 0);
  });

  it('does not make up for a stall', () => {
    const rate = afterBurst(10, 1_000);
    rate.begin(1_000);
    rate.begin(5_000);
    rate.begin(Math.max(5_000, rate.readyAt));
    expect(rate.readyAt).toBeGreaterThan(5_100);
  });
});

describe('a wait of which the vendor says nothing', () => {
  it('is doubled while nothing is accepted, up to ten seconds', () => {
    const rate = learned();
    const waits: number[] = [];
    for (let now = 0; waits.length < 6; now = rate.readyAt) {
      rate.begin(now);
      rate.refused(now, now, undefined);
      waits.push(rate.readyAt - now);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('is up to a quarter longer, by chance', () => {
    const rate = learned(60_000, () => 1);
    rate.refused(0, 0, undefined);
    expect(rate.readyAt).toBe(1_250);
  });

  it('begins anew when something was accepted', () => {
    const rate = learned();
    for (const now of [0, 1_000]) {
      rate.begin(now);
      rate.refused(now, now, undefined);
    }
    rate.begin(3_000);
    rate.accepted(3_000);
    rate.refused(4_500, 4_500, undefined);
    expect(rate.readyAt).toBe(5_500);
  });

  it('outgrows one that the vendor names and that does not help', () => {
    const rate = learned();
    const waits: number[] = [];
    for (let now = 0; waits.length < 4; now = rate.readyAt) {
      rate.begin(now);
      rate.refused(now, now, 0);
      waits.push(Math.max(0, rate.readyAt - now));
    }
    expect(waits[0]).toBe(0);
    expect(waits.slice(1).every((wait) => wait >= 900)).toBe(true);
  });
});

describe('refusals of messages that were under way together', () => {
  it('are one reason to slow down, and the longest of their waits counts', () => {
    const rate = learned();
    for (let message = 0; message < 50; message += 1) rate.begin(0);
    for (let message = 0; message < 10; message += 1) rate.accepted(0);
    for (const retryAfterMs of [1_000, undefined, 3_000, 200]) rate.refused(5, 0, retryAfterMs);
    expect(rate.readyAt).toBe(3_005);
    rate.begin(3_005);
    // Late ones of the same burst.
    rate.refused(3_010, 0, undefined);
    expect(rate.readyAt).toBeCloseTo(3_005 + 1_000 / 9.5, 0);
    rate.refused(3_020, 0, 500);
    expect(rate.readyAt).toBe(3_520);
  });
});

describe('waiting that helps nobody', () => {
  it('is not begun: longer than a message may be held back', () => {
    const rate = learned(60_000);
    expect(rate.refused(0, 0, 60_001)).toBe(false);
    expect(rate.readyAt).toBe(Number.NEGATIVE_INFINITY);
    expect(rate.refused(0, 0, 60_000)).toBe(true);
  });

  it('is not begun, and what has been learned stays', () => {
    const rate = afterBurst(10, 1_000);
    rate.begin(1_000);
    rate.accepted(1_000);
    const before = rate.readyAt;
    expect(rate.refused(1_010, 1_000, 3_600_000)).toBe(false);
    expect(rate.readyAt).toBe(before);
    expect(before).toBeGreaterThan(1_100);
  });

  it('ends for all when nothing was accepted, and the vendor names a time that is too long', () => {
    const rate = learned(5_000);
    expect(rate.refused(0, 0, 1_000)).toBe(true);
    rate.begin(1_000);
    expect(rate.refused(1_000, 1_000, 6_000)).toBe(false);
    expect(rate.readyAt).toBe(Number.NEGATIVE_INFINITY);
    // Late ones of those before.
    expect(rate.refused(1_100, 0, 100)).toBe(false);
    expect(rate.readyAt).toBe(Number.NEGATIVE_INFINITY);
  });

  it('ends for all when nothing was accepted for so long', () => {
    const rate = learned(5_000);
    expect(rate.refused(0, 0, 4_000)).toBe(true);
    rate.begin(4_000);
    expect(rate.refused(4_000, 4_000, 2_000)).toBe(false);
    expect(rate.readyAt).toBe(Number.NEGATIVE_INFINITY);
    expect(rate.refused(4_100, 4_100, 2_000)).toBe(false);
    rate.accepted(4_200);
    expect(rate.refused(4_300, 4_300, 2_000)).toBe(true);
    expect(rate.readyAt).toBe(6_300);
  });
});
