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
const seconds = isLong ? 20 : 3;
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
    const begun = performance.now();
    const before = vendor.ledger.length;
    await until(() => vendor.ledger.length >= before + wanted);
    const times = vendor.ledger.slice(before).map(({ at }) => at);
    // A busy machine makes arrivals late, and never early: by any moment no more can have come than the pace allows, and
    // what was on its way at the beginning.
    const tooEarly = times.findIndex((at, index) => index > maxPerSecond + ((at - begun) * maxPerSecond) / 1_000);
    expect(tooEarly).toBe(-1);
    // For the log: on a quiet machine it is 99, since one turn in a hundred is left to codes.
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    if (isLong) console.log({ rate: (1_000 * (times.length - 1)) / (last - first) });
    await Promise.all(children.map(endWorkerProcess));
    await queue.close();
    await vendor.close();
    connection.disconnect();
    await server.stop();
  });
});
