import { createSmsClient, isSmsError, type SmsError } from '@polysms/core';
import { mock } from '@polysms/provider-mock';
import { redisStores } from '@polysms/store-redis';
import { Redis } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis, type TestRedis } from 'test-redis';
import { describe, expect, it } from 'vitest';

/** For calls that must fail in time, and for calls that must not fail on however slow a machine. */
const [shortMs, longMs] = [500, 60_000];
const pepper = 'the pepper of a test, 32 characters and more';
const to = '+8613800138000';

/** A client over a Redis of its own, one in a hurry, a second connection to make trouble with, and a phone. */
async function underTrouble(args: readonly string[] = []) {
  const redis = await startRedis({ args });
  const client = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  client.on('error', () => {});
  // To connect is no part of a call, and takes long on a busy machine.
  await client.ping();
  const admin = new Redis(redis.url, { retryStrategy: () => 20 });
  admin.on('error', () => {});
  const texts = mock({ id: 'texts', verification: false });
  const clientWith = (deadlineMs: number) =>
    createSmsClient({ providers: [texts], stores: redisStores({ client }), verification: { pepper }, deadlineMs });
  const sms = clientWith(longMs);
  const hurried = clientWith(shortMs);
  const codeOf = (index: number) => {
    const message = texts.outbox.at(index);
    return message?.kind === 'text' ? (/\d{6}/.exec(message.text)?.[0] ?? '') : '';
  };
  return {
    redis,
    admin,
    texts,
    sms,
    hurried,
    codeOf,
    async [Symbol.asyncDispose]() {
      redis.resume();
      await Promise.all([sms.close(), hurried.close()]);
      client.disconnect();
      admin.disconnect();
      await redis.stop();
    },
  };
}

/** The error of a call, which must come by its deadline + 50 ms. */
async function errorOf(call: Promise<unknown>): Promise<SmsError> {
  let isLate = false;
  // Whatever holds this process up holds up this timer as well, and then some turns of the event loop are left.
  const timer = setTimeout(async () => {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    isLate = true;
  }, shortMs + 50);
  const error = await call.then(
    () => new Error('It did not fail.'),
    (reason: unknown) => reason,
  );
  clearTimeout(timer);
  expect(isLate).toBe(false);
  if (!isSmsError(error)) throw error;
  return error;
}

/** For a call whose store fails half way: what comes before must be done by then, and what comes after is waited for. */
const deadlineOnTheWayMs = 5_000;

type Trouble = (redis: TestRedis, admin: Redis) => void | Promise<void>;
type Case = readonly [name: string, args: readonly string[], begin: Trouble, end: Trouble];

const cases: readonly Case[] = [
  ['hangs', [], (redis) => redis.pause(), (redis) => redis.resume()],
  [
    'is full',
    ['--maxmemory-policy', 'noeviction'],
    async (_redis, admin) => void (await admin.config('SET', 'maxmemory', '1')),
    async (_redis, admin) => void (await admin.config('SET', 'maxmemory', '0')),
  ],
  [
    'has become a read-only replica',
    ['--repl-diskless-load', 'disabled'],
    async (_redis, admin) => void (await admin.replicaof('127.0.0.1', 1)),
    async (_redis, admin) => void (await admin.replicaof('NO', 'ONE')),
  ],
];

// Each has a Redis of its own, and most of its time it waits.
describe.skipIf(skipWithoutRedis(await findRedisServer())).concurrent('a Redis that', () => {
  it.each(cases)(
    '%s: every call fails clearly in time, nothing is sent, and all is well afterwards',
    async (...given) => {
      const [, args, begin, end] = given;
      await using world = await underTrouble(args);
      const { sms, hurried, redis, admin, texts, codeOf } = world;
      const { id } = await sms.verifications.start({ to, purpose: 'login' });

      await begin(redis, admin);
      const calls = [
        () => hurried.verifications.start({ to: '+8613900139000', purpose: 'login', ip: '192.0.2.1' }),
        () => hurried.verifications.check({ id, code: codeOf(0) }),
        () => hurried.verifications.cancel(id),
        () => hurried.send({ to: '+8613900139000', text: 'hello', idempotencyKey: 'order-42' }),
        () => hurried.send({ to: '+8613900139000', text: 'hello', guard: true }),
      ];
      for (const error of await Promise.all(calls.map((call) => errorOf(call())))) {
        expect(['store_unavailable', 'deadline_exceeded']).toContain(error.code);
        expect(JSON.stringify(error)).not.toContain('13900139000');
      }
      expect(texts.outbox).toHaveLength(1);

      await end(redis, admin);
      // What hung until now runs now, too late to be heard; nothing of it is sent.
      await admin.ping();
      const { id: next } = await sms.verifications.start({ to: '+8613700137000', purpose: 'login' });
      expect(texts.outbox).toHaveLength(2);
      expect(await sms.verifications.check({ id: next, code: codeOf(1) })).toMatchObject({ outcome: 'approved' });
      expect(texts.outbox).toHaveLength(2);
    },
  );

  it('is restarted with all forgotten: codes are not found, and new ones work', async () => {
    await using world = await underTrouble();
    const { sms, redis, admin, codeOf } = world;
    const { id } = await sms.verifications.start({ to, purpose: 'login' });
    await redis.restart();
    await admin.ping();
    expect(await sms.verifications.check({ id, code: codeOf(0) })).toEqual({ outcome: 'not-found' });
    const { id: next } = await sms.verifications.start({ to, purpose: 'login' });
    expect(await sms.verifications.check({ id: next, code: codeOf(1) })).toMatchObject({ outcome: 'approved' });
  });

  it('fails while a code is on its way: the code is sent once, and can be checked when Redis is back', async () => {
    await using world = await underTrouble();
    const { sms, redis, texts, codeOf } = world;
    sms.on('attempt', () => redis.pause());
    const { id } = await sms.verifications.start({ to, purpose: 'login', deadlineMs: deadlineOnTheWayMs });
    expect(texts.outbox).toHaveLength(1);
    redis.resume();
    expect(await sms.verifications.check({ id, code: codeOf(0) })).toMatchObject({ outcome: 'approved' });
  });

  it('fails while a message with a key is on its way: the message is not sent again', async () => {
    await using world = await underTrouble();
    const { sms, redis, texts } = world;
    const listening = sms.on('attempt', () => redis.pause());
    const message = { to, text: 'hello', idempotencyKey: 'order-42' };
    await sms.send({ ...message, deadlineMs: deadlineOnTheWayMs });
    listening[Symbol.dispose]();
    redis.resume();
    await sms.send(message).catch(() => {});
    expect(texts.outbox).toHaveLength(1);
  });
});
