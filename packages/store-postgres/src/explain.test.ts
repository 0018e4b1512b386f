import { Client } from 'pg';
import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type TestDatabase } from './database.test.fixture.js';
import { type PostgresStores, postgresStores } from './postgres-stores.js';
import { purge } from './purge.js';
import { challenge, check, claimOf, hourly, record } from './sample.test.fixture.js';

const url = await findPostgres();
const rows = 20_000;

/** Rows enough that nobody would read a whole table by choice. */
const fillings = [
  `insert into polysms.messages select 'm' || i, 'p' || i % 5000, 1, '{}', i, case when i % 10 = 0 then i end, 9e15 + i from generate_series(1, ${rows}) i`,
  `insert into polysms.message_keys select 'k' || i, 'm' || i, 'f', 9e15 + i from generate_series(1, ${rows}) i`,
  `insert into polysms.message_references select 'r' || i, 'm' || i, '{}', 9e15 + i from generate_series(1, ${rows}) i`,
  `insert into polysms.said select 's' || i, 9e15 + i from generate_series(1, ${rows}) i`,
  `insert into polysms.subjects select 's' || i, '[]', 9e15 + i, 0, 0, 9e15 + i from generate_series(1, ${rows}) i`,
  `insert into polysms.limit_windows select 'l' || i, 'w', 1, 1, 9e15 + i from generate_series(1, ${rows}) i`,
  `insert into polysms.limit_refunds select 'l' || i, 'w', 1, 9e15 + i from generate_series(1, ${rows}) i`,
  `insert into polysms.opt_outs select 'o' || i, i % 2 = 0, i, case when i % 2 = 1 then 9e15 end from generate_series(1, ${rows}) i`,
];

type Operation = (stores: PostgresStores, client: Client, schema: string) => unknown;

/** Each operation, and the indexes that it must use. */
const operations: Readonly<Record<string, readonly [Operation, ...string[]]>> = {
  add: [({ messages }) => messages.add(record(), 60_000, claimOf()), 'message_keys_pkey'],
  'add, with a key that is taken': [
    ({ messages }) => messages.add(record({ id: 'other' }), 60_000, claimOf()),
    'message_keys_pkey',
    'messages_pkey',
  ],
  read: [({ messages }) => messages.read('none'), 'messages_pkey'],
  replace: [({ messages }) => messages.replace(record({ revision: 2 })), 'messages_pkey'],
  link: [({ messages }) => messages.link('mob', 'r', 'm', 60_000), 'message_references_pkey'],
  find: [({ messages }) => messages.find('mob', 'r', { state: 'sent' }, 60_000), 'message_references_pkey'],
  claimDue: [({ messages }) => messages.claimDue(1000, 50, 60_000), 'messages_due', 'messages_pkey'],
  isFirst: [({ messages }) => messages.isFirst('w', 60_000), 'said_pkey'],
  forget: [({ messages }) => messages.forget('+8613800138000'), 'messages_of_phone'],
  open: [({ verification }) => verification.open(challenge()), 'subjects_pkey'],
  settle: [
    ({ verification }) => verification.settle('subject', 'first', { codes: [], providers: [] }),
    'subjects_pkey',
  ],
  check: [({ verification }) => verification.check(check('wrong')), 'subjects_pkey'],
  conclude: [
    ({ verification }) =>
      verification.conclude({ subject: 's', token: 't', ids: ['first'], verdict: 'refund', keepMs: 60_000 }),
    'subjects_pkey',
  ],
  cancel: [({ verification }) => verification.cancel('s1', 'first'), 'subjects_pkey'],
  'read a subject': [({ verification }) => verification.read('s1'), 'subjects_pkey'],
  end: [({ verification }) => verification.end('s1', 60_000), 'subjects_pkey'],
  takeAll: [
    async ({ limits }) => {
      const taking = await limits.takeAll(['a', 'b', 'c'].map((key) => ({ key, limit: hourly })));
      if (taking.taken) await limits.refund(taking.units);
    },
    'limit_windows_pkey',
  ],
  'add an opt-out': [({ optOuts }) => optOuts.add('o1', 1), 'opt_outs_pkey'],
  'remove an opt-out': [({ optOuts }) => optOuts.remove('o2', 1), 'opt_outs_pkey'],
  has: [({ optOuts }) => optOuts.has(['o2', 'o3']), 'opt_outs_pkey'],
  purge: [
    (_, client, schema) => purge(client, { schema, batchSize: 100 }),
    'messages_expired',
    'message_keys_expired',
    'message_references_expired',
    'said_expired',
    'subjects_expired',
    'subjects_challenges_ended',
    'limit_windows_expired',
    'limit_refunds_expired',
    'opt_outs_expired',
  ],
};

describe.skipIf(skipWithoutPostgres(url))(`the plans of every statement, over ${rows} rows in each table`, () => {
  let database: TestDatabase;
  let client: Client;
  let plans: string[];

  beforeAll(async () => {
    database = await openDatabase(url ?? '');
    for (const filling of fillings) await database.pool.query(filling.replaceAll('polysms', database.schema));
    await database.pool.query(`analyze ${tables.map((table) => `${database.schema}.${table}`).join(', ')}`);
    client = new Client({ connectionString: url ?? '' });
    await client.connect();
    await client.query(`load 'auto_explain'; set auto_explain.log_min_duration = 0;
      set auto_explain.log_nested_statements = on; set client_min_messages = log`);
    client.on('notice', ({ message }) => plans.push(message ?? ''));
  });
  afterAll(async () => {
    await client.end();
    await database.close();
  });

  it.each(Object.entries(operations))(
    '%s uses its indexes, and reads no table whole',
    async (_, [operation, ...indexes]) => {
      plans = [];
      const { schema } = database;
      await operation(postgresStores({ client, schema }), client, schema);
      expect(plans.length).toBeGreaterThan(0);
      const text = plans.join('\n');
      for (const index of indexes) expect(text).toContain(index);
      expect(text).not.toContain('Seq Scan');
    },
  );
});

const tables = [
  'messages',
  'message_keys',
  'message_references',
  'said',
  'subjects',
  'limit_windows',
  'limit_refunds',
  'opt_outs',
];
