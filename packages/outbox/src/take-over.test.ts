import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { describe, expect, it, vi } from 'vitest';
import { surroundings, until, vendor } from './surroundings.test.fixture.js';
import { createOutboxWorker } from './worker.js';

const postgresUrl = await findPostgres();
const redisUrl = await findRedis();
const isSkipped = skipWithoutPostgres(postgresUrl) || skipWithoutRedis(redisUrl);

describe.skipIf(isSkipped)('a worker that takes over from dead ones', () => {
  const here = surroundings(postgresUrl ?? '', redisUrl ?? '');

  it('asks with one connection at a time who has died, however long a table is locked', async () => {
    let look = () => {};
    const { setInterval } = globalThis;
    // Only this test looks: on a slow machine it may take longer than the time between two looks.
    const timers = vi.spyOn(globalThis, 'setInterval').mockImplementation(((run: () => void, everyMs?: number) => {
      if (everyMs !== 20_001) return setInterval(run, everyMs);
      look = run;
      return setInterval(() => {}, 2 ** 31 - 1);
    }) as typeof setInterval);
    const schema = here.schema();
    const times = { takeOverAfterMs: 40_002, pollEveryMs: 10 };
    const sms = here.client(vendor());
    const worker = await createOutboxWorker({ sms, pool: here.pool, schema, concurrency: 1, ...times });
    here.after(() => worker.close());
    timers.mockRestore();
    const asked = vi.spyOn(here.pool, 'query');
    const looks = () => asked.mock.calls.filter(([text]) => String(text).includes('row_security_active')).length;
    await here.transaction(async (client) => {
      await client.query(`lock table "${schema}"._private_jobs`);
      for (let index = 0; index < 3; index++) look();
      await until(() => asked.mock.calls.some(([text]) => String(text).includes('distinct locked_by')));
      look();
    });
    expect(looks()).toBe(1);
    await until(() => {
      look();
      return looks() > 1;
    });
    asked.mockRestore();
  });
});
