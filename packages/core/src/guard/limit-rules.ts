import { dayMs, secondMs } from '../provider-kit/schema-parts.js';
import type { Limit } from './limit-store.js';

/**
 * What is counted apart, whoever asks first and the widest last. A store that has to take one after the other takes in
 * this order: what a limit denies then holds only units of the same person for a moment, none of others.
 */
export const limitScopes = ['ip', 'phone', 'prefix', 'global'] as const;

export type LimitScope = (typeof limitScopes)[number];

const longestWindowMs = 24 * dayMs;

export const limitMaxRule = 'must be a whole number of sends, from 1 to a billion';

export function isLimitMax(max: number): boolean {
  return Number.isInteger(max) && max >= 1 && max <= 1_000_000_000;
}

export const limitWindowRule = 'must be whole seconds in milliseconds, from a second to 24 days';

export function isLimitWindow(windowMs: number): boolean {
  return windowMs % secondMs === 0 && windowMs >= secondMs && windowMs <= longestWindowMs;
}

/** What is wrong with a limit; undefined if nothing is. */
export function limitProblem({ max, windowMs }: Limit): string | undefined {
  if (!isLimitMax(max)) return `max: ${limitMaxRule}`;
  if (!isLimitWindow(windowMs)) return `windowMs: ${limitWindowRule}`;
  return undefined;
}
