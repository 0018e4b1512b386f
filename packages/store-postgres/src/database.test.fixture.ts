import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { migrate } from './migrate.js';

/** A schema of one's own in a database that others use as well. */
export interface TestDatabase {
  readonly pool: Pool;
  readonly schema: string;
  /** Drops the schema and closes the pool. */
  close(): Promise<void>;
}

export async function openDatabase(url: string, max = 10): Promise<TestDatabase> {
  const pool = new Pool({ connectionString: url, max });
  // A server that is restarted says so to connections that nobody uses.
  pool.on('error', () => {});
  const schema = `test_${randomBytes(6).toString('hex')}`;
  await migrate(pool, { schema });
  return {
    pool,
    schema,
    close: async () => {
      await pool.query(`drop schema ${schema} cascade`).catch(() => {});
      await pool.end();
    },
  };
}
