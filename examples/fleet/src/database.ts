import { migrate } from '@polysms/store-postgres';
import { Pool, type PoolClient } from 'pg';

const tables = `
  create table if not exists articles (name text primary key, pieces int not null check (pieces >= 0));
  create table if not exists orders (
    id text primary key, phone text not null, article text not null, sent_again int not null default 0
  );
  create table if not exists texts (message_id text primary key, order_id text not null);
  create index if not exists texts_of_order on texts (order_id);
  create table if not exists logins (
    id text primary key, phone text not null, code_hash bytea not null, tries int not null default 0,
    expires_at timestamptz not null
  );
  insert into articles values ('tea', 1000000), ('sold-out', 0) on conflict do nothing;
`;

/** A pool that outlives a restart of PostgreSQL. */
export function openPool(connectionString: string, max: number): Pool {
  const pool = new Pool({ connectionString, max, connectionTimeoutMillis: 5_000, statement_timeout: 5_000 });
  pool.on('error', (error) => console.error('PostgreSQL:', error.message));
  // What it was doing fails by itself.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** The app's own tables, and those of the messages. The first process makes them. */
export async function prepareDatabase(pool: Pool): Promise<void> {
  await migrate(pool);
  await inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock(4711)');
    await client.query(tables);
    return true;
  });
}

/** Commits what `work` did if it answers true, and takes it back otherwise. Answers the same. */
export async function inTransaction(pool: Pool, work: (client: PoolClient) => Promise<boolean>): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const isDone = await work(client);
    await client.query(isDone ? 'commit' : 'rollback');
    return isDone;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
