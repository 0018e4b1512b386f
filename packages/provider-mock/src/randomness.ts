import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** What a mock leaves to chance. Each kind has a stream of its own, so that a change of one leaves the others alone. */
export interface Randomness {
  code(length: number): string;
  reference(): string;
  latencyMs(range: { readonly min: number; readonly max: number }): number;
}

export function seededRandomness(seed: number): Randomness {
  const codes = xoroshiro128plus(scrambled(seed));
  const references = codes.clone();
  references.jump();
  const latencies = references.clone();
  latencies.jump();
  return {
    code: (length) => Array.from({ length }, () => uniformInt(codes, 0, 9)).join(''),
    reference: () => `mock-${Array.from({ length: 12 }, () => uniformInt(references, 0, 15).toString(16)).join('')}`,
    latencyMs: ({ min, max }) => (min === max ? min : uniformInt(latencies, min, max)),
  };
}

/** The generator's first numbers of neighbouring seeds are alike; two mocks seeded 1 and 2 should not be. */
function scrambled(seed: number): number {
  const once = Math.imul(seed ^ (seed >>> 16), 0x85eb_ca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2_ae35);
  return twice ^ (twice >>> 16);
}
