import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { isSmsError } from '@polysms/core';
import { Redis, type RedisOptions } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis, type TestRedis } from 'test-redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RedisStores, redisStores } from './redis-stores.js';
import {
  challenge,
  check,
  claimOf,
  digest,
  expectUnavailable,
  record,
  subject,
  take,
  taken,
} from './sample.test.fixture.js';

const conclusion = { subject, token: 'token', ids: ['first'], verdict: 'approved', keepMs: 60_000 } as const;

/** Unlike `once`, whatever errors there are before. */
const untilReady = (client: Redis) => new Promise((resolve) => client.once('ready', resolve));

/** All that writes, and what is true of the message if the command is lost. */
const writes = (stores: RedisStores) =>
  [
    [() => stores.verification.open(challenge({ id: 'another' })), 'not-sent'],
    [() => stores.verification.check(check('wrong', { token: 'lost' })), 'unknown'],
    [() => stores.verification.conclude(conclusion), 'unknown'],
    [() => stores.verification.cancel(subject, 'first'), 'unknown'],
    [() => stores.messages.add(record({ dueAt: 1 }), 60_000, claimOf()), 'not-sent'],
    [() => stores.messages.replace(record({ id: 'before', revision: 2, dueAt: 5 })), 'unknown', 'sent before'],
    [() => stores.messages.link('mob', 'linked', 'message-1', 60_000), 'unknown', 'sent before'],
    [() => stores.messages.find('mob', 'early', { state: 'sent' }, 60_000), 'unknown', 'sent before'],
    [() => stores.messages.isFirst('inbound', 60_000), 'unknown', 'sent before'],
    [() => take(stores.limits, 'key'), 'not-sent'],
    [() => stores.optOuts.add('key', 1), 'not-sent'],
    [() => stores.optOuts.remove('key', 2), 'not-sent'],
  ] as const;

async function expectAllRefused(stores: RedisStores, words: string): Promise<void> {
  for (const [ask, outcome, isSent] of writes(stores)) {
    await expectUnavailable(ask(), isSent === undefined ? 'not-sent' : outcome, words);
  }
}

async function expectAllLost(stores: RedisStores, words: string): Promise<void> {
  // All are under way at once, and must be watched before the first rejects.
  await Promise.all(writes(stores).map(([ask, outcome]) => expectUnavailable(ask(), outcome, words)));
}

describe.skipIf(skipWithoutRedis(await findRedisServer()))('the stores over a Redis in trouble', () => {
  let server: TestRedis;
  let admin: Redis;
  const clients: Redis[] = [];
  beforeEach(async () => {
    server = await startRedis();
    admin = connect();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await server.stop();
  });

  function connect(options: Omit<RedisOptions, 'replyMapping'> = {}): Redis {
    const client = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 5, ...options });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  }

  /** Stores that have worked: a challenge is open, one check is charged, a message is being sent. */
  async function working(client: Redis): Promise<RedisStores> {
    const stores = redisStores({ client });
    await stores.verification.open(challenge());
    expect(await stores.verification.check(check('wrong'))).toMatchObject({ state: 'incorrect' });
    await stores.messages.add(record({ id: 'before' }), 60_000);
    return stores;
  }

  async function expectUntouched(stores: RedisStores): Promise<void> {
    expect(await stores.verification.read(subject)).toMatchObject({
      failures: 1,
      challenges: [{ id: 'first', state: 'pending', checksLeft: 4 }],
    });
    expect(await stores.verification.check(check(digest, { token: 'right' }))).toMatchObject({ state: 'approved' });
    await taken(stores.limits, 'key');
    expect(await stores.messages.add(record({ dueAt: 1 }), 60_000, claimOf())).toEqual({ state: 'added' });
    expect(await stores.messages.read('message-1')).toEqual(record({ dueAt: 1 }));
    expect(await stores.messages.claimDue(2, 10, 1000)).toEqual(['message-1']);
  }

  it('say that it is full, and work again when it is not', async () => {
    const stores = await working(connect());
    await admin.config('SET', 'maxmemory', '1');
    await expectAllRefused(stores, 'maxmemory');
    expect(await stores.verification.read(subject)).toMatchObject({ failures: 1 });
    await admin.config('SET', 'maxmemory', '0');
    await expectUntouched(stores);
  });

  it('say that it has become a read-only replica, and work again when it is the primary', async () => {
    const stores = await working(connect());
    // Nobody listens there: it keeps what it has.
    await admin.replicaof('127.0.0.1', 1);
    await expectAllRefused(stores, 'read-only replica');
    await admin.replicaof('NO', 'ONE');
    await expectUntouched(stores);
  });

  it('say that it wants a password, and work when they have it', async () => {
    const stores = await working(connect());
    await admin.config('SET', 'requirepass', 'pass-word-of-the-test');
    const stranger = connect({ enableReadyCheck: false });
    await expectAllRefused(redisStores({ client: stranger }), 'credentials');
    const wrong = connect({ password: 'wrong', enableReadyCheck: false });
    await expectAllRefused(redisStores({ client: wrong }), 'credentials');
    await expectUntouched(redisStores({ client: connect({ password: 'pass-word-of-the-test' }) }));
    await taken(stores.limits, 'key');
  });

  it('say that the user lacks a permission, and need those that they name, on keys with the prefix', async () => {
    const commands = [
      '+evalsha',
      '+eval',
      '+get',
      '+del',
      '+time',
      '+info',
      '+pexpire',
      '+zadd',
      '+zrange',
      '+zrem',
      '+zscore',
    ];
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>secret-of-app', '~polysms:*', ...commands);
    const client = connect({ username: 'app', password: 'secret-of-app' });
    const stores = redisStores({ client });
    await expectUnavailable(stores.verification.open(challenge()), 'not-sent', 'permission');
    await expectUnavailable(take(stores.limits, 'key'), 'not-sent', 'permission');
    await admin.call('ACL', 'SETUSER', 'app', '+set');
    await expectAllRefused(redisStores({ client, prefix: 'other' }), 'permission');
    await working(client);
    await expectUntouched(stores);
  });

  it('say that it does not answer; what it was asked may have been done', async () => {
    // In no hurry before and after.
    const stores = await working(connect());
    const hurried = connect({ enableReadyCheck: false });
    await untilReady(hurried);
    hurried.options.commandTimeout = 100;
    server.pause();
    await expectAllLost(redisStores({ client: hurried }), 'commandTimeout');
    server.resume();
    // The check has been made: repeated with its token, it is charged no second time.
    expect(await stores.verification.read(subject)).toMatchObject({ failures: 2 });
    const repeated = await stores.verification.check(check('wrong', { token: 'lost' }));
    expect(repeated).toMatchObject({ state: 'incorrect', checksLeft: 3 });
    expect(await stores.verification.read(subject)).toMatchObject({ failures: 2 });
  });

  it('say that the connection is lost with commands under way, and work with the server that comes back', async () => {
    const client = connect({ maxRetriesPerRequest: 0 });
    const stores = await working(client);
    server.pause();
    const lost = expectAllLost(stores, 'connection to Redis');
    const ready = untilReady(client);
    await server.restart();
    await Promise.all([lost, ready]);
    // It has forgotten everything, its scripts as well.
    await expectUntouched(await working(client));
  });

  it('are told nothing wrong by a client that repeats commands after a restart', async () => {
    const client = connect({ enableOfflineQueue: false, maxRetriesPerRequest: null });
    await untilReady(client);
    const stores = await working(client);
    server.pause();
    const opened = stores.verification.open(challenge({ id: 'another' }));
    const added = stores.messages.add(record(), 60_000, claimOf());
    await server.restart();
    expect(await opened).toEqual({ state: 'opened', previous: [] });
    expect(await added).toEqual({ state: 'added' });
    expect(await stores.messages.read('message-1')).toEqual(record());
    expect(await stores.verification.read(subject)).toMatchObject({ challenges: [{ id: 'another' }] });
  });

  it('fail with store_unavailable and nothing else, however often it restarts under load', async () => {
    const client = connect({ maxRetriesPerRequest: 0, enableOfflineQueue: false });
    await untilReady(client);
    const stores = redisStores({ client });
    const answers: PromiseSettledResult<unknown>[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const asked = Array.from({ length: 100 }, () => writes(stores).map(([ask]) => ask())).flat();
      const settled = Promise.allSettled(asked);
      const ready = untilReady(client);
      await server.restart();
      answers.push(...(await settled));
      await ready;
    }
    const reasons = answers.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.every((reason) => isSmsError(reason) && reason.code === 'store_unavailable')).toBe(true);
    await admin.flushall();
    await expectUntouched(await working(client));
  });

  it('say that the client is not connected, at once, and work when it is', async () => {
    const client = connect({ enableOfflineQueue: false, lazyConnect: true });
    const stores = redisStores({ client });
    const ready = untilReady(client);
    await expectUnavailable(stores.verification.check(check('wrong')), 'not-sent', 'not connected');
    await ready;
    await expectUntouched(await working(client));
  });

  it('say that the client was closed', async () => {
    const client = connect();
    const stores = await working(client);
    await client.quit();
    await expectAllLost(stores, 'client was closed');
  });
});

describe('the stores over a server that only refuses', () => {
  it.each([
    ['LOADING Redis is loading the dataset in memory', 'loading'],
    ['BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.', 'SCRIPT KILL'],
    ["ERR unknown command 'evalsha'", 'version seven'],
  ])('say so: %s', async (refusal, words) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      // Its arrays begin with their length, then the name of the command. What sets a connection up is taken.
      socket.on('data', (chunk) => {
        const commands = chunk.toString().matchAll(/^\*\d+\r\n\$\d+\r\n(\w+)\r$/gm);
        for (const [, name = ''] of commands) socket.write(/^eval/i.test(name) ? `-${refusal}\r\n` : '+OK\r\n');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = new Redis(port, '127.0.0.1', { protocol: 2, enableReadyCheck: false });
    client.on('error', () => undefined);
    await expectAllRefused(redisStores({ client }), words);
    client.disconnect();
    server.close();
  });
});
