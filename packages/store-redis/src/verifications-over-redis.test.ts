import { createSmsClient, type SmsClient, type SmsProvider } from '@polysms/core';
import { Redis } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis, type TestRedis } from 'test-redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { redisStores } from './redis-stores.js';
import { phone } from './sample.test.fixture.js';

const [pepper, nextPepper] = ['a'.repeat(32), 'b'.repeat(32)] as const;

/** Takes every text, and knows the last code. */
function inbox(): SmsProvider & { lastCode: string } {
  return {
    specification: 'v1',
    id: 'inbox',
    sends: { text: true, template: false, senderId: true },
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    lastCode: '',
    async send(message) {
      this.lastCode = message.kind === 'text' ? (/\d{6}/.exec(message.text)?.[0] ?? '') : '';
      return { outcome: 'accepted', reference: undefined };
    },
    close: async () => undefined,
  };
}

describe.skipIf(skipWithoutRedis(await findRedisServer()))('verifications over one Redis', () => {
  const clients: SmsClient[] = [];
  let server: TestRedis;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((sms) => sms.close()));
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  function app(verification: NonNullable<Parameters<typeof createSmsClient>[0]['verification']>, prefix = 'polysms') {
    const provider = inbox();
    const stores = redisStores({ client: redis, prefix });
    const sms = createSmsClient({ providers: [provider], guard: false, stores, verification, optOut: { pepper } });
    clients.push(sms);
    const { verifications } = sms;
    const start = async () => ({ id: (await verifications.start({ to: phone })).id, code: provider.lastCode });
    return { verifications, start };
  }

  it.each([
    [
      'tenant',
      app.bind(undefined, { pepper, tenant: 'shop' }),
      app.bind(undefined, { pepper, tenant: 'bank', maxFailures: 1 }),
    ],
    ['key prefix', () => app({ pepper }, 'shop'), () => app({ pepper, maxFailures: 1 }, 'bank')],
  ])('an id of another %s is not found, and nothing of it changes', async (_, makeShop, makeBank) => {
    const [shop, bank] = [makeShop(), makeBank()];
    const { id, code } = await shop.start();
    const keys = await redis.keys('*');
    const held = () => Promise.all(keys.map((key) => redis.get(key)));
    const before = await held();
    for (const guess of [code, 'wrong']) {
      expect(await bank.verifications.check({ id, code: guess })).toEqual({ outcome: 'not-found' });
    }
    expect(await bank.verifications.status(id)).toEqual({ state: 'not-found' });
    expect(await bank.verifications.cancel(id)).toEqual({ outcome: 'not-found' });
    expect(await redis.keys('*')).toEqual(keys);
    expect(await held()).toEqual(before);
    expect(await shop.verifications.check({ id, code })).toMatchObject({ outcome: 'approved' });
  });

  it.each(['by id', 'by phone'])('an approval ends the codes under both peppers, checked %s', async (how) => {
    const before = app({ pepper: { current: pepper, previous: nextPepper }, maxFailures: 4 });
    const after = app({ pepper: { current: nextPepper, previous: pepper }, maxFailures: 4 });
    const [older, newer] = [await before.start(), await after.start()];
    const target = ({ id }: { readonly id: string }) => (how === 'by id' ? { id } : { to: phone });
    for (const left of [3, 2]) {
      expect(await after.verifications.check({ ...target(newer), code: 'wrong' })).toEqual({
        outcome: 'incorrect',
        checksLeft: left,
      });
    }
    expect(await before.verifications.status(older.id)).toMatchObject({ checksLeft: 2 });
    expect(await after.verifications.check({ ...target(older), code: older.code })).toMatchObject({
      outcome: 'approved',
    });
    expect(await after.verifications.check({ ...target(newer), code: newer.code })).toEqual({ outcome: 'not-found' });
    expect(await before.verifications.status(newer.id)).toEqual({ state: 'canceled' });
    const next = await after.start();
    expect(await after.verifications.status(next.id)).toMatchObject({ checksLeft: 4 });
  });

  it('strangers do not use up the limits of a person who has proved to own the phone', async () => {
    const provider = inbox();
    const sms = createSmsClient({
      providers: [provider],
      stores: redisStores({ client: redis }),
      verification: { pepper },
      guard: {
        limits: { phone: [{ max: 5, windowMs: 86_400_000 }] },
        screen: ({ to, screening }) => ({ allow: true, proven: screening === to.e164 }),
      },
    });
    clients.push(sms);
    const refusal = { code: 'send_limit_exceeded' };
    for (let stranger = 0; stranger < 5; stranger += 1) {
      await sms.verifications.start({ to: phone, ip: `192.0.2.${stranger}` });
    }
    await expect(sms.verifications.start({ to: phone, purpose: 'other' })).rejects.toMatchObject(refusal);
    for (let time = 0; time < 5; time += 1) await sms.verifications.start({ to: phone, screening: phone });
    await expect(sms.verifications.start({ to: phone, screening: phone })).rejects.toMatchObject(refusal);
  });

  it('of the codes under both peppers, checked at once, one is approved', async () => {
    for (let round = 0; round < 20; round += 1) {
      const before = app({ pepper: { current: pepper, previous: nextPepper } });
      const after = app({ pepper: { current: nextPepper, previous: pepper } });
      const codes = [await before.start(), await after.start()];
      const checks = codes.flatMap(({ id, code }) => [
        before.verifications.check({ id, code }),
        after.verifications.check({ to: phone, code }),
      ]);
      const outcomes = (await Promise.all(checks)).map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome === 'approved')).toHaveLength(1);
      await redis.flushall();
    }
  });
});
