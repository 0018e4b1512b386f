// What the stores over PostgreSQL add to a send with an idempotency key: the same statements over bare `pg`, with the
// same values but for the ids, are the measure. In turns in one run. `node bench/dist/postgres.js [sends] [rounds]`
import { createSmsClient } from '@polysms/core';
import { migrate, type PostgresClient, type PostgresStatement, postgresStores } from '@polysms/store-postgres';
import { Pool } from 'pg';
import { findPostgres } from 'test-postgres';
import { inTurns } from './in-turns.js';
import { healthy } from './memory-provider.js';

const sends = Number(process.argv[2] ?? 1_000);
const rounds = Number(process.argv[3] ?? 12);
const pepper = 'a pepper for benchmarks, 32 characters';
const schema = 'polysms_bench';
const to = '+8613800138000';

async function compare(url: string): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 10 });
  await pool.query(`drop schema if exists ${schema} cascade`);
  await migrate(pool, { schema });
  const clientOver = (client: PostgresClient) =>
    createSmsClient({
      providers: [healthy('a')],
      stores: postgresStores({ client, schema }),
      verification: { pepper },
    });

  const statements: PostgresStatement[] = [];
  const recorded = clientOver({
    query: (statement) => {
      statements.push(statement);
      return pool.query(statement);
    },
  });
  const { id } = await recorded.send({ to, text: 'Hello.', idempotencyKey: 'recorded' });
  await recorded.close();
  const key = statements[0]?.values?.[7];
  const renamed = (value: unknown, turn: string) => {
    if (value === key) return `key ${turn}`;
    return typeof value === 'string' ? value.replaceAll(id, `id ${turn}`) : value;
  };
  console.log(`A send with a key over PostgreSQL: ${statements.length} round trips, one after the other`);

  const sms = clientOver(pool);
  let turn = 0;
  await inTurns({
    what: 'A send with an idempotency key',
    count: sends,
    rounds,
    prepare: () =>
      Array.from({ length: sends }, () => {
        turn += 1;
        const each = `${process.pid} ${turn}`;
        const renaming = (statement: PostgresStatement) => ({
          ...statement,
          values: (statement.values ?? []).map((value) => renamed(value, each)),
        });
        return { idempotencyKey: each, bare: statements.map(renaming) };
      }),
    ways: {
      'the same statements over bare pg': async ({ bare }) => {
        for (const statement of bare) await pool.query(statement);
      },
      'through the client': ({ idempotencyKey }) => sms.send({ to, text: 'Hello.', idempotencyKey }),
    },
  });
  await sms.close();
  await pool.query(`drop schema ${schema} cascade`);
  await pool.end();
}

const url = await findPostgres();
if (url === undefined) console.log('No PostgreSQL: set POSTGRES_URL, or install a server.');
else await compare(url);
