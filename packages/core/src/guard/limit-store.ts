import * as v from 'valibot';
import { dayMs, secondMs } from '../provider-kit/schema-parts.js';
import type { Awaitable } from '../stores/ask-store.js';

/**
 * Counts what is limited. Every operation is atomic, over all processes that share the store. A method that throws or
 * rejects means that the store is down.
 */
export interface LimitStore {
  /** Whether it is outside this process: then a pepper must be configured, since the keys are made from phone numbers. */
  readonly isShared: boolean;
  /**
   * Takes every one of these units, or none if a window of any has no unit left.
   *
   * @param units at least one; no two with the same key and the same limit
   */
  takeAll(units: readonly LimitUnit[]): Awaitable<TakeResult>;
  /**
   * Gives units back to the windows they were taken from. A window that has ended gets nothing back, and neither does
   * the next one. A unit that has been given back already is left alone.
   */
  refund(units: readonly TakenUnit[]): Awaitable<void>;
}

/** So many within so long. The window begins with the first. */
export interface Limit {
  /** A whole number, at least 1. */
  readonly max: number;
  /** In milliseconds: whole seconds, at most 24 days. */
  readonly windowMs: number;
}

/** One unit of a limit, for a key. Each key and each limit has a window of its own. */
export interface LimitUnit {
  readonly key: string;
  readonly limit: Limit;
}

/** A unit that was taken. */
export interface TakenUnit extends LimitUnit {
  /** Names the unit and its window to the store that made it. */
  readonly id: string;
}

/** What {@link LimitStore.takeAll} answers. */
export type TakeResult =
  /** In the order in which they were asked for. */
  | { readonly taken: true; readonly units: readonly TakenUnit[] }
  /**
   * Nothing was taken. `index` is that of the unit whose window is full, `retryAfterMs` the time until that window
   * ends. If several are full, it is the one that ends last; of those that end at once, the first.
   */
  | { readonly taken: false; readonly index: number; readonly retryAfterMs: number };

/**
 * What is counted apart, whoever asks first and the widest last. A store that has to take one after the other takes in
 * this order: what a limit denies then holds only units of the same person for a moment, none of others.
 */
export const limitScopes = ['ip', 'phone', 'prefix', 'global'] as const;

export type LimitScope = (typeof limitScopes)[number];

const numberWhere = (isSound: (value: number) => boolean, rule: string) =>
  v.pipe(v.number(rule), v.check(isSound, rule));

/** What a {@link Limit} must be, as a schema. */
export const limitEntries = {
  max: numberWhere(
    (max) => Number.isInteger(max) && max >= 1 && max <= 1_000_000_000,
    'must be a whole number of sends, from 1 to a billion',
  ),
  windowMs: numberWhere(
    (ms) => ms % secondMs === 0 && ms >= secondMs && ms <= 24 * dayMs,
    'must be whole seconds in milliseconds, from a second to 24 days',
  ),
};

/** What is wrong with a limit; undefined if nothing is. */
export function limitProblem(limit: Limit): string | undefined {
  const [issue] = v.safeParse(v.object(limitEntries), limit, { abortEarly: true }).issues ?? [];
  return issue && `${v.getDotPath(issue)}: ${issue.message}`;
}
