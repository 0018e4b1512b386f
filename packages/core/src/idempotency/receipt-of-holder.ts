import type { Receipt } from '../delivery/send-request.js';
import { SmsError } from '../errors/sms-error.js';
import type { MessageRecord } from '../messages/message-record.js';
import { stateOf } from '../messages/message-state.js';
import { receiptOfRecord } from '../messages/receipts.js';

/** Nobody knows whether the message was sent. */
export function stillUnknown(): SmsError {
  return new SmsError({
    code: 'in_progress',
    outcome: 'unknown',
    message: 'A call with this idempotencyKey is under way, or died. It is not sent again.',
  });
}

/**
 * The receipt of the message that has the key; undefined if it was certainly not sent, so that it may be sent now.
 *
 * @throws SmsError while nobody knows
 */
export function receiptOfHolder(record: MessageRecord): Receipt | undefined {
  const { state } = stateOf(record, Date.now());
  switch (state) {
    case 'not-sent':
    case 'refused':
      return undefined;
    case 'sending':
      throw stillUnknown();
    case 'unknown':
      throw record.settled?.error === undefined ? stillUnknown() : new SmsError(record.settled.error);
    case 'accepted':
    case 'queued':
    case 'sent':
    case 'delivered':
    case 'undelivered':
    case 'rejected':
    case 'expired':
      return replayed(receiptOfRecord(record));
  }
}

/** A receipt for another call than the one that sent. */
export function replayed(receipt: Receipt): Receipt {
  return { ...receipt, replayed: true };
}
