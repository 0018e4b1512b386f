/** The middle of a sample, and between which values the middle of all possible samples lies with 95 % confidence. */
export interface Median {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The median with the confidence interval of its order statistics: no assumption about the distribution. */
export function medianOf(sample: readonly number[]): Median {
  const sorted = [...sample].sort((a, b) => a - b);
  const at = (index: number) => sorted[Math.min(sorted.length - 1, Math.max(0, index))] ?? Number.NaN;
  const half = sorted.length / 2;
  const spread = 0.98 * Math.sqrt(sorted.length);
  return {
    median: (at(Math.floor((sorted.length - 1) / 2)) + at(Math.ceil((sorted.length - 1) / 2))) / 2,
    low: at(Math.floor(half - spread)),
    high: at(Math.ceil(half + spread) - 1),
  };
}

/** `12.3 [11.9, 12.8]`. */
export function show({ median, low, high }: Median, digits: number): string {
  return `${median.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}
