import { findPostgresServer, skipWithoutPostgres, startPostgres } from 'test-postgres';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createOutbox } from './outbox.js';
import { surroundings, until, vendor } from './surroundings.test.fixture.js';
import { createOutboxWorker } from './worker.js';

const rounds = process.env['POLYSMS_TEST_SUITE'] === 'long' ? 10 : 1;

const redisUrl = await findRedis();
const server = await findPostgresServer();
const isSkipped = skipWithoutPostgres(server) || skipWithoutRedis(redisUrl);
const postgres = isSkipped ? undefined : await startPostgres();

describe.skipIf(isSkipped)('the outbox, while its database is in trouble', () => {
  const here = surroundings(postgres?.url ?? '', redisUrl ?? '');
  beforeAll(() => void vi.spyOn(process, 'emitWarning').mockImplementation(() => {}));
  afterAll(async () => {
    vi.restoreAllMocks();
    await postgres?.stop();
  });

  it('goes on by itself after restarts, and sends each message once', async () => {
    const provider = vendor();
    const schema = here.schema();
    const options = { sms: here.client(provider), pool: here.pool, schema, pollEveryMs: 10, takeOverAfterMs: 200 };
    const worker = await createOutboxWorker(options);
    here.after(() => worker.close());
    const outbox = createOutbox({ schema });
    const enqueued: string[] = [];
    const enqueue = async (count: number) => {
      const requests = Array.from({ length: count }, (_, index) => ({
        to: '+8613800138000',
        text: `message ${enqueued.length + index}`,
      }));
      enqueued.push(...requests.map((request) => request.text));
      await until(() =>
        outbox.enqueueMany(here.pool, requests).then(
          () => true,
          () => false,
        ),
      );
    };
    for (let round = 0; round < rounds; round++) {
      await enqueue(20);
      await until(() => provider.taken.length > round * 20 + 3);
      await postgres?.restart();
    }
    await until(() => new Set(provider.taken.map(({ id }) => id)).size === enqueued.length);
    const texts = provider.taken.map((message) => (message.kind === 'text' ? message.text : ''));
    expect(texts.sort()).toEqual([...enqueued].sort());
  });

  it('says at once to the app that the database is away, as the database says it', async () => {
    const schema = here.schema();
    const worker = await createOutboxWorker({ sms: here.client(vendor()), pool: here.pool, schema });
    await worker.close();
    await postgres?.kill();
    const outbox = createOutbox({ schema });
    await expect(outbox.enqueue(here.pool, { to: '+8613800138000', text: 'hello' })).rejects.toThrow();
    await expect(createOutboxWorker({ sms: here.client(vendor()), pool: here.pool, schema })).rejects.toThrow();
    await postgres?.restart();
    await until(() => here.pool.query('select 1').catch(() => false));
  });
});
