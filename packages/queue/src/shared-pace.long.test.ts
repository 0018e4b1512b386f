import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis } from 'test-redis';
import { describe, expect, it } from 'vitest';
import { startHttpVendor } from './http-vendor.test.fixture.js';
import { createQueue } from './index.js';
import { until } from './queue.test.fixture.js';
import { endWorkerProcess, startWorkerProcess } from './worker-processes.test.fixture.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const processes = isLong ? 3 : 2;
const seconds = isLong ? 20 : 2;
const maxPerSecond = 100;

describe.skipIf(skipWithoutRedis(await findRedisServer()))(`a campaign over ${processes} processes`, () => {
  it('keeps the pace of its provider', async () => {
    const server = await startRedis();
    const connection = new Redis(server.url, { maxRetriesPerRequest: null });
    const vendor = await startHttpVendor();
    const place = { name: randomUUID(), prefix: 'paced' };
    const queue = createQueue({ connection, ...place });
    const wanted = seconds * maxPerSecond;
    await queue.enqueueMany(
      Array.from({ length: wanted * 2 }, (_, index) => ({
        ...{ to: `+86138${String(index).padStart(8, '0')}`, text: `offer ${index}`, lane: 'campaigns' as const },
      })),
    );
    const order = { redis: server.url, place, store: 'paced-store', vendors: [vendor.url], maxPerSecond };
    const children = Array.from({ length: processes }, () => startWorkerProcess(order));
    // All processes are there.
    await Promise.all(children.map((child) => new Promise((resolve) => child.once('message', resolve))));
    const begun = vendor.ledger.length + maxPerSecond;
    await until(() => vendor.ledger.length >= begun + wanted);
    const times = vendor.ledger.slice(begun, begun + wanted + 1).map(({ at }) => at);
    const rate = (1000 * wanted) / ((times.at(-1) ?? 0) - (times[0] ?? 0));
    const all = vendor.ledger.map(({ at }) => at);
    const busiest = Math.max(...all.map((from, index) => all.slice(index).findIndex((at) => at >= from + 1_000)));
    if (isLong) console.log({ rate, busiest });
    // What left in one second may arrive in less.
    expect(busiest).toBeLessThanOrEqual(maxPerSecond * (isLong ? 1.05 : 1.5));
    expect(rate).toBeLessThanOrEqual(maxPerSecond + 2);
    if (isLong) expect(rate).toBeGreaterThanOrEqual(maxPerSecond - 2);
    await Promise.all(children.map(endWorkerProcess));
    await queue.close();
    await vendor.close();
    connection.disconnect();
    await server.stop();
  });
});
