import { setTimeout as delay } from 'node:timers/promises';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { findPostgresServer, skipWithoutPostgres, startPostgres } from 'test-postgres';
import { findRedisServer, skipWithoutRedis, startRedis } from 'test-redis';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createOutbox } from './outbox.js';
import { surroundings, until, vendor } from './surroundings.test.fixture.js';
import { createOutboxWorker } from './worker.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const size = isLong ? { messages: 1_000, stops: 60 } : { messages: 60, stops: 4 };

const isSkipped = skipWithoutPostgres(await findPostgresServer()) || skipWithoutRedis(await findRedisServer());
const postgres = isSkipped ? undefined : await startPostgres();
const redis = isSkipped ? undefined : await startRedis();

describe.skipIf(isSkipped)('an outbox whose PostgreSQL and Redis are slow', () => {
  const here = surroundings(postgres?.url ?? '', redis?.url ?? '');
  afterAll(async () => {
    vi.restoreAllMocks();
    await postgres?.stop();
    await redis?.stop();
  });

  it('sends each message once, though its workers take each other for dead', async () => {
    const warnings: string[] = [];
    vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
    vi.spyOn(console, 'trace').mockImplementation(() => {});
    const provider = vendor();
    const schema = here.schema();
    const outbox = createOutbox({ schema });
    const sms = here.client(provider);
    const options = { sms, pool: here.pool, schema, pollEveryMs: 10, concurrency: 4, takeOverAfterMs: 200 };
    const workers = [await createOutboxWorker(options), await createOutboxWorker(options)];
    for (const worker of workers) here.after(() => worker.close());

    const generator = xoroshiro128plus(20_261_127);
    const below = (end: number) => uniformInt(generator, 0, end - 1);
    const texts = Array.from({ length: size.messages }, (_, index) => `message ${index}`);
    const enqueued = (async () => {
      for (const text of texts) {
        const idempotencyKey = text.replace(' ', '-');
        await here.transaction((client) =>
          outbox.enqueue(client, { to: '+8613800138000', text, idempotencyKey }).then(() => {}),
        );
      }
    })();
    for (let stop = 0; stop < size.stops; stop += 1) {
      // One of them or both, for a while, wherever the workers are.
      const stopped = [[postgres], [redis], [postgres, redis]][below(3)] ?? [];
      for (const engine of stopped) engine?.pause();
      await delay(50 + below(400));
      for (const engine of stopped) engine?.resume();
      await delay(below(50));
    }
    await enqueued;
    await until(async () => {
      const { rows } = await here.pool.query(`select count(*) from "${schema}".jobs`);
      return rows[0]?.count === '0';
    });
    const taken = provider.taken.map((message) => (message.kind === 'text' ? message.text : ''));
    expect(taken.toSorted()).toEqual(texts.toSorted());
    expect(await workers[0]?.deadLetters()).toEqual([]);
    expect(warnings.join('\n')).not.toMatch(/message \d|\+?8613800138000/);
  });
});
