import { readdir, readFile } from 'node:fs/promises';
import { Client, Pool } from 'pg';
import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from './migrate.js';
import { postgresStores } from './postgres-stores.js';
import { record } from './sample.test.fixture.js';

const url = await findPostgres();
const folder = new URL('../migrations/', import.meta.url);
const schema = 'migrated_by_a_test';
const versions = [1, 2, 3, 4, 5];

describe.skipIf(skipWithoutPostgres(url))('migrations', () => {
  let pool: Pool;
  beforeAll(() => {
    pool = new Pool({ connectionString: url ?? '' });
  });
  afterEach(() => pool.query(`drop schema if exists ${schema} cascade`));
  afterAll(() => pool.end());

  it('are applied once, and then left alone', async () => {
    expect(await migrate(pool, { schema })).toEqual(versions);
    const { messages } = postgresStores({ client: pool, schema });
    await messages.add(record(), 60_000);
    expect(await migrate(pool, { schema })).toEqual([]);
    expect(await messages.read(record().id)).toEqual(record());
  });

  it('are applied by one of many that start at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => migrate(pool, { schema })));
    expect(answers.flat().sort()).toEqual(versions);
  });

  it('work over one client, which stays as it was', async () => {
    const client = new Client({ connectionString: url ?? '' });
    await client.connect();
    await migrate(client, { schema });
    const { rows } = await client.query('show search_path');
    expect(rows).toEqual([{ search_path: '"$user", public' }]);
    await client.end();
  });

  it('leave nothing behind if one fails', async () => {
    // A view has taken the name of the last table.
    await pool.query(`create schema ${schema}; create view ${schema}.opt_outs as select 1 as one`);
    await expect(migrate(pool, { schema })).rejects.toMatchObject({ code: 'store_unavailable' });
    const { rows } = await pool.query(`select count(*)::int as tables from pg_tables where schemaname = $1`, [schema]);
    expect(rows).toEqual([{ tables: 0 }]);
  });

  it('can be applied by hand: the files in their order, with another schema in the place of polysms', async () => {
    const files = (await readdir(folder)).sort();
    for (const file of files) {
      const sql = await readFile(new URL(file, folder), 'utf8');
      await pool.query(sql.replaceAll(/\bpolysms\b/g, schema));
    }
    expect(await migrate(pool, { schema })).toEqual([]);
    const { messages } = postgresStores({ client: pool, schema });
    expect(await messages.add(record(), 60_000)).toEqual({ state: 'added' });
  });

  it('add what is missing to an older schema', async () => {
    for (const file of (await readdir(folder)).sort().slice(0, 3)) {
      const sql = await readFile(new URL(file, folder), 'utf8');
      await pool.query(sql.replaceAll(/\bpolysms\b/g, schema));
    }
    expect(await migrate(pool, { schema })).toEqual([4, 5]);
  });

  it('say which right is missing, to a user who may make no schema', async () => {
    const client = new Client({ connectionString: url ?? '' });
    await client.connect();
    // It comes with PostgreSQL, and makes nothing.
    await client.query('set role pg_monitor');
    await expect(migrate(client, { schema })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('CREATE on the database'),
    });
    await client.end();
  });

  it.each(['', 'Upper', 'a-b', '1a', 'a"b', 'pg_own', 'x'.repeat(64), 5, null])(
    'refuse the schema %j',
    async (wrong) => {
      await expect(migrate(pool, { schema: wrong as string })).rejects.toMatchObject({
        code: 'configuration_invalid',
        message: expect.stringContaining('schema'),
      });
      expect(() => postgresStores({ client: pool, schema: wrong as string })).toThrow(/schema/);
    },
  );
});
