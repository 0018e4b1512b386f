import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { findRedisServer, skipWithoutRedis, startRedis } from 'test-redis';
import { describe, expect, it } from 'vitest';
import { type Fault, startHttpVendor } from './http-vendor.test.fixture.js';
import { createQueue } from './index.js';
import { hurry, until } from './queue.test.fixture.js';
import { endWorkerProcess, startWorkerProcess } from './worker-processes.test.fixture.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const messages = isLong ? 20_000 : 60;
const kills = isLong ? 200 : 3;
const workersAtOnce = isLong ? 4 : 2;
// A worker that is only slow is not to be taken for a dead one too often.
const patience = isLong ? { deadlineMs: 5_000, takeOverAfterMs: 3_000 } : { deadlineMs: 1_000, takeOverAfterMs: 500 };
/** Fewer than the points of all messages, for each kill. */
const pointsForKill = Math.floor(((isLong ? 16 : 8) * messages) / kills);

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function faults(seed: number): () => Fault {
  const random = seeded(seed);
  // A lost answer takes ten seconds and more until a look-up has settled it.
  const kinds = isLong ? (['taken-unanswered', 'lost', 'server-error', 'too-many'] as const) : (['too-many'] as const);
  return () => (random() < 0.1 ? (kinds[Math.floor(random() * kinds.length)] ?? 'none') : 'none');
}

describe.skipIf(skipWithoutRedis(await findRedisServer()))(`${kills} kills of workers`, () => {
  it(`lose none of ${messages} messages and send none twice, as the ledgers of two faulty vendors say`, async () => {
    const server = await startRedis();
    const connection = new Redis(server.url, { maxRetriesPerRequest: null });
    const vendors = [await startHttpVendor(faults(1)), await startHttpVendor(faults(2))];
    const place = { name: randomUUID(), prefix: 'killed' };
    const queue = createQueue({ connection, ...place });
    const order = {
      ...{ redis: server.url, place, store: 'killed-store', vendors: vendors.map(({ url }) => url) },
      ...{ ...patience, sweepEveryMs: 1_000, concurrency: 5 },
    };
    const keys = Array.from({ length: messages }, (_, index) => `order-${index}`);
    for (let first = 0; first < messages; first += 5_000) {
      const part = keys.slice(first, first + 5_000);
      const lanes = ['codes', 'messages', 'campaigns'] as const;
      await queue.enqueueMany(
        part.map((key, index) => ({
          ...{ to: `+86138${String(first + index).padStart(8, '0')}`, text: key, idempotencyKey: key },
          ...{ lane: lanes[index % 3] },
        })),
      );
    }
    const random = seeded(3);
    let killed = 0;
    const over = new AbortController();
    const lives = async () => {
      while (!over.signal.aborted) {
        // Those that live at the same time may go beyond the number by one each.
        const diesAt = killed < kills ? 1 + Math.floor(random() * 2 * pointsForKill) : undefined;
        const child = startWorkerProcess({ ...order, diesAt });
        const exit = once(child, 'exit');
        const end = once(over.signal, 'abort');
        await Promise.race([exit, end]);
        if (over.signal.aborted) await endWorkerProcess(child);
        else if (child.signalCode === 'SIGKILL') killed += 1;
      }
    };
    const working = Promise.all(Array.from({ length: workersAtOnce }, lives));
    const figures = await until(async () => {
      await new Promise((resolve) => setTimeout(resolve, isLong ? 4_000 : 50));
      await hurry(connection, place);
      const lanes = Object.values(await queue.figures());
      return lanes.every((lane) => lane.waiting + lane.scheduled + lane.running === 0) && lanes;
    });
    over.abort();
    await working;
    const counts = new Map<string, number>();
    for (const { text } of vendors.flatMap(({ ledger }) => ledger)) counts.set(text, (counts.get(text) ?? 0) + 1);
    const letters = await queue.deadLetters(messages);
    const lost = keys.filter((key) => !counts.has(key));
    const twice = keys.filter((key) => (counts.get(key) ?? 0) > 1);
    if (isLong) console.log({ killed, sent: counts.size, lost: lost.length, twice: twice.length, figures });
    expect({ lost, twice, letters }).toEqual({ lost: [], twice: [], letters: [] });
    expect(killed).toBeGreaterThanOrEqual(isLong ? kills : 1);
    await queue.close();
    for (const vendor of vendors) await vendor.close();
    connection.disconnect();
    await server.stop();
  });
});
