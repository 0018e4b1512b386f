import type { TakenUnit } from '@polysms/core/stores';
import { Redis } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis, type TestRedis } from 'test-redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RedisClient } from './redis-client.js';
import { type RedisStores, redisStores } from './redis-stores.js';
import {
  challenge,
  check,
  claimOf,
  digest,
  expectUnavailable,
  hourly,
  record,
  strayUnit,
  subject,
  take,
  taken,
} from './sample.test.fixture.js';

describe.skipIf(skipWithoutRedis(await findRedisServer()))('stores over one client', () => {
  let server: TestRedis;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
  });
  afterEach(async () => void (await admin.flushall()));
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });
  const storedAt = async (key: string) => JSON.parse((await admin.get(key)) ?? 'null') as object;

  let client: Redis;
  let stores: RedisStores;
  beforeEach(() => {
    client = new Redis(server.url);
    stores = redisStores({ client });
  });
  afterEach(() => client.disconnect());

  it('loads its scripts again when the server has lost them', async () => {
    await stores.verification.open(challenge());
    await admin.script('FLUSH');
    const wrong = ['a', 'b', 'c'].map((guess) => stores.verification.check(check(guess, { token: guess })));
    expect((await Promise.all(wrong)).map(({ state }) => state)).toEqual(['incorrect', 'incorrect', 'incorrect']);
    expect(await stores.verification.read(subject)).toMatchObject({ failures: 3, challenges: [{ checksLeft: 2 }] });
    await admin.script('FLUSH');
    expect(await stores.verification.check(check(digest, { token: 'd' }))).toMatchObject({ state: 'approved' });
  });

  it('sends a script in full only if the server does not know it', async () => {
    const sent: string[] = [];
    const counted: RedisClient = {
      evalsha: (...args) => {
        sent.push('evalsha');
        return client.evalsha(...args);
      },
      eval: (...args) => {
        sent.push('eval');
        return client.eval(...args);
      },
    };
    await admin.script('FLUSH');
    const { limits } = redisStores({ client: counted });
    for (let turn = 0; turn < 3; turn += 1) await take(limits, 'k');
    expect(sent).toEqual(['evalsha', 'eval', 'evalsha', 'evalsha']);
  });

  it('leaves the client as it was', async () => {
    await client.ping();
    const look = () => ({ ...client.options, events: client.eventNames(), members: Object.keys(client).sort() });
    const before = look();
    await take(stores.limits, 'k');
    await stores.verification.open(challenge());
    expect(look()).toEqual(before);
  });

  it('finds a unit taken that the client asks for twice, and takes it once', async () => {
    let answers: unknown[] = [];
    const twice: RedisClient = {
      eval: (...args) => client.eval(...args),
      evalsha: async (...args) => {
        answers = [await client.evalsha(...args), await client.evalsha(...args)];
        return answers[1];
      },
    };
    await take(stores.limits, 'loads the script');
    const { limits } = redisStores({ client: twice });
    const minutely = { max: 1, windowMs: 60_000 };
    const units = ['minute', 'hour'].map((key) => ({ key, limit: key === 'hour' ? hourly : minutely }));
    expect(await limits.takeAll(units)).toMatchObject({ taken: true });
    expect(answers[1]).toEqual(answers[0]);
    await taken(stores.limits, 'hour');
    expect(await take(stores.limits, 'hour')).toMatchObject({ taken: false });
    expect(await take(limits, 'minute', minutely)).toMatchObject({ taken: false });
  });

  it('remembers refunds next to their window, and forgets them with it', async () => {
    const limit = { max: 2000, windowMs: 60_000 };
    const units: TakenUnit[] = [];
    for (let unit = 0; unit < 1100; unit += 1) units.push(...(await taken(stores.limits, 'k', limit)));
    await stores.limits.refund([0, 511, 512, 1099].flatMap((index) => units[index] ?? []));
    const [first] = units;
    const windowId = first?.id.split('.')[0] ?? '';
    const window = 'polysms:limit:{k}:2000:60000';
    expect((await admin.keys('*')).sort()).toEqual([window, ...[0, 1, 2].map((at) => `${window}:${windowId}:${at}`)]);
    expect(await storedAt(window)).toMatchObject({ count: 1096, refunded: 4 });
    for (const key of await admin.keys('*')) expect(await admin.pttl(key), key).toBeLessThanOrEqual(60_000);
    await stores.limits.refund([0, 511, 512, 1099].flatMap((index) => units[index] ?? []));
    expect(await storedAt(window)).toMatchObject({ count: 1096, refunded: 4 });
  });

  it.each(['', 'window', 'window.0', 'window.-1', 'window.1.1', '.1', 'window.99999999999', 'a b.1'])(
    'gives nothing back of a unit that it never gave: %j',
    async (id) => {
      await taken(stores.limits, 'k');
      const before = await storedAt('polysms:limit:{k}:2:3600000');
      await stores.limits.refund([{ key: 'k', limit: hourly, id }]);
      expect(await storedAt('polysms:limit:{k}:2:3600000')).toEqual(before);
    },
  );

  it('keeps the subjects of two prefixes apart', async () => {
    const other = redisStores({ client, prefix: 'other:app_1-x' });
    await stores.verification.open(challenge());
    expect(await other.verification.read(subject)).toEqual({ challenges: [], failures: 0, failuresEndInMs: 0 });
    await take(other.limits, 'k');
    expect(await admin.exists('other:app_1-x:limit:{k}:2:3600000')).toBe(1);
  });

  it('keeps an opt-out that the client tells twice as it did the first time, and an opt-in as well', async () => {
    const twice: RedisClient = {
      eval: (...args) => client.eval(...args),
      evalsha: async (...args) => {
        await client.evalsha(...args);
        return client.evalsha(...args);
      },
    };
    await stores.optOuts.add('loads the script', 1);
    await stores.optOuts.has(['loads the script']);
    const { optOuts } = redisStores({ client: twice });
    await optOuts.add('k', 5);
    expect(await storedAt('polysms:opt-out:{k}')).toEqual({ v: 1, at: 5, stop: true });
    await optOuts.remove('k', 6);
    expect(await storedAt('polysms:opt-out:{k}')).toMatchObject({ v: 1, at: 6 });
    expect(await optOuts.has(['k'])).toEqual([false]);
  });

  it('knows for 30 days that an opt-out was taken back, and takes its time away when it is said again', async () => {
    await stores.optOuts.remove('k', 5);
    const days = (await admin.pttl('polysms:opt-out:{k}')) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThanOrEqual(30);
    await stores.optOuts.add('k', 5);
    expect(await admin.pttl('polysms:opt-out:{k}')).toBe(-1);
  });

  it('asks for all keys of opt-outs with one command', async () => {
    const sent: number[] = [];
    const counted: RedisClient = {
      evalsha: (sha1, count, ...rest) => {
        sent.push(count);
        return client.evalsha(sha1, count, ...rest);
      },
      eval: (...args) => client.eval(...args),
    };
    const { optOuts } = redisStores({ client: counted });
    expect(await optOuts.has([])).toEqual([]);
    expect(await optOuts.has(['a', 'b', 'c'])).toEqual([false, false, false]);
    expect(sent).toEqual([3]);
  });

  it('takes no answer but a plain one for leave to send', async () => {
    const odd: RedisClient = { evalsha: async () => '0?x', eval: async () => undefined };
    expect(await redisStores({ client: odd }).optOuts.has(['a', 'b', 'c'])).toEqual([false, true, true]);
  });

  it.each([
    ['open', 'verification', () => stores.verification.open(challenge({ id: 'another' }))],
    ['settle', 'verification', () => stores.verification.settle(subject, 'first', { codes: [], providers: [] })],
    ['check', 'verification', () => stores.verification.check(check(digest))],
    ['cancel', 'verification', () => stores.verification.cancel(subject, 'first')],
    ['read', 'verification', () => stores.verification.read(subject)],
    ['takeAll', 'limit', () => take(stores.limits, 'k')],
    ['refund', 'limit', () => stores.limits.refund([strayUnit])],
    ['add', 'opt-out', () => stores.optOuts.add('k', 9)],
    ['remove', 'opt-out', () => stores.optOuts.remove('k', 9)],
    ['has', 'opt-out', () => stores.optOuts.has(['another', 'k'])],
  ] as const)('leaves a value of a newer version alone: %s', async (_, store, operation) => {
    await stores.verification.open(challenge());
    await take(stores.limits, 'k');
    await stores.optOuts.add('k', 1);
    const key = {
      verification: `polysms:verification:{${subject}}`,
      limit: 'polysms:limit:{k}:2:3600000',
      'opt-out': 'polysms:opt-out:{k}',
    }[store];
    const newer = JSON.stringify({ ...(await storedAt(key)), v: 2 });
    await admin.set(key, newer, 'PX', 60_000);
    await expectUnavailable(operation(), 'not-sent', new RegExp(`The ${store} store failed. A newer version`));
    expect(await admin.get(key)).toBe(newer);
  });

  it('keeps what a standing clock of a test keeps, though the time of the server goes on', async () => {
    const standing = redisStores({ client, now: () => 0 });
    await standing.messages.isFirst('k', 1);
    const [key = ''] = await admin.keys('*');
    expect(await admin.pttl(key)).toBeGreaterThan(1_000_000);
  });

  it('says so when a key holds something of another program', async () => {
    await admin.lpush(`polysms:verification:{${subject}}`, 'x');
    await expectUnavailable(stores.verification.open(challenge()), 'not-sent', 'Choose a prefix');
  });

  it('takes lone surrogates wherever a caller may put them', async () => {
    await stores.verification.open(challenge({ subject: '\ud800' }));
    const guesses = [{ id: '\ud800 \\ud800', digests: [digest] }];
    expect(await stores.verification.check(check(digest, { subject: '\ud800', guesses }))).toEqual({
      state: 'not-found',
    });
    expect(await stores.verification.read('\ud801')).toMatchObject({ challenges: [] });
    for (const key of ['\ud800', '\ud801']) {
      const message = record({ id: key, purpose: key });
      expect(await stores.messages.add(message, 1000, claimOf({ key }))).toEqual({ state: 'added' });
      expect(await stores.messages.read(key)).toEqual(message);
      await stores.messages.find('mob', key, { state: 'sent', providerCode: key }, 1000);
      const waiting = await stores.messages.link('mob', key, 'message-1', 1000);
      expect(waiting).toEqual([{ state: 'sent', providerCode: key }]);
    }
  });
});
