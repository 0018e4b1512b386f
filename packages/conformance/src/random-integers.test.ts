import { describe, expect, it } from 'vitest';
import { randomIntegers } from './random-integers.js';

const draw = (seed: number) => {
  const random = randomIntegers(seed);
  return Array.from({ length: 200 }, () => random(0, 20));
};

describe('randomIntegers()', () => {
  it('repeats itself for the same seed only', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('draws both ends of the range and nothing outside', () => {
    expect([Math.min(...draw(1)), Math.max(...draw(1))]).toEqual([0, 20]);
  });
});
