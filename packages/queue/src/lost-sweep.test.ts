import { createSmsClient } from '@polysms/core';
import { redisStores } from '@polysms/store-redis';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis, type TestRedis } from 'test-redis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createWorker } from './index.js';
import { until, vendor } from './queue.test.fixture.js';

const place = { name: 'polysms', prefix: 'lost-sweep' };

describe.skipIf(skipWithoutRedis(await findRedisServer()))('the sweep, when Redis loses its data', () => {
  beforeAll(() => void vi.spyOn(process, 'emitWarning').mockImplementation(() => {}));
  afterAll(() => void vi.restoreAllMocks());

  it.concurrent.each([
    ['a restart without persistence', (server: TestRedis) => server.restart()],
    ['FLUSHALL', (_: TestRedis, redis: Redis) => redis.flushall()],
  ] as const)('is put back once by living workers, and ends with them: %s', async (_, lose) => {
    const server = await startRedis();
    const connect = () => new Redis(server.url, { maxRetriesPerRequest: null }).on('error', () => {});
    const connections = [connect(), connect(), connect()];
    const [connection, ...each] = connections as [Redis, ...Redis[]];
    let sweeps = 0;
    const clients = each.map((client) => {
      const { messages } = redisStores({ client });
      const sms = createSmsClient({ providers: [vendor()], stores: { messages }, messages: { sweepEveryMs: false } });
      vi.spyOn(sms.messages, 'sweep').mockImplementation(async () => {
        sweeps += 1;
        return { messages: 0, lookups: 0 };
      });
      return sms;
    });
    const workers = each.map((own, index) =>
      createWorker({ ...place, connection: own, sms: clients[index] as never, sweepEveryMs: 1_000 }),
    );
    await Promise.all(workers.map((worker) => worker.ready()));
    const upkeep = new Queue(`${place.name}-upkeep`, { connection, prefix: place.prefix });
    upkeep.on('error', () => {});
    for (let round = 0; round < 2; round++) {
      const before = sweeps;
      await until(() => sweeps > before);
      await lose(server, connection);
      const [lostAt, after] = [performance.now(), sweeps];
      await until(() => sweeps >= after + 2);
      expect(await upkeep.getJobSchedulersCount()).toBe(1);
      expect(await upkeep.getDelayedCount()).toBeLessThanOrEqual(1);
      // One that was running, one at once, and one each second.
      expect(sweeps - after).toBeLessThanOrEqual(3 + (performance.now() - lostAt) / 1_000);
    }
    await Promise.all(workers.map((worker) => worker.close()));
    // One that lives beside them puts its own back, time and again.
    const other = { name: 'other', prefix: place.prefix };
    const neighbor = createWorker({ ...other, connection, sms: clients[0] as never, sweepEveryMs: 1_000 });
    await neighbor.ready();
    const others = new Queue('other-upkeep', { connection, prefix: place.prefix });
    for (let round = 0; round < 2; round++) {
      await connection.flushall();
      await until(async () => (await others.getJobSchedulersCount()) === 1);
    }
    expect(await upkeep.getJobSchedulersCount()).toBe(0);
    await neighbor.close();
    await Promise.all([upkeep.close(), others.close()]);
    await Promise.all(clients.map((sms) => sms.close()));
    for (const redis of connections) redis.disconnect();
    await server.stop();
  });
});
