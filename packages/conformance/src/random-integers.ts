/** Whole numbers from a 32-bit seed (the generator mulberry32), so that a failing run can be repeated. */
export function randomIntegers(seed: number): (min: number, max: number) => number {
  let state = seed | 0;
  return (min, max) => {
    state = (state + 0x6d2b_79f5) | 0;
    const once = Math.imul(state ^ (state >>> 15), state | 1);
    const twice = once ^ (once + Math.imul(once ^ (once >>> 7), once | 61));
    const fraction = ((twice ^ (twice >>> 14)) >>> 0) / 2 ** 32;
    return min + Math.floor(fraction * (max - min + 1));
  };
}
