// A worker process: sends what is in the queue and in the outbox.
import { createOutbox, createOutboxWorker } from '@polysms/outbox';
import { createWorker } from '@polysms/queue';
import { purge } from '@polysms/store-postgres';
import { Redis } from 'ioredis';
import { openPool, prepareDatabase } from './database.js';
import { whenToldToEnd } from './end.js';
import { readSettings } from './settings.js';
import { createFleetSms } from './sms.js';
import { settleUnknownTexts } from './unknown-texts.js';

/** For each lane of the queue, and for the outbox. */
const concurrency = 5;

const settings = readSettings();
const { takeOverAfterMs, resolveForMs, lookEveryMs } = settings.times;
const pool = openPool(settings.postgresUrl, concurrency + 7);
await prepareDatabase(pool);
// A worker waits for a restart of Redis.
const connection = new Redis(settings.redisUrl, { maxRetriesPerRequest: null });
connection.on('error', (error) => console.error('Redis:', error.message));
const sms = createFleetSms(settings, pool, connection);
const outbox = createOutbox();
const outboxWorker = await createOutboxWorker({ sms, pool, concurrency, takeOverAfterMs, resolveForMs });
const queueWorker = createWorker({ connection, prefix: settings.redisPrefix, sms, concurrency, takeOverAfterMs });
await queueWorker.ready();

const warn = (error: Error) => console.error(error.message);
const looking = setInterval(() => settleUnknownTexts({ sms, pool, outbox, outboxWorker }).catch(warn), lookEveryMs);
const purging = setInterval(() => purge(pool).catch(warn), 300_000);
process.send?.('ready');

whenToldToEnd(async () => {
  clearInterval(looking);
  clearInterval(purging);
  await Promise.all([queueWorker.close(), outboxWorker.close()]);
  await sms.close();
  connection.disconnect();
  await pool.end();
});
