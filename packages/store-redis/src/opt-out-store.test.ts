import { Cluster } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedisCluster, type TestRedisCluster } from 'test-redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RedisClient } from './redis-client.js';
import { redisStores } from './redis-stores.js';
import { expectUnavailable } from './sample.test.fixture.js';

describe.skipIf(skipWithoutRedis(await findRedisServer()))('opt-outs whose keys live on several nodes', () => {
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

  const keys = ['account', 'number', 'another'];

  function optOutsOver(prefix: string, isCluster: boolean | undefined, fails: (key: string) => boolean = () => false) {
    const commands: string[] = [];
    const evalsha: RedisClient['evalsha'] = (sha1, count, ...rest) => {
      const asked = rest.slice(0, count).map((key) => /\{(.*)\}/.exec(key)?.[1] ?? '');
      commands.push(asked.join('+'));
      return asked.some(fails)
        ? Promise.reject(new Error('Connection is closed.'))
        : client.evalsha(sha1, count, ...rest);
    };
    const recorder: RedisClient = { evalsha, eval: (...args) => client.eval(...args), isCluster };
    return { optOuts: redisStores({ client: recorder, prefix }).optOuts, commands };
  }

  it('are asked for each by itself, and answered in order', async () => {
    const { optOuts, commands } = optOutsOver('told', true);
    await optOuts.add('number', 1);
    commands.length = 0;
    expect(await optOuts.has(keys)).toEqual([false, true, false]);
    expect(commands).toEqual(keys);
  });

  it('are learned of from the first refusal by a client that does not tell', async () => {
    const { optOuts, commands } = optOutsOver('learned', undefined);
    for (let time = 0; time < 2; time += 1) expect(await optOuts.has(keys)).toEqual([false, false, false]);
    expect(commands).toEqual([keys.join('+'), ...keys, ...keys]);
  });

  it('are not known if one node fails', async () => {
    const { optOuts } = optOutsOver('failing', true, (key) => key === 'another');
    await expectUnavailable(optOuts.has(keys), 'not-sent', 'connection to Redis');
  });
});
