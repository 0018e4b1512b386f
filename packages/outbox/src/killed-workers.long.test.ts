import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { describe, expect, it } from 'vitest';
import { createOutbox } from './outbox.js';
import { surroundings, until } from './surroundings.test.fixture.js';
import { createOutboxWorker } from './worker.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const transactions = isLong ? 2_200 : 30;
const kills = isLong ? 60 : 1;

const postgresUrl = await findPostgres();
const redisUrl = await findRedis();
const isSkipped = skipWithoutPostgres(postgresUrl) || skipWithoutRedis(redisUrl);

/** A vendor with a ledger. It refuses some requests, and loses some answers after it has taken the message. */
async function ledger(chance: (share: number) => boolean) {
  const taken = new Map<string, string[]>();
  const server = createServer(async (request, response) => {
    const id = request.url ?? '';
    if (request.method === 'GET') return void response.writeHead(taken.has(id) ? 200 : 404).end();
    if (chance(0.1)) return void response.writeHead(503).end();
    taken.set(id, [...(taken.get(id) ?? []), await text(request)]);
    if (chance(0.1)) return void request.socket.destroy();
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { taken, url, close };
}

describe.skipIf(isSkipped)('the outbox, while its workers are killed', () => {
  const here = surroundings(postgresUrl ?? '', redisUrl ?? '');

  it('sends each message of a committed transaction once, and no other', async () => {
    const generator = xoroshiro128plus(20261126);
    const below = (end: number) => uniformInt(generator, 0, end - 1);
    const vendor = await ledger((share) => below(1_000) < share * 1_000);
    here.after(async () => void vendor.close());
    const schema = here.schema();
    const outbox = createOutbox({ schema });
    // Only its migration.
    const migrating = await createOutboxWorker({ sms: here.client(nobody), pool: here.pool, schema });
    await migrating.close();
    const prefix = schema;
    const argument = JSON.stringify({ postgresUrl, redisUrl, schema, prefix, vendorUrl: vendor.url });
    const worker = fileURLToPath(new URL('./worker.test.fixture.mjs', import.meta.url));
    const start = async (): Promise<ChildProcess> => {
      const child = fork(worker, [argument], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      const [said] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
      expect(said, 'a worker ended at once').toBe('ready');
      return child;
    };
    const workers = await Promise.all([start(), start()]);
    here.after(async () => {
      for (const child of workers) child.kill('SIGKILL');
    });

    // What waits need not wait: later is now.
    const hurry = () =>
      here.pool.query(`update "${schema}"._private_jobs set run_at = now() where locked_at is null and run_at > now()`);
    const committed: string[] = [];
    const rolledBack: string[] = [];
    let killed = 0;
    for (let index = 0; index < transactions; index++) {
      const isCommitted = below(2) === 0;
      await here.transaction(
        async (client) => {
          const body = `message ${index}`;
          (isCommitted ? committed : rolledBack).push(body);
          await outbox.enqueue(client, { to: '+8613800138000', text: body, idempotencyKey: `order-${index}` });
        },
        isCommitted ? 'commit' : 'rollback',
      );
      if (killed < kills && index >= ((killed + 1) * transactions) / (kills + 1)) {
        // After so many further messages a worker dies, wherever it is.
        const enough = vendor.taken.size + below(8);
        await until(async () => {
          await hurry();
          return vendor.taken.size >= enough || vendor.taken.size >= committed.length * 0.9;
        });
        const place = below(2);
        workers[place]?.kill('SIGKILL');
        workers[place] = await start();
        killed += 1;
      }
    }

    await until(async () => {
      await hurry();
      const { rows } = await here.pool.query(`select count(*) from "${schema}".jobs`);
      return rows[0]?.count === '0';
    });
    const sent = [...vendor.taken.values()];
    expect(killed).toBe(kills);
    expect(sent.flat().sort()).toEqual([...committed].sort());
    expect(rolledBack.length).toBeGreaterThanOrEqual(isLong ? 1_000 : 8);
  });
});

const nobody = {
  specification: 'v1',
  id: 'nobody',
  sends: { text: true, template: false, senderId: true },
  verification: null,
  webhooks: null,
  events: null,
  lookup: null,
  send: async () => ({ outcome: 'refused', code: 'no_route', message: 'Nobody.' }) as const,
  close: async () => undefined,
} as const;
