import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createQueue, createWorker } from './index.js';
import { surroundings, until, vendor } from './queue.test.fixture.js';

const url = await findRedis();
const message = { to: '+8613800138000', text: 'hello' } as const;

describe.skipIf(skipWithoutRedis(url))('a Redis that is away at first', () => {
  const here = surroundings(url ?? '');
  beforeAll(() => void vi.spyOn(process, 'emitWarning').mockImplementation(() => {}));

  /** A Redis that refuses all connections until the test says so. */
  async function lateRedis() {
    const { hostname, port } = new URL(url ?? '');
    let isThere = false;
    let refused = 0;
    const relay = createServer((socket) => {
      socket.on('error', () => {});
      if (isThere) {
        const redis = createConnection(Number(port), hostname).on('error', () => socket.destroy());
        socket.on('close', () => redis.destroy());
        redis.on('close', () => socket.destroy());
        socket.pipe(redis).pipe(socket);
      } else {
        refused += 1;
        socket.destroy();
      }
    });
    await once(relay.listen(0, '127.0.0.1'), 'listening');
    here.after(() => void relay.close());
    const at = { host: '127.0.0.1', port: (relay.address() as AddressInfo).port };
    return {
      refused: () => refused,
      comes: () => {
        isThere = true;
      },
      connect(lazyConnect: boolean, retryMs: number | null) {
        const connection = new Redis({ ...at, maxRetriesPerRequest: null, lazyConnect, retryStrategy: () => retryMs });
        connection.on('error', () => {});
        here.after(() => connection.disconnect());
        return connection;
      },
    };
  }

  it.each([true, false])('is waited for by queue and workers, with lazyConnect: %s', async (lazyConnect) => {
    const redis = await lateRedis();
    const place = { ...here.place(), connection: redis.connect(lazyConnect, 10) };
    const provider = vendor();
    const queue = createQueue(place);
    here.after(() => queue.close());
    const worker = createWorker({ ...place, sms: here.client([provider]) });
    here.after(() => worker.close());
    // The queue's connection, and one of each lane and of the sweep.
    await until(() => redis.refused() >= 10);
    redis.comes();
    await worker.ready();
    for (const lane of ['codes', 'messages', 'campaigns'] as const) await queue.enqueue({ ...message, lane });
    await until(() => provider.taken.length === 3);
  });

  it('neither ends nor halts the process when it never comes', async () => {
    const redis = await lateRedis();
    const unhandled: unknown[] = [];
    const listen = (error: unknown) => void unhandled.push(error);
    process.on('unhandledRejection', listen);
    here.after(() => process.off('unhandledRejection', listen));
    const connection = redis.connect(false, null);
    const worker = createWorker({ ...here.place(), connection, sms: here.client([vendor()]) });
    here.after(() => worker.close());
    await new Promise<void>((resolve) => void connection.once('end', () => resolve()));
    await setImmediate();
    expect(unhandled).toEqual([]);
  });
});
