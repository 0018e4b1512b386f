import { randomUUID } from 'node:crypto';
import { createSmsClient } from '@polysms/core';
import { redisStores } from '@polysms/store-redis';
import { Redis } from 'ioredis';
import { findRedis, findRedisServer, skipWithoutRedis, startRedis } from 'test-redis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createQueue, createWorker } from './index.js';
import { hurry, until, vendor } from './queue.test.fixture.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const rounds = isLong ? 10 : 2;
const each = isLong ? 500 : 30;
/** How long a paused Redis says nothing. */
const pausedMs = isLong ? 3_000 : 200;
const to = '+8613800138000';

const isSkipped = skipWithoutRedis(await findRedisServer());
const otherUrl = isSkipped ? undefined : await findRedis();

describe.skipIf(isSkipped)('the queue, while its Redis is in trouble', () => {
  const warnings: string[] = [];
  beforeAll(() => {
    vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
  });
  afterAll(() => void vi.restoreAllMocks());

  it.each([
    ['restarts', 'the same Redis'],
    ['restarts', 'another Redis'],
    ['pauses', 'the same Redis'],
  ] as const)(
    'loses nothing, sends nothing twice and goes on by itself: %s, messages in %s',
    async (trouble, where) => {
      const server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
      const listening = (redis: Redis) => redis.on('error', () => {});
      const working = listening(new Redis(server.url, { maxRetriesPerRequest: null }));
      // As the documents advise whoever enqueues.
      const enqueuing = listening(
        new Redis(server.url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 1_000 }),
      );
      const keeping = listening(new Redis(where === 'the same Redis' ? server.url : (otherUrl ?? '')));
      await Promise.all([working, enqueuing, keeping].map((redis) => until(() => redis.status === 'ready')));
      const place = { name: randomUUID(), prefix: 'trouble' };
      const provider = vendor();
      const stores = { messages: redisStores({ client: keeping, prefix: randomUUID() }).messages };
      const clients = [0, 1].map(() =>
        createSmsClient({ providers: [provider], stores, deadlineMs: 2_000, messages: { sweepEveryMs: false } }),
      );
      const workers = clients.map((sms) =>
        createWorker({
          connection: working,
          ...place,
          sms,
          sweepEveryMs: false,
          takeOverAfterMs: 1_000,
          concurrency: 5,
        }),
      );
      await Promise.all(workers.map((worker) => worker.ready()));
      const queue = createQueue({ connection: enqueuing, ...place });

      const errors: unknown[] = [];
      const enqueued: string[] = [];
      const enqueue = async (count: number) => {
        for (let index = 0; index < count; index++) {
          const text = `message ${enqueued.length}`;
          enqueued.push(text);
          // Again with the same key, as the error says.
          await until(() =>
            queue.enqueue({ to, text, idempotencyKey: text }).then(
              () => true,
              (error: unknown) => void errors.push(error),
            ),
          );
        }
      };
      for (let round = 0; round < rounds; round++) {
        const enqueuingNow = enqueue(each);
        await until(() => provider.taken.length > round * each + each / 3);
        if (trouble === 'restarts') await server.restart();
        else {
          server.pause();
          await new Promise((resolve) => setTimeout(resolve, pausedMs));
          server.resume();
        }
        await enqueuingNow;
      }
      await until(async () => {
        await hurry(working, place).catch(() => {});
        // Its connection fails at once while it comes back.
        const figures = await queue.figures().catch(() => undefined);
        if (figures === undefined) return false;
        const { waiting, scheduled, running } = figures.messages;
        return waiting + scheduled + running === 0;
      });
      const texts = provider.taken.map((taken) => (taken.kind === 'text' ? taken.text : ''));
      const letters = await queue.deadLetters();
      expect({ letters, texts: texts.sort() }).toEqual({ letters: [], texts: enqueued.sort() });
      for (const error of errors) expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'unknown' });
      const said = JSON.stringify([warnings, errors]);
      for (const secret of [to, 'message 1']) expect(said).not.toContain(secret);
      await Promise.all(workers.map((worker) => worker.close()));
      await queue.close();
      await Promise.all(clients.map((sms) => sms.close()));
      for (const redis of [working, enqueuing, keeping]) redis.disconnect();
      await server.stop();
    },
  );
});
