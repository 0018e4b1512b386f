import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weightedCycle } from './plan-route.js';

describe('a weighted cycle', () => {
  it.each([
    [
      [3, 1],
      [0, 0, 1, 0],
    ],
    [
      [6, 2],
      [0, 0, 1, 0],
    ],
    [
      [1, 1, 1],
      [0, 1, 2],
    ],
    [[0, 2], [1]],
    [[0, 0], []],
  ])('of %j is %j', (weights, cycle) => {
    expect(weightedCycle(weights)).toEqual(cycle);
  });

  it('holds every index exactly as often as its weight says', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 6 }), (weights) => {
        const cycle = weightedCycle(weights);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (const [index, weight] of weights.entries()) {
          const times = cycle.filter((each) => each === index).length;
          expect(times * total).toBe(weight * cycle.length);
        }
      }),
    );
  });
});
