import type { ReportedState, UndeliveredReason } from '@polysms/core/provider-kit';

/** What Acme says of a message, in a report or in its list. */
export interface MessageStatus {
  readonly state: ReportedState;
  readonly reason?: UndeliveredReason;
}

/** A status that is not in the table says no more than that Acme has the message. */
export function messageStatus(status: string): MessageStatus {
  return statuses.get(status) ?? { state: 'queued' };
}

const statuses: ReadonlyMap<string, MessageStatus> = new Map<string, MessageStatus>([
  ['sent', { state: 'sent' }],
  ['delivered', { state: 'delivered' }],
  ['phone_off', { state: 'undelivered', reason: 'unreachable' }],
  ['spam', { state: 'rejected', reason: 'filtered' }],
]);
