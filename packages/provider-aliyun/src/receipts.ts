import type { ReportedState, SmsErrorCode, UndeliveredReason } from '@polysms/core/provider-kit';
import { meaningOf } from './errors.js';

/** What a receipt says of a message. */
export interface Receipt {
  readonly state: ReportedState;
  readonly reason?: UndeliveredReason | undefined;
}

/** What the codes of SmsReport mean. `MOBLLE_TERMINAL_ERROR` is the vendor's own spelling. */
export const receiptCodes: ReadonlyMap<string, Receipt> = new Map<string, Receipt>([
  ['DELIVERED', { state: 'delivered' }],
  ['REQUEST_SUCCESS', { state: 'sent' }],
  ['MOBILE_NOT_ON_SERVICE', { state: 'undelivered', reason: 'unreachable' }],
  ['INVALID_NUMBER', { state: 'undelivered', reason: 'unknown_subscriber' }],
  ['MOBILE_ACCOUNT_ABNORMAL', { state: 'undelivered', reason: 'unreachable' }],
  ['MOBLLE_TERMINAL_ERROR', { state: 'undelivered', reason: 'unreachable' }],
  ['MOBILE_TERMINAL_ERROR', { state: 'undelivered', reason: 'unreachable' }],
  ['SP_UNKNOWN_ERROR', { state: 'undelivered', reason: 'carrier_fault' }],
  ['SP_UNKNOW_ERROR', { state: 'undelivered', reason: 'carrier_fault' }],
  ['SP_NOT_BY_INTER_SMS', { state: 'undelivered', reason: 'other' }],
  ['EXPIRED', { state: 'expired' }],
  ['MOBILE_SEND_LIMIT', { state: 'rejected', reason: 'other' }],
  ['MOBILE_IN_BLACK', { state: 'rejected', reason: 'blocked' }],
  ['USER_REJECT', { state: 'rejected', reason: 'opted_out' }],
  ['CONTENT_KEYWORD', { state: 'rejected', reason: 'filtered' }],
  ['CONTENT_ERROR', { state: 'rejected', reason: 'filtered' }],
  ['NO_ROUTE', { state: 'rejected', reason: 'carrier_fault' }],
  ['IS_CLOSE', { state: 'rejected', reason: 'carrier_fault' }],
  ['PORT_NOT_REGISTERED', { state: 'rejected', reason: 'unregistered_sender' }],
  ['PARAMS_ILLEGAL', { state: 'rejected', reason: 'other' }],
]);

/** What a receipt says, by its two fields; one without a clear yes or no says only that the vendor has the message. */
export function receiptOf(success: unknown, code = ''): Receipt {
  if (typeof success !== 'boolean') return { state: 'queued' };
  const known = receiptCodes.get(code);
  if (success) return known?.state === 'sent' ? known : { state: 'delivered' };
  if (known !== undefined && known.state !== 'delivered') return known;
  // A refusal, as a send gets it, that comes after an OK.
  const meaning = meaningOf(code);
  if (meaning === undefined && !code.startsWith('isv.')) return { state: 'undelivered', reason: 'other' };
  return { state: 'rejected', reason: reasons[meaning?.code ?? 'unrecognized_provider_code'] ?? 'other' };
}

const reasons: Readonly<Partial<Record<SmsErrorCode, UndeliveredReason>>> = {
  recipient_blocked: 'blocked',
  content_rejected: 'filtered',
  sender_rejected: 'unregistered_sender',
  provider_unavailable: 'carrier_fault',
};

/** What the status of the international product's receipts says. */
export const internationalReceipts: ReadonlyMap<number | undefined, Receipt> = new Map<number, Receipt>([
  [1, { state: 'delivered' }],
  [2, { state: 'undelivered', reason: 'other' }],
  [6, { state: 'expired' }],
]);
