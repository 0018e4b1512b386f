import { Client, Pool } from 'pg';
import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type TestDatabase } from './database.test.fixture.js';
import type { PostgresClient } from './postgres-client.js';
import { type PostgresStoresOptions, postgresStores } from './postgres-stores.js';
import { purge } from './purge.js';
import {
  challenge,
  check,
  claimOf,
  hourly,
  localCode,
  phone,
  record,
  subject,
  take,
  taken,
} from './sample.test.fixture.js';

const client: PostgresClient = { query: async () => ({ rows: [] }) };

describe('options of the stores', () => {
  it.each([
    [undefined, 'client'],
    [{}, 'client'],
    [{ client: 'postgres://' }, 'client'],
    [{ client, schema: 'A b' }, 'schema'],
    [{ client, prepare: 'no' }, 'prepare'],
    [{ client, now: 5 }, 'now'],
  ])('%j are refused by the name of the field', (options, field) => {
    expect(() => postgresStores(options as unknown as PostgresStoresOptions)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining(field) }),
    );
  });

  it.each([0, 1.5, 100_001, '7'])('purge refuses the batch size %j', async (batchSize) => {
    await expect(purge(client, { batchSize: batchSize as number })).rejects.toMatchObject({
      code: 'configuration_invalid',
    });
  });
});

const url = await findPostgres();

describe.skipIf(skipWithoutPostgres(url))('stores over PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openDatabase(url ?? '');
  });
  afterAll(() => database.close());
  const over = (more: Partial<PostgresStoresOptions> = {}) =>
    postgresStores({ client: database.pool, schema: database.schema, ...more });

  const count = async (table: string) => {
    const { rows } = await database.pool.query(`select count(*)::int as count from ${database.schema}.${table}`);
    return (rows[0] as { count: number }).count;
  };

  it('purge deletes in batches what has expired, and nothing else', async () => {
    let now = Date.UTC(2026, 0, 1);
    const stores = over({ now: () => now });
    for (let index = 0; index < 25; index += 1) {
      const id = `purged ${index}`;
      await stores.messages.add(record({ id }), 60_000, claimOf({ key: id }));
      await stores.messages.isFirst(id, 60_000);
      await stores.messages.link('mob', id, id, 60_000);
    }
    await stores.messages.add(record({ id: 'kept' }), 3_600_000);
    await stores.verification.open(challenge({ subject: 'purged' }));
    await stores.verification.check(check('wrong', { subject: 'purged' }));
    const units = await taken(stores.limits, 'purged', { max: 5, windowMs: 60_000 });
    await taken(stores.limits, 'purged', { max: 5, windowMs: 60_000 });
    await stores.limits.refund(units);
    await stores.optOuts.add('out', now);
    await stores.optOuts.remove('back', now);
    expect(await purge(database.pool, { schema: database.schema, now: () => now })).toBe(0);
    now += 1_000_000;
    expect(await purge(database.pool, { schema: database.schema, now: () => now, batchSize: 10 })).toBe(4 * 25 + 2 + 1);
    expect(await stores.messages.read('kept')).toMatchObject({ id: 'kept' });
    expect(await count('messages')).toBe(1);
    expect(await count('limit_windows')).toBe(0);
    // Failures outlive the challenges, which hold the number.
    const { rows } = await database.pool.query(`select challenges, failures from ${database.schema}.subjects`);
    expect(rows).toEqual([{ challenges: [], failures: 1 }]);
    now += 31 * 86_400_000;
    await purge(database.pool, { schema: database.schema, now: () => now });
    expect(await stores.optOuts.has(['out', 'back'])).toEqual([true, false]);
    expect(await count('opt_outs')).toBe(1);
    expect(await count('subjects')).toBe(0);
  });

  it('purge ends after a batch when it is told to', async () => {
    const stores = over({ now: () => 1 });
    const batches = { schema: database.schema, batchSize: 5 };
    for (let index = 0; index < 20; index += 1) await stores.messages.isFirst(`signal ${index}`, 1);
    await expect(purge(database.pool, { ...batches, signal: AbortSignal.abort() })).resolves.toBe(0);
    expect(await count('said')).toBe(20);
    expect(await purge(database.pool, batches)).toBeGreaterThanOrEqual(20);
  });

  it('use the clock of the server, unless they are given one', async () => {
    const { messages } = over();
    await messages.isFirst('clock', 60_000);
    const { rows } = await database.pool.query(
      `select expires_at - extract(epoch from now()) * 1000 as left from ${database.schema}.said`,
    );
    const left = Number((rows[0] as { left: number }).left);
    expect(left).toBeGreaterThan(30_000);
    expect(left).toBeLessThanOrEqual(61_000);
  });

  it('run over one client, one statement after the other, without a warning of pg', async () => {
    const warnings: string[] = [];
    const onWarning = ({ message }: Error) => void warnings.push(message);
    process.on('warning', onWarning);
    const own = new Client({ connectionString: url ?? '' });
    await own.connect();
    const { messages } = over({ client: own });
    const ids = Array.from({ length: 10 }, (_, index) => `one by one ${index}`);
    await Promise.all(ids.map((id) => messages.add(record({ id }), 60_000)));
    const records = await Promise.all(ids.map((id) => messages.read(id)));
    expect(records.map((each) => each?.id)).toEqual(ids);
    await own.end();
    await expect(messages.read('x')).rejects.toMatchObject({ code: 'store_unavailable', outcome: 'unknown' });
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('prepare statements by name, unless they are told not to', async () => {
    const names: (string | undefined)[] = [];
    const watching: PostgresClient = {
      query: (statement) => {
        names.push(statement.name);
        return database.pool.query(statement);
      },
    };
    await over({ client: watching }).optOuts.has(['k']);
    await over({ client: watching, prepare: false }).optOuts.has(['k']);
    expect(names).toEqual([expect.stringMatching(/^polysms_[0-9a-f]{24}$/), undefined]);
  });

  it('work under the strictest isolation that an app can set: what gives way is run again', async () => {
    const options = '-c default_transaction_isolation=serializable';
    const pool = new Pool({ connectionString: url ?? '', max: 3, options });
    const { limits } = over({ client: pool });
    const takings = Array.from({ length: 6 }, () => take(limits, 'serializable'));
    const taken = (await Promise.all(takings)).filter((each) => each.taken);
    await pool.end();
    expect(taken).toHaveLength(hourly.max);
  });

  it('hold no phone outside the challenge and the record', async () => {
    const stores = over();
    await stores.messages.add(record({ id: 'private' }), 60_000);
    await stores.verification.open(challenge({ subject: 'private' }));
    await stores.verification.settle('private', 'first', { codes: [localCode], providers: ['mob'] });
    const digits = phone.slice(1);
    for (const [table, expected] of Object.entries({ messages: 1, subjects: 1, message_keys: 0, limit_windows: 0 })) {
      const { rows } = await database.pool.query(
        `select count(*)::int as count from ${database.schema}.${table} t where t::text like $1 and t::text like $2`,
        [`%${digits}%`, table === 'subjects' ? '%private%' : table === 'messages' ? '%private%' : '%'],
      );
      expect([table, (rows[0] as { count: number }).count]).toEqual([table, expected]);
    }
    expect(subject).not.toContain(digits);
  });
});
