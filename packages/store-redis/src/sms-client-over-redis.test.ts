import { createSmsClient, type SmsClient } from '@polysms/core';
import { Redis } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis, type TestRedis } from 'test-redis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { codeOf, inbox } from './inbox.test.fixture.js';
import type { RedisClient } from './redis-client.js';
import { redisStores } from './redis-stores.js';
import { phone } from './sample.test.fixture.js';

describe.skipIf(skipWithoutRedis(await findRedisServer()))('clients of two processes on one Redis', () => {
  const provider = inbox();
  let server: TestRedis;
  let redis: Redis;
  let clients: readonly SmsClient[];
  beforeEach(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    const verification = { pepper: 'pepper-of-the-tests-0123456789abcdef' };
    const stores = () => redisStores({ client: redis });
    clients = [0, 1].map(() => createSmsClient({ providers: [provider], stores: stores(), verification }));
  });
  afterEach(async () => {
    await Promise.all(clients.map((sms) => sms.close()));
    redis.disconnect();
    await server.stop();
  });

  it('start in one and check in the other; Redis never holds a code or a text', async () => {
    const [one, other] = clients as [SmsClient, SmsClient];
    const { id } = await one.verifications.start({ to: phone, ip: '203.0.113.9' });
    const code = codeOf(provider.messages.at(-1));
    expect(code).toMatch(/^\d{6}$/);
    const wrong = code === '111111' ? '222222' : '111111';
    expect(await other.verifications.check({ id, code: wrong })).toMatchObject({ outcome: 'incorrect', checksLeft: 4 });
    const message = { to: phone, text: `your code: ${code}`, idempotencyKey: `order of ${code}` };
    const receipt = await one.send(message);
    expect(await other.send(message)).toEqual({ ...receipt, replayed: true });
    await expect(other.verifications.start({ to: phone })).rejects.toMatchObject({ code: 'resend_too_soon' });

    const keys = await redis.keys('*');
    expect(keys.length).toBeGreaterThan(4);
    const texts = keys.filter((key) => !/:messages(-of)?:/.test(key));
    const values = await Promise.all(texts.map((key) => redis.get(key)));
    const held = [...keys, ...values].join('\n');
    for (const secret of [code, wrong, 'your code']) expect(held).not.toContain(secret);
    // It is in the challenge, since vendors need it to check their codes, in the record of the message, since vendors
    // are asked about it by the number, and nowhere else.
    expect(held.split(phone)).toHaveLength(3);
    expect(held).not.toContain('203.0.113.9');
    for (const key of keys) expect(await redis.pttl(key), key).toBeGreaterThan(0);

    expect(await other.verifications.check({ id, code })).toMatchObject({ outcome: 'approved' });
    expect(await one.verifications.check({ id, code })).toMatchObject({ outcome: 'not-found' });
  });

  it('start a verification in three round trips, and give a refund in one', async () => {
    const trips: string[] = [];
    const counting: RedisClient = {
      evalsha: (sha1, count, ...rest) => {
        trips.push(`${rest[0]?.split(':')[1]} ${count}`);
        return redis.evalsha(sha1, count, ...rest);
      },
      eval: (...args) => redis.eval(...args),
    };
    const sms = createSmsClient({
      providers: [provider],
      stores: redisStores({ client: counting }),
      verification: { pepper: 'pepper-of-the-tests-0123456789abcdef' },
    });
    await sms.verifications.start({ to: phone, ip: '203.0.113.9' });
    // The seven windows of the default limits; save; settle.
    expect(trips).toEqual(['limit 7', 'verification 2', 'verification 2']);
    trips.length = 0;
    await expect(sms.verifications.start({ to: phone, ip: '203.0.113.9' })).rejects.toMatchObject({
      code: 'resend_too_soon',
    });
    expect(trips).toEqual(['limit 7']);
    trips.length = 0;
    const failing = vi
      .spyOn(provider, 'send')
      .mockResolvedValue({ outcome: 'not-sent', code: 'provider_unavailable', message: 'down' });
    await expect(sms.verifications.start({ to: '+8613900139000' })).rejects.toMatchObject({ outcome: 'not-sent' });
    failing.mockRestore();
    await sms.close();
    expect(trips).toEqual(['limit 5', 'verification 2', 'verification 2', 'limit 10']);
  });
});
