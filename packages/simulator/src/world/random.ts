import { randomInt } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Random } from '../dialect.js';

/** Random values that follow from a seed; without one, values that nobody can foretell. */
export class SeededRandom implements Random {
  readonly #seed: number | undefined;
  #integer: Random['integer'];

  constructor(seed: number | undefined) {
    this.#seed = seed;
    this.#integer = integers(seed);
  }

  /** Back to the start of the seed. */
  reset(): void {
    this.#integer = integers(this.#seed);
  }

  integer(min: number, max: number): number {
    return this.#integer(min, max);
  }

  digits(length: number): string {
    let text = '';
    for (let left = length; left > 0; left -= 8) {
      const count = Math.min(left, 8);
      text += String(this.#integer(0, 10 ** count - 1)).padStart(count, '0');
    }
    return text;
  }

  hex(length: number): string {
    let text = '';
    for (let left = length; left > 0; left -= 7) {
      const count = Math.min(left, 7);
      text += this.#integer(0, 16 ** count - 1)
        .toString(16)
        .padStart(count, '0');
    }
    return text;
  }

  /** From 0 up, below 1. */
  share(): number {
    return this.#integer(0, 999_999) / 1_000_000;
  }
}

function integers(seed: number | undefined): Random['integer'] {
  if (seed === undefined) return (min, max) => randomInt(min, max + 1);
  const generator = xoroshiro128plus(seed);
  return (min, max) => uniformInt(generator, min, max);
}
