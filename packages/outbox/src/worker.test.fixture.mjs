// A process that sends what stands in the outbox, until it is killed. The vendor is a ledger in the test's process.

import { createSmsClient } from '@polysms/core';
import { redisStores } from '@polysms/store-redis';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createOutboxWorker } from '../dist/index.js';

const { postgresUrl, redisUrl, schema, prefix, vendorUrl } = JSON.parse(process.argv[2]);

const vendor = {
  specification: 'v1',
  id: 'vendor',
  sends: { text: true, template: false, senderId: true },
  verification: null,
  webhooks: null,
  events: null,
  lookup: {
    visibleAfterMs: 0,
    absenceProves: true,
    find: async ({ id }) => {
      const { status } = await fetch(`${vendorUrl}/${id}`);
      return status === 200 ? { outcome: 'found', reference: id } : { outcome: 'absent' };
    },
  },
  send: async ({ id, text }) => {
    try {
      const { status } = await fetch(`${vendorUrl}/${id}`, { method: 'POST', body: text });
      if (status === 503) return { outcome: 'refused', code: 'provider_unavailable', message: 'Busy.' };
      return { outcome: 'accepted', reference: id };
    } catch {
      return { outcome: 'unknown', code: 'network_error', message: 'The answer was lost.' };
    }
  },
  close: async () => {},
};

const redis = new Redis(redisUrl);
const pool = new pg.Pool({ connectionString: postgresUrl, max: 8 });
pool.on('error', () => {});
pool.on('connect', (client) => client.on('error', () => {}));
const sms = createSmsClient({
  providers: [vendor],
  stores: { messages: redisStores({ client: redis, prefix }).messages },
  deadlineMs: 1_000,
  messages: { sweepEveryMs: 1_000 },
});
await createOutboxWorker({ sms, pool, schema, concurrency: 5, pollEveryMs: 20, takeOverAfterMs: 2_000 });
process.send('ready');
process.on('disconnect', () => process.exit());
