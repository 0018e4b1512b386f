import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { findRedisServer, skipWithoutRedis, startRedis, type TestRedis } from 'test-redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RedisClient } from './redis-client.js';
import { type RedisStores, redisStores } from './redis-stores.js';
import {
  challenge,
  check,
  claimOf,
  digest,
  expectUnavailable,
  hourly,
  localCode,
  phone,
  record,
  strayUnit,
  subject,
  take,
  taken,
} from './sample.test.fixture.js';

/** Every operation, each at least once with an effect. */
async function everyOperation({ verification, limits, messages, optOuts }: RedisStores): Promise<void> {
  const issued = { kind: 'issued', provider: 'mob', reference: 'r', maxChecks: 3, lifetimeMs: 300_000 } as const;
  const both = [localCode, issued];
  expect(await verification.open(challenge({ codes: both }))).toEqual({ state: 'opened', previous: [] });
  await verification.settle(subject, 'first', { codes: both, providers: ['text', 'mob'] });
  expect(await verification.open(challenge({ id: 'second' }))).toEqual({ state: 'opened', previous: ['mob', 'text'] });
  expect(await verification.cancel(subject, 'second')).toBe(true);
  expect(await verification.check(check('wrong', { token: 't1' }))).toEqual({
    state: 'ask',
    issuers: [{ id: 'first', provider: 'mob', reference: 'r' }],
    checksLeft: 4,
    judged: true,
    to: phone,
    purpose: 'sign-in',
  });
  const conclusion = { subject, token: 't1', ids: ['first'], keepMs: 60_000 };
  expect(await verification.conclude({ ...conclusion, verdict: 'refund' })).toBe('refunded');
  expect(await verification.conclude({ ...conclusion, verdict: 'approved' })).toBe('approved');
  expect(await verification.read(subject)).toMatchObject({
    challenges: [{ state: 'approved' }, { state: 'canceled' }],
  });
  expect(await verification.end(subject, 60_000)).toMatchObject({
    challenges: [{ state: 'approved' }, { state: 'canceled' }],
    failures: 0,
  });
  expect(await verification.end('unknown', 60_000)).toEqual({ challenges: [], failures: 0, failuresEndInMs: 0 });
  await verification.open(challenge({ subject: 'other', id: 'third' }));
  await verification.check(check('wrong', { subject: 'other', guesses: [{ id: 'third', digests: ['wrong'] }] }));

  const first = record({ dueAt: 1 });
  expect(await messages.add(first, 120_000, claimOf())).toEqual({ state: 'added' });
  const held = { state: 'held', id: 'message-1', record: first };
  expect(await messages.add(record({ id: 'loser', dueAt: 1 }), 1, claimOf())).toEqual(held);
  expect(await messages.claimDue(2, 10, 60_000)).toEqual(['message-1']);
  expect(await messages.add(record({ id: 'any {id} ', to: '+14155550100' }), 60_000)).toEqual({ state: 'added' });
  expect(await messages.replace({ ...first, revision: 2, dueAt: 3 })).toEqual({ state: 'replaced' });
  expect(await messages.find('mob', 'r 1', { state: 'delivered' }, 60_000)).toBe(undefined);
  expect(await messages.link('mob', 'r 1', 'message-1', 60_000)).toEqual([{ state: 'delivered' }]);
  expect(await messages.find('mob', 'r-2', { state: 'delivered' }, 60_000)).toBe(undefined);
  expect(await messages.isFirst('said', 60_000)).toBe(true);
  await messages.add(record({ id: 'forgotten', to: '+14155550101' }), 60_000);
  expect(await messages.forget('+14155550101')).toBe(1);

  const units = ['203.0.113.9', 'any {text} ', 'given back'].map((key) => ({ key, limit: hourly }));
  const together = await limits.takeAll(units);
  if (!together.taken) return expect.fail('The windows are new.');
  expect(together.units).toMatchObject(units);
  const second = await taken(limits, '203.0.113.9');
  expect(await limits.takeAll(units)).toMatchObject({ taken: false, index: 0, retryAfterMs: expect.any(Number) });
  await limits.refund(second);
  await taken(limits, '203.0.113.9');
  await limits.refund(together.units.slice(2));

  await optOuts.add('out', 1_767_225_600_000);
  await optOuts.add('back', 1);
  await optOuts.remove('back', 2);
  expect(await optOuts.has(['back', 'out', 'unknown'])).toEqual([false, true, false]);
}

describe.skipIf(skipWithoutRedis(await findRedisServer()))('redisStores', () => {
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

  const storedAt = async (key: string) => JSON.parse((await admin.get(key)) ?? 'null') as unknown;

  describe.each([
    { name: 'ioredis 6', make: (url: string) => new Redis(url) },
    { name: 'ioredis 5', make: (url: string) => new Redis5(url) },
    {
      name: 'a key prefix of the client',
      make: (url: string) => new Redis(url, { keyPrefix: 'app:' }),
      before: 'app:',
    },
    { name: 'automatic pipelines', make: (url: string) => new Redis(url, { enableAutoPipelining: true }) },
    { name: 'numbers as strings', make: (url: string) => new Redis(url, { stringNumbers: true }) },
  ])('over $name', ({ make, before = '' }) => {
    let client: ReturnType<typeof make>;
    beforeEach(() => {
      client = make(server.url);
    });
    afterEach(() => client.disconnect());

    it('does every operation, gives every key but opt-outs a bounded time, and forgets what it must not keep', async () => {
      await everyOperation(redisStores({ client }));
      const keys = (await admin.keys('*')).sort();
      expect(keys).toEqual([
        `${before}polysms:limit:{203.0.113.9}:2:3600000`,
        expect.stringMatching(new RegExp(`^${before}polysms:limit:{203.0.113.9}:2:3600000:[a-z\\d]{1,7}:0$`)),
        expect.stringMatching(new RegExp(`^${before}polysms:limit:{~[\\w-]{43}}:2:3600000$`)),
        expect.stringMatching(new RegExp(`^${before}polysms:message-key:{[\\w-]{43}}$`)),
        `${before}polysms:message:{message-1}`,
        expect.stringMatching(new RegExp(`^${before}polysms:message:{~[\\w-]{43}}$`)),
        expect.stringMatching(new RegExp(`^${before}polysms:messages-of:{[\\w-]{43}}$`)),
        expect.stringMatching(new RegExp(`^${before}polysms:messages-of:{[\\w-]{43}}$`)),
        `${before}polysms:messages:{due}`,
        expect.stringMatching(new RegExp(`^${before}polysms:messages:{due}:[\\w-]{36}$`)),
        `${before}polysms:opt-out:{back}`,
        `${before}polysms:opt-out:{out}`,
        `${before}polysms:reference:{3:mob:r-2}`,
        expect.stringMatching(new RegExp(`^${before}polysms:reference:{~[\\w-]{43}}$`)),
        expect.stringMatching(new RegExp(`^${before}polysms:said:{[\\w-]{43}}$`)),
        `${before}polysms:verification:{${subject}}`,
        `${before}polysms:verification:{other}`,
        `${before}polysms:verification:{other}:failures`,
      ]);
      const longest = {
        limit: 3_600_000,
        message: 120_000,
        'message-key': 60_000,
        messages: 60 * 86_400_000,
        'messages-of': 120_000,
        'opt-out': 2_592_000_000,
        reference: 60_000,
        said: 60_000,
        verification: 86_400_000,
      };
      const forGood = `${before}polysms:opt-out:{out}`;
      expect(await admin.pttl(forGood)).toBe(-1);
      expect(await storedAt(forGood)).toEqual({ v: 1, at: 1_767_225_600_000, stop: true });
      for (const key of keys.filter((each) => each !== forGood)) {
        const [kind] = key.slice(`${before}polysms:`.length).split(':');
        const ttlMs = await admin.pttl(key);
        expect(ttlMs, key).toBeGreaterThan(0);
        expect(ttlMs, key).toBeLessThanOrEqual(longest[kind as keyof typeof longest]);
        expect(key).not.toMatch(/13800138000|14155550100/);
        // What has no version has a name of its own.
        if (/:messages(-of)?:/.test(key)) continue;
        expect(await storedAt(key), key).toMatchObject({ v: 1 });
        expect(await admin.get(key), key).not.toMatch(/wrong|order 1/);
      }
    });
  });

  it('measure time by the clock of the server, whatever that of the process says', async () => {
    const client = new Redis(server.url);
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 0 });
    const { verification, limits } = redisStores({ client });
    const serverMs = async () => {
      const [seconds, microseconds] = await admin.time();
      return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
    };
    const before = await serverMs();
    await verification.open(challenge());
    await taken(limits, 'k', { max: 1, windowMs: 60_000 });
    const after = await serverMs();
    const { challenges } = (await storedAt(`polysms:verification:{${subject}}`)) as {
      challenges: { openedAt: number }[];
    };
    const { endsAt } = (await storedAt('polysms:limit:{k}:1:60000')) as { endsAt: number };
    for (const began of [challenges[0]?.openedAt, endsAt - 60_000]) {
      expect(began).toBeGreaterThanOrEqual(before);
      expect(began).toBeLessThanOrEqual(after);
    }
    const refused = await take(limits, 'k', { max: 1, windowMs: 60_000 });
    expect(refused).toEqual({ taken: false, index: 0, retryAfterMs: expect.any(Number) });
    vi.useRealTimers();
    client.disconnect();
  });
});

describe('the options of redisStores', () => {
  const client: RedisClient = { eval: async () => undefined, evalsha: async () => undefined };

  it.each([
    ['nothing', undefined, 'expects an object with a client'],
    ['null', null, 'expects an object with a client'],
    ['a text', 'redis://localhost', 'expects an object with a client'],
    ['no client', {}, 'client'],
    ['a URL for a client', { client: 'redis://localhost' }, 'client'],
    ['a client without eval', { client: { evalsha: client.evalsha } }, 'client'],
    ['a client without evalsha', { client: { eval: client.eval } }, 'client'],
    ['a prefix that is a number', { client, prefix: 1 }, 'prefix'],
    ['an empty prefix', { client, prefix: '' }, 'prefix'],
    ['a long prefix', { client, prefix: 'p'.repeat(65) }, 'prefix'],
    ['a prefix with a brace', { client, prefix: 'a{b}' }, 'prefix'],
    ['a prefix with a line feed', { client, prefix: 'a\n' }, 'prefix'],
    ['a clock that is a number', { client, now: 1 }, 'now'],
  ])('are refused with %s', (_, options, field) => {
    expect(() => redisStores(options as never)).toThrow(
      expect.objectContaining({
        code: 'configuration_invalid',
        outcome: 'not-sent',
        message: expect.stringMatching(new RegExp(`^redisStores\\(\\): .*${field}`)),
      }),
    );
  });

  it('may leave all but the client out, and say that the stores are shared', () => {
    const stores = redisStores({ client, prefix: 'p'.repeat(64), now: undefined });
    expect(Object.values(stores).map(({ isShared }) => isShared)).toEqual([true, true, true, true]);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '60000' as never])('refuses a lifetime of %j', async (ms) => {
    const { messages } = redisStores({ client });
    const message = 'The lifetime of a message, key or reference must be a number of milliseconds above 0.';
    const invalid = { code: 'invalid_request', outcome: 'not-sent', message };
    await expect(messages.add(record(), ms)).rejects.toMatchObject(invalid);
    await expect(messages.add(record(), 1, claimOf({ ttlMs: ms }))).rejects.toMatchObject(invalid);
    await expect(messages.link('mob', 'r', 'id', ms)).rejects.toMatchObject(invalid);
    await expect(messages.find('mob', 'r', { state: 'sent' }, ms)).rejects.toMatchObject(invalid);
    await expect(messages.isFirst('said', ms)).rejects.toMatchObject(invalid);
  });
});

describe('the time of redisStores', () => {
  it.each([
    ['in whole milliseconds', () => 1_000.7, '1000'],
    ['that of the server without a clock', undefined, ''],
  ])('is %s', async (_, now, sent) => {
    const arguments_: unknown[][] = [];
    const evalsha = async (...args: unknown[]) => void arguments_.push(args);
    const client: RedisClient = { evalsha, eval: async () => expect.fail('The server knows the script.') };
    await redisStores({ client, now }).optOuts.add('k', 7);
    expect(arguments_).toEqual([[expect.stringMatching(/^[0-9a-f]{40}$/), 1, expect.any(String), sent, '7', 'stop']]);
  });
});

describe('an operation that fails', () => {
  const first = { subject, ids: ['first'], token: 't', verdict: 'approved', keepMs: 1 } as const;

  it.each<[string, string, 'not-sent' | 'unknown', (stores: RedisStores) => unknown]>([
    ['open', 'verification', 'not-sent', ({ verification }) => verification.open(challenge())],
    [
      'settle',
      'verification',
      'not-sent',
      ({ verification }) => verification.settle(subject, 'first', { codes: [], providers: [] }),
    ],
    ['check', 'verification', 'unknown', ({ verification }) => verification.check(check(digest))],
    ['conclude', 'verification', 'unknown', ({ verification }) => verification.conclude(first)],
    ['cancel', 'verification', 'unknown', ({ verification }) => verification.cancel(subject, 'first')],
    ['read', 'verification', 'not-sent', ({ verification }) => verification.read(subject)],
    ['end', 'verification', 'unknown', ({ verification }) => verification.end(subject, 1)],
    ['add', 'message', 'not-sent', ({ messages }) => messages.add(record(), 1)],
    ['read', 'message', 'unknown', ({ messages }) => messages.read('message-1')],
    ['replace', 'message', 'unknown', ({ messages }) => messages.replace(record({ revision: 2 }))],
    ['replace with a time', 'message', 'unknown', ({ messages }) => messages.replace(record({ dueAt: 1 }))],
    ['link', 'message', 'unknown', ({ messages }) => messages.link('mob', 'r', 'message-1', 1)],
    ['find', 'message', 'unknown', ({ messages }) => messages.find('mob', 'r', { state: 'sent' }, 1)],
    ['claimDue', 'message', 'unknown', ({ messages }) => messages.claimDue(1, 1, 1)],
    ['isFirst', 'message', 'unknown', ({ messages }) => messages.isFirst('said', 1)],
    ['forget', 'message', 'unknown', ({ messages }) => messages.forget(phone)],
    ['takeAll', 'limit', 'not-sent', ({ limits }) => take(limits, 'k')],
    ['refund', 'limit', 'not-sent', ({ limits }) => limits.refund([strayUnit])],
    ['add', 'opt-out', 'not-sent', ({ optOuts }) => optOuts.add('k', 1)],
    ['remove', 'opt-out', 'not-sent', ({ optOuts }) => optOuts.remove('k', 1)],
    ['has', 'opt-out', 'not-sent', ({ optOuts }) => optOuts.has(['k', 'l'])],
  ])('leaves open what cannot be known, and is not tried again: %s', async (_, store, outcome, operation) => {
    const evalsha = vi.fn(() => Promise.reject(new Error('Connection is closed.')));
    const whole = vi.fn(async () => undefined);
    const words = new RegExp(`^The ${store} store failed\\. The connection to Redis was lost`);
    await expectUnavailable(operation(redisStores({ client: { evalsha, eval: whole } })), outcome, words);
    expect([evalsha.mock.calls.length, whole.mock.calls.length]).toEqual([1, 0]);
  });

  it.each([
    ['an error that speaks of it', new Error('ERR this is no NOSCRIPT')],
    ['what is no error', { message: 'NOSCRIPT' }],
  ])('sends no script in full for %s', async (_, thrown) => {
    const whole = vi.fn(async () => undefined);
    const client: RedisClient = { evalsha: () => Promise.reject(thrown), eval: whole };
    await expectUnavailable(redisStores({ client }).verification.read(subject), 'not-sent', /failed/);
    expect(whole).not.toHaveBeenCalled();
  });
});
