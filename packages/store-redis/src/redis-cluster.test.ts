import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { findRedisServer, skipWithoutRedis, startRedisCluster, type TestRedisCluster } from 'test-redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisStores } from './redis-stores.js';
import { challenge, check, digest, expectUnavailable, hourly } from './sample.test.fixture.js';

describe.skipIf(skipWithoutRedis(await findRedisServer()))('the stores over a cluster', () => {
  let cluster: TestRedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.stop());
  const nodes = () => cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));

  describe.each([
    { name: 'ioredis 6', make: () => new Cluster(nodes()), before: 'six' },
    { name: 'ioredis 5', make: () => new Cluster5(nodes()), before: 'five' },
    { name: 'a key prefix', make: () => new Cluster(nodes(), { keyPrefix: 'app:' }), before: 'seven' },
  ])('with $name', ({ make, before }) => {
    it('works on every node, also when the scripts are lost', async () => {
      const client = make();
      const { verification, idempotency, limits } = redisStores({ client, prefix: before });
      const names = Array.from({ length: 30 }, (_, index) => `${before}${index}`);
      const round = names.map(async (name) => {
        const guesses = [{ id: name, digests: [digest] }];
        await verification.open(challenge({ subject: name, id: name }));
        expect(await verification.check(check(digest, { subject: name, guesses }))).toMatchObject({
          state: 'approved',
        });
        const reservation = await idempotency.reserve(name, 'f', 60_000);
        if (reservation.state === 'reserved') await idempotency.release(name, reservation.token);
        expect(await idempotency.reserve(name, 'f', 60_000)).toMatchObject({ state: 'reserved' });
        expect(await limits.take(name, { ...hourly, max: 1 })).toEqual({ taken: true });
        await limits.giveBack(name, { ...hourly, max: 1 }, 0);
        expect(await limits.take(name, { ...hourly, max: 1 })).toEqual({ taken: true });
      });
      await Promise.all(client.nodes('master').map((node) => node.script('FLUSH')));
      await Promise.all(round);
      for (const node of client.nodes('master')) expect(await node.dbsize()).toBeGreaterThan(0);
      client.disconnect();
    });
  });

  it('say that a slot is not served', async () => {
    const client = new Cluster(nodes(), { maxRedirections: 0 });
    const { limits } = redisStores({ client });
    await limits.take('k', hourly);
    const admins = cluster.nodes.map(({ url }) => new Redis(url));
    const slot = Number(await admins[0]?.cluster('KEYSLOT', 'polysms:limit:{k}:2:3600000'));
    const served = await Promise.all(admins.map((admin) => admin.cluster('GETKEYSINSLOT', slot, 1)));
    const owner = admins[served.findIndex((keys) => (keys as unknown[]).length > 0)];
    await owner?.cluster('DELSLOTS', slot);
    await expectUnavailable(limits.take('k', hourly), 'not-sent', 'cluster');
    await owner?.cluster('ADDSLOTS', slot);
    for (const admin of admins) admin.disconnect();
    client.disconnect();
  });
});
