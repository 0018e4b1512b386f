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

  it('is left alone, and the worker goes on, when tables are made in another schema of its database', async () => {
    const schema = here.schema();
    const provider = vendor();
    const worker = await createOutboxWorker({
      ...{ sms: here.client(provider), pool: here.pool, schema, pollEveryMs: 10 },
    });
    here.after(() => worker.close());
    const outbox = createOutbox({ schema });
    await outbox.enqueue(here.pool, { to: '+8613800138000', text: 'before' });
    await until(() => provider.taken.length === 1);
    const warnings: string[] = [];
    vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));

    // Until its engine listens.
    await until(async () => {
      await migrateOutbox(here.pool, { schema: here.schema() });
      return warnings.some((warning) => warning.includes('detected breaking migration'));
    });

    await outbox.enqueue(here.pool, { to: '+8613800138000', text: 'after' });
    await until(() => provider.taken.length === 2);
    expect(process.exitCode).toBe(exitCode);
  });

  it('is left alone when the tables are newer than the engine: whoever starts a worker is told', async () => {
    const schema = here.schema();
    await migrateOutbox(here.pool, { schema });
    await here.pool.query(`insert into "${schema}".migrations (id, breaking) values (999999, true)`);
    const options = { sms: here.client(vendor()), pool: here.pool, schema };
    await expect(createOutboxWorker(options)).rejects.toThrow('revision 999999');
    await expect(migrateOutbox(here.pool, { schema })).rejects.toThrow('revision 999999');
    expect(process.exitCode).toBe(exitCode);
  });
});
