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
  /** Sends messages with keys, some at a time, for one phone after the other, and dies at a point of its way. */
  | {
      readonly do: 'send';
      readonly firstPhone: number;
      readonly atATime: number;
      readonly diesAt: number;
      /** Whether the vendor can be asked what became of a message. */
      readonly canBeAsked?: boolean;
    }
  /** Checks codes, all at once, and answers how often each result came. */
  | { readonly do: 'check'; readonly checks: readonly VerificationCheckRequest[] };

export const phoneOf = (index: number) => `+86138${String(index).padStart(8, '0')}`;

/** The message of a phone: the same from every process. */
export const messageTo = (phone: number) => ({
  to: phoneOf(phone),
  text: `Your order ${phone} has shipped.`,
  idempotencyKey: `order-${phone}`,
});
