import { isSmsError, type SendRequest, type SmsClient } from '@polysms/core';
import type { Outbox, OutboxWorker } from '@polysms/outbox';
import type { Pool } from 'pg';
import { sendAgain } from './orders.js';

interface Parts {
  readonly sms: SmsClient;
  readonly pool: Pool;
  readonly outbox: Outbox;
  readonly outboxWorker: OutboxWorker;
}

/**
 * This app's decision: an order's text may arrive twice, but not never. So one of which nobody could learn whether it was
 * sent is sent again, under a key of its own. Polysms never decides this by itself.
 */
export async function settleUnknownTexts({ sms, pool, outbox, outboxWorker }: Parts): Promise<void> {
  for (const { id, reason, job } of await outboxWorker.deadLetters()) {
    if (reason !== 'unknown' || job === undefined) continue;
    if (!(await isSent(sms, { ...job.message, idempotencyKey: id }))) await sendAgain(pool, outbox, id);
    await outboxWorker.discard(id);
  }
}

/** The key answers: a report may have come since the last run. */
async function isSent(sms: SmsClient, request: SendRequest): Promise<boolean> {
  try {
    await sms.send(request);
    return true;
  } catch (error) {
    if (!isSmsError(error)) throw error;
    return false;
  }
}
