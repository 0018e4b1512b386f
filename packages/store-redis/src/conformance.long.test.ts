import { describeSmsStores } from '@polysms/conformance';
import { Cluster, Redis } from 'ioredis';
import { findRedis, findRedisServer, skipWithoutRedis, startRedisCluster, type TestRedisCluster } from 'test-redis';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { RedisClient } from './redis-client.js';
import { redisStores } from './redis-stores.js';

const url = await findRedis();
const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';

const test = {
  describe,
  /** The long suite plays all random sequences, the short one the first fifty of each kind. */
  it(title: string, body: () => Promise<void>) {
    if (isLong || !/ random sequences (?!1 to )/.test(title)) it(title, body);
  },
};

/** Stores whose clock moves by hand. It starts where clocks are now, so that times have as many digits. */
function stores(client: RedisClient) {
  let ms = Date.UTC(2026, 0, 1);
  return {
    stores: redisStores({ client, prefix: 'polysms-conformance', now: () => ms }),
    advance: (byMs: number) => {
      ms += byMs;
    },
    close: () => undefined,
  };
}

describe.skipIf(skipWithoutRedis(url))('the stores over one server', () => {
  let client: Redis;
  beforeAll(() => {
    client = new Redis(url ?? '');
  });
  afterAll(() => client.disconnect());
  describeSmsStores({ name: 'store-redis', test, create: () => stores(client) });
});

describe.skipIf(skipWithoutRedis(await findRedisServer()))('the stores over a cluster', () => {
  let servers: TestRedisCluster;
  let client: Cluster;
  beforeAll(async () => {
    servers = await startRedisCluster();
    client = new Cluster(servers.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
  });
  afterAll(async () => {
    client.disconnect();
    await servers.stop();
  });
  describeSmsStores({ name: 'store-redis in a cluster', test, create: () => stores(client) });
});
