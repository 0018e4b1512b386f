import type { VerificationCheckRequest } from '@polysms/core';

/** Where everything is that the processes of one app share. */
export interface Surroundings {
  readonly redis: string;
  readonly prefix: string;
  readonly mob: string;
  readonly texts: string;
}

/** What a test tells a worker. */
export type Order =
  /** Starts verifications, some at a time, for one phone after the other, until it is killed. */
  | { readonly do: 'start'; readonly firstPhone: number; readonly atATime: number }
  /** Checks codes, all at once, and answers how often each result came. */
  | { readonly do: 'check'; readonly checks: readonly VerificationCheckRequest[] };

export const phoneOf = (index: number) => `+86138${String(index).padStart(8, '0')}`;
