import { createSmsClient, type GuardOptions, isSmsError } from '@polysms/core';
import type { LimitStore } from '@polysms/core/stores';
import { mock } from '@polysms/provider-mock';
import { redisStores } from '@polysms/store-redis';
import { Redis } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis } from 'test-redis';
import { describe, expect, it } from 'vitest';

const hourMs = 3_600_000;
const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
/** The short suite has a fiftieth of the requests, numbers and addresses, and of the limits for all of them. */
const sized = (count: number) => (isLong ? count : count / 50);
const requests = sized(100_000);
const numbers = sized(10_000);
const addresses = sized(100);
const atOnce = 200;

/** Counts for each scope what has been taken and not given back. */
function balanceOf(store: LimitStore) {
  const taken = new Map<string, number>();
  const add = (key: string, change: number) => {
    const [scope = ''] = key.split(':');
    taken.set(scope, (taken.get(scope) ?? 0) + change);
  };
  const limits: LimitStore = {
    isShared: true,
    async takeAll(units) {
      const result = await store.takeAll(units);
      if (result.taken) for (const { key } of result.units) add(key, 1);
      return result;
    },
    async refund(units) {
      await store.refund(units);
      for (const { key } of units) add(key, -1);
    },
  };
  return { limits, taken };
}

async function pumping(limits: GuardOptions['limits']) {
  const redis = await startRedis();
  const client = new Redis(redis.url, { maxRetriesPerRequest: 0, enableOfflineQueue: false, retryStrategy: () => 20 });
  client.on('error', () => {});
  await new Promise((resolve) => client.once('ready', resolve));
  const stores = redisStores({ client });
  const balance = balanceOf(stores.limits);
  const texts = mock({ id: 'texts', verification: false });
  const sms = createSmsClient({
    providers: [texts],
    stores: { ...stores, limits: balance.limits },
    verification: { pepper: 'the pepper of a simulation, 32 characters' },
    guard: { limits, alarm: false },
  });
  const codes = new Map<string, number>();
  /** Each number and each address comes again and again, in an order that mixes them. */
  const flood = async (count: number) => {
    let next = 0;
    const pump = async () => {
      while (next < count) {
        const index = next;
        next += 1;
        const to = `+861380013${String((index * 7919) % numbers).padStart(4, '0')}`;
        try {
          await sms.verifications.start({ to, ip: `192.0.2.${index % addresses}` });
        } catch (error) {
          const code = isSmsError(error) ? error.code : String(error);
          codes.set(code, (codes.get(code) ?? 0) + 1);
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, pump));
  };
  return {
    redis,
    client,
    texts,
    codes,
    taken: balance.taken,
    flood,
    /** Resolves when nothing is being given back any more. */
    close: () => sms.close(),
    async [Symbol.asyncDispose]() {
      await sms.close();
      client.disconnect();
      await redis.stop();
    },
  };
}

const hourly = (max: number) => [{ max, windowMs: hourMs }];

describe.skipIf(skipWithoutRedis(await findRedisServer()))('SMS pumping over Redis', () => {
  it.each([
    [
      'global',
      { global: hourly(sized(450)), prefix: hourly(sized(500)), ip: hourly(50), phone: hourly(3) },
      sized(450),
      requests,
    ],
    [
      'prefix',
      { global: hourly(sized(2000)), prefix: hourly(sized(500)), ip: hourly(50), phone: hourly(3) },
      sized(500),
      requests,
    ],
    [
      'ip',
      { global: hourly(sized(2000)), prefix: hourly(sized(1000)), ip: hourly(7), phone: hourly(3) },
      sized(700),
      sized(20_000),
    ],
    ['phone', { global: false, prefix: false, ip: false, phone: hourly(1) }, sized(10_000), sized(20_000)],
  ] as const)('is stopped by the limit for %s exactly, and no other limit loses by it', async (...run) => {
    const [scope, limits, cap, count] = run;
    await using world = await pumping(limits);
    await world.flood(count);
    expect(world.texts.outbox).toHaveLength(cap);
    const code = scope === 'phone' ? 'resend_too_soon' : 'send_limit_exceeded';
    expect([...world.codes]).toEqual([[code, count - cap]]);
    await world.close();
    for (const [, net] of world.taken) expect(net).toBe(cap);
  });

  it('sends nothing while the store is down, and counts anew when it has come back empty', async () => {
    await using world = await pumping({ global: hourly(300), prefix: false, ip: false, phone: false });
    await world.flood(200);
    expect(world.texts.outbox).toHaveLength(200);
    process.kill(world.redis.pid, 'SIGKILL');
    await new Promise((resolve) => world.client.once('close', resolve));
    await world.flood(1000);
    expect(world.texts.outbox).toHaveLength(200);
    expect([...world.codes]).toEqual([['store_unavailable', 1000]]);
    const isBack = new Promise((resolve) => world.client.once('ready', resolve));
    await world.redis.restart();
    await isBack;
    await world.flood(1000);
    expect(world.texts.outbox).toHaveLength(200 + 300);
  });
});
