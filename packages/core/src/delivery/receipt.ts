import type { Attempt } from '../errors/sms-error.js';

/** Proof that a provider has taken a message. A plain value that survives JSON. */
export interface Receipt {
  /** The id of the provider. */
  readonly provider: string;
  /** The vendor's id of the message, if it gives one. */
  readonly reference: string | undefined;
  /** Every attempt, in order; the last one is the provider's that took the message. */
  readonly attempts: readonly Attempt[];
}
