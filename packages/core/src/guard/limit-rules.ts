import type { Limit } from './limit-store.js';

/** What is counted apart, from the widest to the phone itself: the order in which limits are taken. */
export const limitScopes = ['global', 'prefix', 'ip', 'phone'] as const;

export type LimitScope = (typeof limitScopes)[number];

const secondMs = 1000;
const longestWindowMs = 24 * 24 * 60 * 60 * secondMs;

export const limitMaxRule = 'must be a whole number from 1 to 1,000,000,000';

export function isLimitMax(max: number): boolean {
  return Number.isInteger(max) && max >= 1 && max <= 1_000_000_000;
}

/** Node's timers overflow after 24.8 days: a count would then be forgotten at once. */
export const limitWindowRule =
  'must be whole seconds in milliseconds, from one second to 24 days: longer ones would never limit';

export function isLimitWindow(windowMs: number): boolean {
  return windowMs % secondMs === 0 && windowMs >= secondMs && windowMs <= longestWindowMs;
}

/** What is wrong with a limit; undefined if nothing is. */
export function limitProblem({ max, windowMs }: Limit): string | undefined {
  if (!isLimitMax(max)) return `max: ${limitMaxRule}`;
  if (!isLimitWindow(windowMs)) return `windowMs: ${limitWindowRule}`;
  return undefined;
}
