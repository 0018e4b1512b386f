// What docs/scale.md computes with: CPU time and bytes of a message in each engine, with records in PostgreSQL. One
// process works, with a provider in memory. `node bench/dist/scale.js [messages]`
import { createSmsClient } from '@polysms/core';
import { createOutbox, createOutboxWorker } from '@polysms/outbox';
import { createQueue, createWorker } from '@polysms/queue';
import { migrate, postgresStores } from '@polysms/store-postgres';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { findPostgres } from 'test-postgres';
import { startRedis } from 'test-redis';
import { healthy } from './memory-provider.js';

const messages = Number(process.argv[2] ?? 4_000);
const inFlight = 20;
const database = 'polysms_bench_scale';

/** Runs the work, and prints what each message took. */
async function perMessage(what: string, pool: Pool, work: () => Promise<unknown>): Promise<void> {
  const logged = async () => {
    const { rows } = await pool.query<{ bytes: number }>(
      "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes",
    );
    return rows[0]?.bytes ?? 0;
  };
  const before = { cpu: process.cpuUsage(), at: performance.now(), log: await logged() };
  await work();
  const { user, system } = process.cpuUsage(before.cpu);
  const seconds = (performance.now() - before.at) / 1000;
  const log = (await logged()) - before.log;
  console.log(
    `${what}: ${((user + system) / messages).toFixed(0)} µs of CPU, ${(messages / seconds).toFixed(0)} a second, ` +
      `${(log / messages).toFixed(0)} bytes of WAL`,
  );
}

async function tableBytes(pool: Pool, table: string): Promise<void> {
  const { rows } = await pool.query<{ bytes: number }>('select pg_total_relation_size($1)::float8 as bytes', [table]);
  console.log(`  ${table}: ${((rows[0]?.bytes ?? 0) / messages).toFixed(0)} bytes a row, with its indexes`);
}

async function measure(pool: Pool, connection: Redis): Promise<void> {
  await migrate(pool);
  const sms = createSmsClient({
    providers: [healthy('memory')],
    stores: { messages: postgresStores({ client: pool }).messages },
    messages: { sweepEveryMs: false },
  });
  const requestOf = (key: string, index: number) => ({
    to: `+86138${String(index).padStart(8, '0')}`,
    text: 'Only today: tea at half the price.',
    idempotencyKey: `${key}-${index}`,
  });
  const all = (key: string) => Array.from({ length: messages }, (_, index) => requestOf(key, index));

  const sends = all('send').values();
  await perMessage('a send with a key', pool, () =>
    Promise.all(
      Array.from({ length: inFlight }, async () => {
        for (const request of sends) await sms.send(request);
      }),
    ),
  );
  await tableBytes(pool, 'polysms.messages');
  await tableBytes(pool, 'polysms.message_keys');

  const memory = async () => Number(/used_memory:(\d+)/.exec(await connection.info('memory'))?.[1]);
  const empty = await memory();
  const queue = createQueue({ connection });
  for (let first = 0; first < messages; first += 5_000) {
    await queue.enqueueMany(all('queue').slice(first, first + 5_000));
  }
  console.log(`a job that waits in Redis: ${(((await memory()) - empty) / messages).toFixed(0)} bytes`);
  await perMessage('a worker of the queue', pool, async () => {
    let ended = 0;
    let isOver = () => {};
    const over = new Promise<void>((resolve) => {
      isOver = resolve;
    });
    const onEnd = () => {
      ended += 1;
      if (ended === messages) isOver();
    };
    const worker = createWorker({ connection, sms, concurrency: inFlight, sweepEveryMs: false, onEnd });
    await over;
    await worker.close();
  });
  await queue.close();

  // Only its migration.
  await (await createOutboxWorker({ sms, pool })).close();
  const outbox = createOutbox();
  await perMessage('outbox.enqueueMany()', pool, async () => {
    const client = await pool.connect();
    await outbox.enqueueMany(client, all('outbox'));
    client.release();
  });
  await tableBytes(pool, 'graphile_worker._private_jobs');
  await perMessage('a worker of the outbox', pool, async () => {
    const worker = await createOutboxWorker({ sms, pool, concurrency: inFlight, pollEveryMs: 100 });
    for (;;) {
      const { rows } = await pool.query('select 1 from graphile_worker._private_jobs limit 1');
      if (rows.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await worker.close();
  });
  await sms.close();
}

async function main(url: string): Promise<void> {
  const admin = new Pool({ connectionString: url, max: 1 });
  await admin.query(`drop database if exists ${database} with (force)`);
  await admin.query(`create database ${database}`);
  const redis = await startRedis();
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  const own = Object.assign(new URL(url), { pathname: `/${database}` }).href;
  const pool = new Pool({ connectionString: own, max: inFlight + 2 });
  pool.on('error', (error) => console.error(error.message));
  pool.on('connect', (client) => client.on('error', (error) => console.error(error.message)));
  await measure(pool, connection);
  await pool.end();
  connection.disconnect();
  await redis.stop();
  await admin.query(`drop database ${database} with (force)`);
  await admin.end();
}

const url = await findPostgres();
if (url === undefined) console.log('No PostgreSQL: set POSTGRES_URL, or install a server.');
else await main(url);
