import { createSmsClient, type SmsClient, type SmsProvider } from '@polysms/core';
import { type CallContext, notSent } from '@polysms/core/provider-kit';
import { aliyun } from '@polysms/provider-aliyun';
import { twilio } from '@polysms/provider-twilio';
import { sharedPace } from '@polysms/queue';
import { postgresStores } from '@polysms/store-postgres';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { accounts, templates } from './accounts.js';
import { noteText } from './orders.js';
import type { FleetSettings } from './settings.js';

/** Requests in a second that each vendor allows, over all processes. */
const maxPerSecond = 100;

/** The client of every process: Twilio first, then Aliyun. What became of messages is in PostgreSQL. */
export function createFleetSms(settings: FleetSettings, pool: Pool, connection: Redis): SmsClient {
  const { vendors, redisPrefix: prefix, publicUrl, times } = settings;
  const { reportSecret, ...aliyunAccount } = accounts.aliyun;
  const providers = [
    twilio({ ...accounts.twilio, baseUrl: vendors.twilio }),
    aliyun({ ...aliyunAccount, webhooks: { secret: reportSecret }, baseUrl: vendors.aliyun }),
  ];
  return createSmsClient({
    providers: providers.map((each) => sharedPace(noting(each, pool), { connection, prefix, maxPerSecond })),
    templates,
    stores: { messages: postgresStores({ client: pool }).messages },
    // One of all workers asks vendors, by the queue.
    messages: { sweepEveryMs: false },
    webhooks: { publicUrl },
    deadlineMs: times.deadlineMs,
  });
}

/** Writes down which message is an order's, before it leaves: the vendor's report names the message alone. */
function noting(provider: SmsProvider, pool: Pool): SmsProvider {
  const { specification, id, sends, verification, webhooks, events, lookup } = provider;
  return {
    ...{ specification, id, sends, verification, webhooks, events, lookup },
    async send(message, context) {
      const order =
        message.kind === 'template' ? message.params.find(({ name }) => name === 'order')?.value : undefined;
      if (order !== undefined && !(await noteInTime(pool, order, message.id, context))) {
        return notSent('store_unavailable', 'PostgreSQL did not take the id of the text in time.');
      }
      return provider.send(message, context);
    },
    close: () => provider.close(),
  };
}

/** Whether it is written down by the time at which the vendor's request must be written. */
async function noteInTime(pool: Pool, order: string, id: string, { deadline, writeBy = deadline }: CallContext) {
  let stopListening = () => {};
  const isTooLate = new Promise<boolean>((resolve) => {
    stopListening = writeBy.onEnd(() => resolve(false));
  });
  const isNoted = noteText(pool, order, id).then(
    () => true,
    () => false,
  );
  const isInTime = await Promise.race([isNoted, isTooLate]);
  stopListening();
  return isInTime;
}
