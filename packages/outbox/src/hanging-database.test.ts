import { findPostgresServer, skipWithoutPostgres, startPostgres } from 'test-postgres';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { afterAll, describe, it, vi } from 'vitest';
import { createOutbox } from './outbox.js';
import { surroundings, until, vendor } from './surroundings.test.fixture.js';
import { createOutboxWorker } from './worker.js';

const redisUrl = await findRedis();
const server = await findPostgresServer();
const isSkipped = skipWithoutPostgres(server) || skipWithoutRedis(redisUrl);
const postgres = isSkipped ? undefined : await startPostgres();

describe.skipIf(isSkipped)('a worker whose database hangs', () => {
  const here = surroundings(postgres?.url ?? '', redisUrl ?? '');
  afterAll(async () => {
    vi.restoreAllMocks();
    await postgres?.stop();
  });

  it('closes all the same, whether it waits for jobs or sends one', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    vi.spyOn(console, 'trace').mockImplementation(() => {});
    const start = async () => {
      const provider = vendor();
      const schema = here.schema();
      const worker = await createOutboxWorker({ sms: here.client(provider), pool: here.pool, schema, pollEveryMs: 10 });
      return { provider, schema, worker };
    };
    const idle = await start();
    const busy = await start();
    busy.provider.answers.push(() => {
      postgres?.pause();
      return { outcome: 'accepted' };
    });
    const message = { to: '+8613800138000', text: 'hello' };
    await createOutbox({ schema: busy.schema }).enqueueMany(here.pool, [message]);
    await until(() => busy.provider.answers.length === 0);
    try {
      await Promise.all([idle.worker.close(), busy.worker.close()]);
    } finally {
      postgres?.resume();
    }
  });
});
