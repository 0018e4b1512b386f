import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type TestDatabase } from './database.test.fixture.js';
import { postgresStores } from './postgres-stores.js';
import { challenge, check, claimOf, record, subject } from './sample.test.fixture.js';

const url = await findPostgres();
const worker = new URL('./race-worker.test.fixture.mjs', import.meta.url);
const limit = { max: 40, windowMs: 3_600_000 };

/** What a process says of each of its turns. */
interface Turn {
  readonly id: string;
  readonly index: number;
  readonly checked: string;
  readonly added: string;
  readonly taken: boolean;
}

describe.skipIf(skipWithoutPostgres(url))('processes on one PostgreSQL', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await openDatabase(url ?? '');
  });
  afterEach(() => database.close());

  async function start(name: string, count: number, turns: Turn[]): Promise<ChildProcess> {
    const order = JSON.stringify({ check: check('wrong'), record: record(), limit });
    const child = fork(worker, [url ?? '', database.schema, name, String(count), order]);
    await once(child, 'message');
    child.on('message', (message) => {
      if (message !== 'done') turns.push(message as Turn);
    });
    return child;
  }

  it('get together what one gets', async () => {
    const stores = postgresStores({ client: database.pool, schema: database.schema });
    await stores.verification.open(challenge());
    const count = 60;
    const turns: Turn[] = [];
    const children = await Promise.all(['a', 'b'].map((name) => start(name, count, turns)));
    const exits = children.map((child) => once(child, 'exit'));
    for (const child of children) child.send('go');
    await Promise.all(exits);
    expect(turns).toHaveLength(2 * count);
    expect(turns.filter(({ checked }) => checked === 'incorrect')).toHaveLength(5);
    expect(turns.filter(({ taken }) => taken)).toHaveLength(limit.max);
    for (let index = 0; index < count; index += 1) {
      const states = turns.filter((turn) => turn.index === index).map(({ added }) => added);
      expect(states.sort()).toEqual(['added', 'held']);
    }
    expect(await stores.verification.read(subject)).toMatchObject({
      failures: 5,
      challenges: [{ state: 'exhausted' }],
    });
  });

  it('keep what one was told before it was killed, and wait for nothing that it has left', async () => {
    const stores = postgresStores({ client: database.pool, schema: database.schema });
    await stores.verification.open(challenge());
    const turns: Turn[] = [];
    const child = await start('killed', 100_000, turns);
    const exit = once(child, 'exit');
    child.send('go');
    await expect.poll(() => turns.length, { interval: 1, timeout: 120_000 }).toBeGreaterThan(20);
    child.kill('SIGKILL');
    await exit;
    for (const { id } of turns) expect(await stores.messages.read(id)).toMatchObject({ id });
    // Each key has its message: neither is there alone.
    const { rows } = await database.pool.query(`select
      (select count(*)::int from ${database.schema}.message_keys k full join ${database.schema}.messages m
        on m.id = k.message_id where m.id is null or k.message_id is null) as alone,
      (select count(*)::int from pg_stat_activity where state like 'idle in transaction%' and query like '%${database.schema}%') as open`);
    expect(rows).toEqual([{ alone: 0, open: 0 }]);
    expect(await stores.messages.add(record({ id: 'next' }), 60_000, claimOf({ key: 'next' }))).toEqual({
      state: 'added',
    });
    expect(await stores.verification.cancel(subject, 'first')).toBe(false);
  });
});
