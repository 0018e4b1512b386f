/** A line through points: how much y grows with x, and between which values that lies with 95 % confidence. */
export interface Slope {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
}

/** The slope by least squares. The interval takes the errors as independent; for 20 points or more. */
export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): Slope {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map((point) => point.x));
  const y = mean(points.map((point) => point.y));
  let squares = 0;
  let products = 0;
  for (const point of points) {
    squares += (point.x - x) ** 2;
    products += (point.x - x) * (point.y - y);
  }
  const slope = products / squares;
  const residuals = points.reduce((sum, point) => sum + (point.y - y - slope * (point.x - x)) ** 2, 0);
  // Student's t for 95 % with 20 and more degrees of freedom is between 2.09 and 1.96.
  const margin = 2.09 * Math.sqrt(residuals / (points.length - 2) / squares);
  return { slope, low: slope - margin, high: slope + margin };
}
