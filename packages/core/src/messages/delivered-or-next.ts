import type { MessageState, UndeliveredReason } from '../contract/provider-events.js';

/** What is to be done about a message that a provider has taken. */
export type DeliveryStep =
  /** It may still arrive in time. */
  | 'wait'
  /** It is handed to the next provider. */
  | 'next'
  /** It has arrived, or no provider could do better. */
  | 'done';

/** Failures that another provider may not have: those of the vendor, its routes and its senders. */
const vendorsOwn: ReadonlySet<UndeliveredReason> = new Set(['carrier_fault', 'filtered', 'unregistered_sender']);

/**
 * Whether a message is to be handed to the next provider: because it has not been delivered in time, or because it was
 * not delivered for a reason that is the vendor's. A phone that is off, or a person who wants no messages, is the same
 * for every provider.
 *
 * @param isDue whether the time in which it was to be delivered is over
 */
export function deliveryStep(state: MessageState, reason: UndeliveredReason | undefined, isDue: boolean): DeliveryStep {
  switch (state) {
    case 'delivered':
      return 'done';
    case 'undelivered':
    case 'rejected':
      if (reason !== undefined && vendorsOwn.has(reason)) return 'next';
      // Without a reason it may be anybody's fault: then the time decides.
      return reason === undefined || reason === 'other' ? onlyWhen(isDue) : 'done';
    case 'expired':
    case 'queued':
    case 'sent':
    case 'accepted':
    case 'sending':
    case 'unknown':
      return onlyWhen(isDue);
    case 'refused':
    case 'not-sent':
      return 'done';
  }
}

function onlyWhen(isDue: boolean): DeliveryStep {
  return isDue ? 'next' : 'wait';
}
