import { createSmsClient } from '@polysms/core';
import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { findRedisServer, skipWithoutRedis, startRedisCluster, type TestRedisCluster } from 'test-redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inbox } from './inbox.test.fixture.js';
import type { RedisClient } from './redis-client.js';
import { redisStores } from './redis-stores.js';
import {
  challenge,
  check,
  claimOf,
  digest,
  expectUnavailable,
  hourly,
  phone,
  record,
  take,
  taken,
} from './sample.test.fixture.js';

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
      const { verification, limits, messages, optOuts } = redisStores({ client, prefix: before });
      const names = Array.from({ length: 30 }, (_, index) => `${before}${index}`);
      const round = names.map(async (name) => {
        const guesses = [{ id: name, digests: [digest] }];
        await verification.open(challenge({ subject: name, id: name }));
        expect(await verification.check(check(digest, { subject: name, guesses }))).toMatchObject({
          state: 'approved',
        });
        const [message, claim] = [record({ id: name, dueAt: 1 }), claimOf({ key: name })];
        expect(await messages.add(message, 60_000, claim)).toEqual({ state: 'added' });
        expect(await messages.add(record({ id: `${name} again` }), 60_000, claim)).toMatchObject({ id: name });
        expect(await messages.replace({ ...message, revision: 2 })).toEqual({ state: 'replaced' });
        await messages.find('mob', name, { state: 'sent' }, 60_000);
        expect(await messages.link('mob', name, name, 60_000)).toEqual([{ state: 'sent' }]);
        expect(await messages.isFirst(name, 60_000)).toBe(true);
        await limits.refund(await taken(limits, name, { ...hourly, max: 1 }));
        await taken(limits, name, { ...hourly, max: 1 });
        await optOuts.add(name, 1);
        expect(await optOuts.has(['nobody', name, 'no one'])).toEqual([false, true, false]);
      });
      await Promise.all(client.nodes('master').map((node) => node.script('FLUSH')));
      await Promise.all(round);
      expect((await messages.claimDue(2, 100, 60_000)).toSorted()).toEqual(names.toSorted());
      expect(await messages.forget(phone)).toBe(30);
      for (const node of client.nodes('master')) expect(await node.dbsize()).toBeGreaterThan(0);
      client.disconnect();
    });
  });

  it('say that a slot is not served', async () => {
    const client = new Cluster(nodes(), { maxRedirections: 0 });
    const { limits } = redisStores({ client });
    await take(limits, 'k');
    const admins = cluster.nodes.map(({ url }) => new Redis(url));
    const slot = Number(await admins[0]?.cluster('KEYSLOT', 'polysms:limit:{k}:2:3600000'));
    const served = await Promise.all(admins.map((admin) => admin.cluster('GETKEYSINSLOT', slot, 1)));
    const owner = admins[served.findIndex((keys) => (keys as unknown[]).length > 0)];
    await owner?.cluster('DELSLOTS', slot);
    await expectUnavailable(take(limits, 'k'), 'not-sent', 'cluster');
    await owner?.cluster('ADDSLOTS', slot);
    for (const admin of admins) admin.disconnect();
    client.disconnect();
  });

  describe('limits whose keys live on several nodes', () => {
    const keys = ['ip', 'phone', 'prefix', 'global'];
    const units = keys.flatMap((key) => [
      { key, limit: hourly },
      { key, limit: { max: 4, windowMs: 60_000 } },
    ]);

    /** What a store does over this client, with prefixes of its own; `told` whether it is told of the cluster. */
    function storeOver(client: Cluster, prefix: string, told: boolean) {
      const commands: string[] = [];
      let fail = (_number: number) => false;
      const evalsha: RedisClient['evalsha'] = (sha1, count, ...rest) => {
        const spread = new Set(rest.slice(0, count).map((key) => /\{(.*)\}/.exec(key)?.[1]));
        commands.push([...spread].join('+'));
        return fail(commands.length)
          ? Promise.reject(new Error('Connection is closed.'))
          : client.evalsha(sha1, count, ...rest);
      };
      const recorder: RedisClient = { evalsha, eval: (...args) => client.eval(...args), isCluster: told };
      const { limits } = redisStores({ client: recorder, prefix });
      const failAt = (number: number) => {
        fail = (each) => each === number;
      };
      return { limits, commands, failAt };
    }

    it('are asked first and then taken one after the other, of each key together', async () => {
      const client = new Cluster(nodes());
      const { limits, commands } = storeOver(client, 'apart', true);
      const result = await limits.takeAll(units);
      expect(result).toMatchObject({ taken: true, units });
      expect(commands).toEqual([...keys, ...keys]);
      commands.length = 0;
      if (result.taken) await limits.refund(result.units);
      expect(commands).toEqual(keys);
      client.disconnect();
    });

    it('let a verification start behind the guard, in a sequence of one slot after the other', async () => {
      const client = new Cluster(nodes());
      const commands: string[] = [];
      const evalsha: RedisClient['evalsha'] = (sha1, count, ...rest) => {
        commands.push(/:(limit|verification):/.exec(rest[0] ?? '')?.[1] ?? '');
        return client.evalsha(sha1, count, ...rest);
      };
      const sms = createSmsClient({
        providers: [inbox()],
        stores: redisStores({ client: { evalsha, eval: (...args) => client.eval(...args), isCluster: true } }),
        verification: { pepper: 'pepper-of-the-tests-0123456789abcdef' },
      });
      await sms.verifications.start({ to: phone, ip: '203.0.113.9' });
      // Of the address, the phone, the prefix and of all: asked at once, then taken.
      const limits = Array.from({ length: 2 * keys.length }, () => 'limit');
      expect(commands).toEqual([...limits, 'verification', 'verification']);
      await expect(sms.verifications.start({ to: phone, ip: '203.0.113.9' })).rejects.toMatchObject({
        code: 'resend_too_soon',
      });
      await sms.close();
      client.disconnect();
    });

    it('are learned of from the first refusal by a client that does not tell', async () => {
      const client = new Cluster(nodes());
      for (const what of ['take', 'refund'] as const) {
        const { limits, commands } = storeOver(client, `learned-${what}`, false);
        const stray = units.map((unit) => ({ ...unit, id: 'window.1' }));
        for (let time = 0; time < 2; time += 1) {
          if (what === 'refund') await limits.refund(stray);
          else expect(await limits.takeAll(units)).toMatchObject({ taken: true });
        }
        const each = what === 'refund' ? keys : [...keys, ...keys];
        expect(commands).toEqual([keys.join('+'), ...each, ...each]);
      }
      client.disconnect();
    });

    it('hold nothing of others, whichever refuses, and tell the longest wait', async () => {
      const client = new Cluster(nodes());
      const { limits, commands } = storeOver(client, 'refusing', true);
      for (const [index, unit] of units.entries()) {
        const mine = await Promise.all(Array.from({ length: unit.limit.max }, () => limits.takeAll([unit])));
        commands.length = 0;
        expect(await limits.takeAll(units)).toMatchObject({ taken: false, index });
        // Only asked.
        expect(commands).toEqual(keys);
        await limits.refund(mine.flatMap((each) => (each.taken ? each.units : [])));
      }
      for (const unit of [units[1], units[4]].flatMap((each) => each ?? [])) {
        for (let time = 0; time < unit.limit.max; time += 1) await limits.takeAll([unit]);
      }
      // The hour of the prefix, not the minute of the address.
      expect(await limits.takeAll(units)).toMatchObject({ taken: false, index: 4 });
      client.disconnect();
    });

    it('give back what was taken when many at once are refused, or a node fails in between', async () => {
      const client = new Cluster(nodes());
      const { limits, commands, failAt } = storeOver(client, 'racing', true);
      const results = await Promise.all(Array.from({ length: 50 }, () => limits.takeAll(units)));
      const won = results.flatMap((each) => (each.taken ? [each.units] : []));
      expect(won.length).toBeGreaterThan(0);
      expect(won.length).toBeLessThanOrEqual(2);
      await limits.refund(won.flat());
      for (let nth = 1; nth <= keys.length; nth += 1) {
        // After the first round, in which all are asked.
        failAt(commands.length + keys.length + nth);
        await expectUnavailable(limits.takeAll(units), 'not-sent', 'connection to Redis');
      }
      for (const unit of units) {
        const answers = await Promise.all(Array.from({ length: 6 }, () => limits.takeAll([unit])));
        expect(answers.filter((each) => each.taken)).toHaveLength(unit.limit.max);
      }
      client.disconnect();
    });
  });
});
