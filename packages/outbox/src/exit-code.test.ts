import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { migrateOutbox } from './migrate.js';
import { createOutbox } from './outbox.js';
import { surroundings, until, vendor } from './surroundings.test.fixture.js';
import { createOutboxWorker } from './worker.js';

const postgresUrl = await findPostgres();
const redisUrl = await findRedis();
const isSkipped = skipWithoutPostgres(postgresUrl) || skipWithoutRedis(redisUrl);

describe.skipIf(isSkipped)('the exit code of a process with an outbox', () => {
  const here = surroundings(postgresUrl ?? '', redisUrl ?? '');
  const { exitCode } = process;
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = exitCode;
  });

  /** A worker that runs, and what was warned of since. */
  async function running() {
    const schema = here.schema();
    const provider = vendor();
    const options = { sms: here.client(provider), pool: here.pool, schema, pollEveryMs: 10 };
    const worker = await createOutboxWorker(options);
    here.after(() => worker.close());
    const outbox = createOutbox({ schema });
    const warnings: string[] = [];
    vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
    const hasWarned = (of: string) => warnings.some((warning) => warning.includes(of));
    const enqueue = (text: string) => outbox.enqueue(here.pool, { to: '+8613800138000', text });
    return { schema, provider, enqueue, hasWarned };
  }

  it('is left alone, and the worker goes on, when tables are made in another schema of its database', async () => {
    const { provider, enqueue, hasWarned } = await running();
    await enqueue('before');
    await until(() => provider.taken.length === 1);
    // Until its engine listens.
    await until(async () => {
      await migrateOutbox(here.pool, { schema: here.schema() });
      return hasWarned('detected breaking migration');
    });
    await enqueue('after');
    await until(() => provider.taken.length === 2);
    expect(process.exitCode).toBe(exitCode);
  });

  it('is left alone when the tables are newer than the engine: whoever starts a worker is told', async () => {
    const schema = here.schema();
    await migrateOutbox(here.pool, { schema });
    await here.pool.query(`insert into "${schema}".migrations (id, breaking) values (999999, true)`);
    const options = { sms: here.client(vendor()), pool: here.pool, schema };
    for (const refused of [() => createOutboxWorker(options), () => migrateOutbox(here.pool, { schema })]) {
      await expect(refused()).rejects.toMatchObject({
        code: 'configuration_invalid',
        message: expect.stringContaining('update @polysms/outbox'),
      });
    }
    expect(process.exitCode).toBe(exitCode);
  });

  it('is left alone when the tables become newer than a running worker, which says so and waits for older ones', async () => {
    const { schema, provider, enqueue, hasWarned } = await running();
    await here.pool.query(`insert into "${schema}".migrations (id, breaking) values (999999, true)`);
    const payload = JSON.stringify({ migrationNumber: 999_999, breaking: true });
    // Until its engine listens, and has stopped.
    await until(async () => {
      await here.pool.query('select pg_notify($1, $2)', ['worker:migrate', payload]);
      return hasWarned('update @polysms/outbox');
    });
    await enqueue('during');
    expect(provider.taken).toEqual([]);
    await here.pool.query(`delete from "${schema}".migrations where id = 999999`);
    await until(() => provider.taken.length === 1);
    expect(process.exitCode).toBe(exitCode);
  });
});
