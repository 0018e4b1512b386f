import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createQueue } from '@polysms/queue';
import { connectBox } from '@polysms/simulator/testing';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { findPostgres, findPostgresServer, skipWithoutPostgres, startPostgres } from 'test-postgres';
import { findRedis, findRedisServer, skipWithoutRedis, startRedis } from 'test-redis';
import { describe, expect, it } from 'vitest';
import { type Fleet, startFleet } from './fleet.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const size = isLong ? { orders: 399, kills: 20, workers: 3 } : { orders: 30, kills: 2, workers: 2 };
const offers = Math.floor(size.orders / 2);
/** Short, so that nobody waits for long for what a dead worker left. A live one is not to be taken for dead too often. */
const times = isLong
  ? { deadlineMs: 5_000, takeOverAfterMs: 8_000, resolveForMs: 10_000, lookEveryMs: 1_000 }
  : { deadlineMs: 2_000, takeOverAfterMs: 3_000, resolveForMs: 3_000, lookEveryMs: 500 };

const isSkipped = isLong
  ? skipWithoutPostgres(await findPostgresServer()) || skipWithoutRedis(await findRedisServer())
  : skipWithoutPostgres(await findPostgres()) || skipWithoutRedis(await findRedis());

/** In full, servers of its own, which the test restarts. */
async function servers() {
  if (!isLong) {
    const [postgresUrl = '', redisUrl = ''] = [await findPostgres(), await findRedis()];
    return { postgresUrl, redisUrl, restarts: [], [Symbol.asyncDispose]: async () => {} };
  }
  const postgres = await startPostgres();
  const redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  return {
    ...{ postgresUrl: postgres.url, redisUrl: redis.url },
    restarts: [() => redis.restart(), () => postgres.restart()],
    [Symbol.asyncDispose]: async () => {
      await postgres.stop();
      await redis.stop();
    },
  };
}

const ignore = () => {};

/** Calls until there is an answer: whoever is killed while it answers leaves none. */
async function call(fleet: Pick<Fleet, 'url'>, path: string, body?: object): Promise<Response> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  for (;;) {
    const response = await fetch(fleet.url + path, init).then(whole, () => undefined);
    if (response !== undefined && response.status !== 503) return response;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** An answer whose body has come, too. */
async function whole(response: Response): Promise<Response> {
  return new Response(await response.text(), { status: response.status });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** A vendor that found no web process tells again after a minute: now is that minute. */
async function tellAgain({ box }: Fleet): Promise<void> {
  const control = connectBox(box.url);
  const missed = box.reports.filter(({ status, attempts }) => status === 'scheduled' && attempts.length > 0);
  for (const report of missed) await control.release(report).catch(() => undefined);
}

/** A database of its own, dropped afterwards. */
async function ownDatabase(url: string) {
  const admin = new Pool({ connectionString: url, max: 1 });
  admin.on('error', ignore);
  const name = `fleet_${randomUUID().replaceAll('-', '_')}`;
  await admin.query(`create database ${name}`);
  return {
    url: Object.assign(new URL(url), { pathname: `/${name}` }).href,
    [Symbol.asyncDispose]: async () => {
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe.skipIf(isSkipped)('a fleet whose processes are killed', () => {
  it(`sends the text of every order that was placed, of no other, and none twice that was known to be sent`, async () => {
    await using engines = await servers();
    const { redisUrl } = engines;
    await using database = await ownDatabase(engines.postgresUrl);
    const pool = new Pool({ connectionString: database.url, max: 1 });
    pool.on('error', ignore);
    const connection = new Redis(redisUrl);
    connection.on('error', ignore);
    const redisPrefix = `fleet-${randomUUID()}`;
    const queue = createQueue({ connection, prefix: redisPrefix });
    const pids = new Set<number>();
    {
      await using fleet = await startFleet({
        ...{ postgresUrl: database.url, redisUrl, redisPrefix },
        ...{ workerProcesses: size.workers, times, seed: 1 },
      });
      fleet.box.fail({ kind: 'rate-limit' }, { vendor: 'twilio', probability: 0.2 });
      fleet.box.fail({ kind: 'drop', when: 'after-processing' }, { vendor: 'twilio', probability: 0.03 });
      const generator = xoroshiro128plus(20_261_126);
      const below = (end: number) => uniformInt(generator, 0, end - 1);

      const phoneOf = (index: number) => `+86138${String(index).padStart(8, '0')}`;
      const campaign = { id: 'campaign', offer: 'tea', phones: Array.from({ length: offers }, (_, at) => phoneOf(at)) };
      await call(fleet, '/campaigns', campaign);
      const killAt = new Map<number, number>();
      // A web process in turn with a worker.
      for (let kill = 0; killAt.size < size.kills; kill += 1) {
        killAt.set(below(size.orders), kill % 2 === 0 ? below(2) : 2 + below(size.workers));
      }
      const answers = new Map<string, number>();
      const order = async (index: number) => {
        const id = `order-${index}`;
        const article = below(4) === 0 ? 'sold-out' : 'tea';
        answers.set(id, (await call(fleet, '/orders', { id, phone: phoneOf(offers + index), article })).status);
      };
      const placing = new Set<Promise<void>>();
      for (let index = 0; index < size.orders; index += 1) {
        for (const pid of fleet.pids) pids.add(pid);
        const victim = killAt.get(index);
        const one = order(index).finally(() => placing.delete(one));
        placing.add(one);
        if (victim !== undefined) fleet.kill(victim);
        // Redis after a third of the orders, PostgreSQL after two thirds.
        const restart = engines.restarts[((index + 1) * (engines.restarts.length + 1)) / size.orders - 1];
        if (restart !== undefined) await restart();
        if (placing.size >= 4) await Promise.race(placing);
      }
      await Promise.all(placing);

      // A person logs in, in the middle of it all.
      const person = await connectBox(fleet.box.url).newPhone('+8613900000000');
      const { id: login } = (await (await call(fleet, '/logins', { phone: person.number })).json()) as { id: string };
      const code = await person.code({ timeoutMs: 60_000 });
      expect((await call(fleet, `/logins/${login}`, { code })).status).toBe(200);
      expect((await call(fleet, `/logins/${login}`, { code })).status, 'a code counts once').toBe(403);

      const { rows: placed } = await pool.query<{ id: string; sent_again: number }>(
        'select id, sent_again from orders',
      );
      const waiting = new Set(placed.map(({ id }) => id));
      await until(async () => {
        await tellAgain(fleet);
        for (const id of waiting) {
          const { texts } = (await (await call(fleet, `/orders/${id}`)).json()) as { texts: readonly string[] };
          if (!texts.includes('delivered')) break;
          waiting.delete(id);
        }
        return waiting.size === 0;
      });
      for (const pid of fleet.pids) pids.add(pid);

      // What was answered is what was written.
      const written = new Set(placed.map(({ id }) => id));
      const wasPlaced = [...answers].filter(([, status]) => status === 201 || status === 200).map(([id]) => id);
      expect(wasPlaced.toSorted()).toEqual([...written].toSorted());
      expect(written.size).toBeLessThan(size.orders);

      const { rows: orders } = await pool.query<{ id: string; sent_again: number }>(
        'select id, sent_again from orders',
      );
      const arrived = new Map<string, number>();
      for (const { text } of fleet.box.messages) {
        const [id] = /order-\d+/.exec(text) ?? [];
        if (id !== undefined) arrived.set(id, (arrived.get(id) ?? 0) + 1);
      }
      expect([...arrived.keys()].toSorted(), 'the ledger').toEqual([...written].toSorted());
      const tooOften = orders.filter(({ id, sent_again: again }) => (arrived.get(id) ?? 0) > 1 + again);
      expect(tooOften).toEqual([]);
      const again = orders.filter(({ sent_again: sentAgain }) => sentAgain > 0).length;
      expect(again, 'only what somebody was sending when it died').toBeLessThan(size.orders / 2);

      // An offer is never sent again by itself: it arrives once, or stands in the queue as unknown.
      const offeredTo = () => fleet.box.messages.filter(({ text }) => text.includes('tea')).map(({ to }) => to);
      const unknown = new Set<number>();
      await until(async () => {
        const hasArrived = new Set(offeredTo());
        const open = campaign.phones.flatMap((phone, at) => (hasArrived.has(phone) || unknown.has(at) ? [] : [at]));
        for (const at of open) {
          const job = await queue.get(`campaign-${at}`);
          if (job?.state === 'unknown' || (job?.state === 'dead' && job.mayHaveBeenSent)) unknown.add(at);
        }
        return open.length === 0;
      });
      const offered = offeredTo();
      expect(new Set(offered).size, 'no offer comes twice').toBe(offered.length);
      expect(unknown.size).toBeLessThan(offers / 2);
      if (isLong)
        console.log({
          placed: written.size,
          again,
          offered: offered.length,
          unknown: unknown.size,
          processes: pids.size,
        });
      expect(pids.size, 'as many were started again as were killed').toBeGreaterThan(2 + size.workers);

      // One who connects and asks nothing keeps the fleet from ending for a moment only.
      const { hostname, port } = new URL(fleet.url);
      await once(connect(Number(port), hostname).on('error', ignore).resume(), 'connect');
    }
    await queue.close();
    const keys = await connection.keys(`${redisPrefix}:*`);
    if (keys.length > 0) await connection.del(keys);
    connection.disconnect();
    await pool.end();
    expect([...pids].filter(isAlive)).toEqual([]);
  });
});

describe.skipIf(isSkipped || !isLong)('the command', () => {
  it('starts it all, says where it is, and ends all of it by a signal', async () => {
    await using engines = await servers();
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    const env = { ...process.env, POSTGRES_URL: engines.postgresUrl, REDIS_URL: engines.redisUrl };
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = once(child, 'exit');
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const url = /The shop is at (http:\S+), and the phones are at http:/.exec(line)?.[1] ?? '';
    const order = { id: 'order-1', phone: '+8613800138000', article: 'tea' };
    expect((await call({ url }, '/orders', order)).status).toBe(201);
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });
});
