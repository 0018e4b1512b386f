import { randomInt } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Makes a code of `length` digits; leading zeros occur. */
export type CodeGenerator = (length: number) => string;

/** Codes that follow from the seed; without one, codes that nobody can foretell. */
export function codeGenerator(seed: number | undefined): CodeGenerator {
  if (seed === undefined) return (length) => String(randomInt(10 ** length)).padStart(length, '0');
  const random = xoroshiro128plus(seed);
  return (length) => String(uniformInt(random, 0, 10 ** length - 1)).padStart(length, '0');
}
