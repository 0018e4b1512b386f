import { describe, expect, it } from 'vitest';
import { visibleRange } from './visible-range.js';

const tens = (count: number) => Array.from({ length: count }, () => 10);

describe('what a document holds of a list', () => {
  it('is all of a short one', () => {
    expect(visibleRange(tens(3), 0, 100, 50)).toEqual({ first: 0, end: 3, before: 0, after: 0 });
    expect(visibleRange([], 0, 100, 50)).toEqual({ first: 0, end: 0, before: 0, after: 0 });
  });

  it('is what is seen of a long one, and a margin', () => {
    expect(visibleRange(tens(1_000), 5_000, 100, 20)).toEqual({ first: 498, end: 512, before: 4_980, after: 4_880 });
  });

  it('is the end of one that is scrolled beyond its end', () => {
    const range = visibleRange(tens(1_000), Number.MAX_SAFE_INTEGER, 100, 20);
    expect(range).toEqual({ first: 988, end: 1_000, before: 9_880, after: 0 });
  });

  it('has room for all the others, whatever their heights', () => {
    const heights = Array.from({ length: 500 }, (_, index) => 5 + (index % 17));
    const total = heights.reduce((sum, height) => sum + height, 0);
    for (let top = 0; top < total; top += 37) {
      const { first, end, before, after } = visibleRange(heights, top, 80, 10);
      const held = heights.slice(first, end).reduce((sum, height) => sum + height, 0);
      expect(before + held + after).toBe(total);
      expect(before).toBeLessThanOrEqual(top);
      expect(before + held).toBeGreaterThanOrEqual(Math.min(total, top + 80));
    }
  });
});
