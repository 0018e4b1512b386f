import { type ReportedState, reasonCodes, type UndeliveredReason } from '@polysms/core/provider-kit';
import { messageCodes } from './errors.js';

/** What has become of a message. */
export interface MessageStatus {
  readonly state: ReportedState;
  readonly reason?: UndeliveredReason;
  readonly providerCode?: string;
}

const states: ReadonlyMap<string, ReportedState> = new Map<string, ReportedState>([
  ...(['accepted', 'scheduled', 'queued', 'sending'] as const).map((status) => [status, 'queued'] as const),
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'delivered'],
  ['undelivered', 'undelivered'],
  ['failed', 'rejected'],
  ['canceled', 'rejected'],
]);

/** Why a message was not delivered, by Twilio's error codes of messages. */
const reasons = reasonCodes({
  unknown_subscriber: [30005],
  unreachable: [30003, 30453],
  not_mobile: [30006],
  // 30450: SMS Pumping Protection. Another provider would be the next to be defrauded.
  blocked: [30004, 30450],
  opted_out: [21610],
  filtered: [30007, 30038, 30039, 30043],
  unregistered_sender: [21703, 30018, 30024, 30032, 30034, 30035, 30040, 30041, 30042],
  // Congestion, daily caps and suspended accounts: another provider may do better.
  carrier_fault: [30001, 30002, 30017, 30022, 30023, 30027, 30033, 30037, 30454],
});

/** 30036: the validity period is over. */
const expired = '30036';

/**
 * What a status of Twilio's says, with its error code if there is one. A status that nobody knows says no more than that
 * Twilio has the message.
 */
export function messageStatus(status: string, errorCode: string | undefined): MessageStatus {
  const known = states.get(status) ?? 'queued';
  const state = status === 'failed' && errorCode === expired ? 'expired' : known;
  const isFailure = state === 'undelivered' || state === 'rejected' || state === 'expired';
  const providerCode = errorCode ?? (states.has(status) && status !== 'canceled' ? undefined : status);
  return {
    state,
    ...(isFailure && errorCode !== undefined ? { reason: reasonOf(errorCode) } : {}),
    ...(providerCode === undefined ? {} : { providerCode }),
  };
}

/** Refusals that come after a 201 have the codes of refusals. */
function reasonOf(errorCode: string): UndeliveredReason {
  const known = reasons.get(errorCode);
  if (known !== undefined) return known;
  switch (messageCodes.get(errorCode)?.code) {
    case 'invalid_phone_number':
      return 'unknown_subscriber';
    case 'sender_rejected':
      return 'unregistered_sender';
    case 'content_rejected':
      return 'filtered';
    case 'rate_limited':
      return 'carrier_fault';
    default:
      return 'other';
  }
}
