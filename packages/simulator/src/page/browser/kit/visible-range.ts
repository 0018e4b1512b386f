/** Which items of a list a document must hold, and how much room those before and after them take, in pixels. */
export interface VisibleRange {
  readonly first: number;
  /** After the last one. */
  readonly end: number;
  readonly before: number;
  readonly after: number;
}

/**
 * @param heights of every item
 * @param top how far the list is scrolled; beyond its end counts as its end
 * @param height of what can be seen
 * @param margin how much is held beyond what can be seen, above and below
 */
export function visibleRange(heights: readonly number[], top: number, height: number, margin: number): VisibleRange {
  const total = heights.reduce((sum, each) => sum + each, 0);
  const seenFrom = Math.max(0, Math.min(top, total - height)) - margin;
  const seenTo = seenFrom + height + 2 * margin;
  let [first, end, before, bottom] = [0, 0, 0, 0];
  for (const each of heights) {
    const isAbove = bottom + each <= seenFrom;
    if (!isAbove && bottom >= seenTo) break;
    bottom += each;
    end += 1;
    if (isAbove) [first, before] = [end, bottom];
  }
  return { first, end, before, after: total - bottom };
}
