import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Pool, type PoolConfig } from 'pg';
import { findPostgresServer, serverUser, skipWithoutPostgres, startPostgres, type TestPostgres } from 'test-postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from './migrate.js';
import { type PostgresStores, postgresStores } from './postgres-stores.js';
import { purge } from './purge.js';
import { challenge, check, claimOf, expectUnavailable, phone, record, subject, take } from './sample.test.fixture.js';

const run = promisify(execFile);
const connections = 12;
const conclusion = { subject, token: 'token', ids: ['first'], verdict: 'approved', keepMs: 60_000 } as const;

/** All that writes, and what is true of the message if the statement is lost, and if it is refused. */
const writes = ({ verification, messages, limits, optOuts }: PostgresStores) =>
  [
    [() => verification.open(challenge({ id: 'another' })), 'not-sent', 'not-sent'],
    [() => verification.check(check('wrong', { token: 'lost' })), 'unknown', 'not-sent'],
    [() => verification.conclude(conclusion), 'unknown', 'not-sent'],
    [() => verification.cancel(subject, 'first'), 'unknown', 'not-sent'],
    [() => messages.add(record({ dueAt: 1 }), 60_000, claimOf()), 'not-sent', 'not-sent'],
    [() => messages.replace(record({ id: 'before', revision: 2, dueAt: 5 })), 'unknown', 'unknown'],
    [() => messages.link('mob', 'linked', 'message-1', 60_000), 'unknown', 'unknown'],
    [() => messages.find('mob', 'early', { state: 'sent' }, 60_000), 'unknown', 'unknown'],
    [() => messages.isFirst('inbound', 60_000), 'unknown', 'unknown'],
    [() => messages.forget(phone), 'unknown', 'unknown'],
    [() => take(limits, 'key'), 'not-sent', 'not-sent'],
    [() => optOuts.add('key', 1), 'not-sent', 'not-sent'],
    [() => optOuts.remove('key', 2), 'not-sent', 'not-sent'],
  ] as const;

async function expectAllRefused(stores: PostgresStores, words: string): Promise<void> {
  for (const [ask, , outcome] of writes(stores)) await expectUnavailable(ask(), outcome, words);
}

describe.skipIf(skipWithoutPostgres(await findPostgresServer()))('the stores over a PostgreSQL in trouble', () => {
  let server: TestPostgres;
  let admin: Pool;
  const pools: Pool[] = [];
  beforeAll(async () => {
    server = await startPostgres({ args: ['-c', `max_connections=${connections}`] });
    admin = connect({ max: 1 });
    await migrate(admin);
  });
  afterEach(async () => {
    await admin.query('truncate polysms.messages, polysms.message_keys, polysms.subjects, polysms.limit_windows');
    await Promise.all(pools.splice(1).map((pool) => pool.end()));
  });
  afterAll(async () => {
    await admin.end();
    await server.stop();
  });

  function connect(config: PoolConfig = {}): Pool {
    const pool = new Pool({
      host: '127.0.0.1',
      port: server.port,
      user: 'postgres',
      database: 'postgres',
      max: 3,
      ...config,
    });
    pool.on('error', () => {});
    pools.push(pool);
    return pool;
  }

  /** Stores that have worked: a challenge is open, one check is charged, a message is being sent. */
  async function working(client: Pool): Promise<PostgresStores> {
    const stores = postgresStores({ client });
    await stores.verification.open(challenge());
    expect(await stores.verification.check(check('wrong'))).toMatchObject({ state: 'incorrect' });
    await stores.messages.add(record({ id: 'before' }), 60_000);
    return stores;
  }

  /** What `working` has left is there, and nothing more. */
  async function expectUnchanged({ verification, messages }: PostgresStores): Promise<void> {
    expect(await verification.read(subject)).toMatchObject({
      failures: 1,
      challenges: [{ id: 'first', checksLeft: 4 }],
    });
    expect(await messages.read('before')).toEqual(record({ id: 'before' }));
    expect(await messages.read('message-1')).toBeUndefined();
  }

  it('go on by themselves when it was down, with all that was committed', async () => {
    const stores = await working(connect());
    await server.kill();
    await expectAllRefused(stores, 'could not be reached');
    await server.restart();
    await admin.query('select 1').catch(() => {});
    await expectUnchanged(stores);
  });

  it('leave the outcome open when it ends in the middle of a statement', async () => {
    const stores = await working(connect());
    const blocker = await connect().connect();
    blocker.on('error', () => {});
    await blocker.query('begin; select * from polysms.subjects for update');
    const checking = stores.verification.check(check('wrong', { token: 'lost' }));
    const lost = expectUnavailable(checking, 'unknown', /reconnect|connection to PostgreSQL was lost/);
    await untilWaiting(admin);
    await server.restart();
    await lost;
    blocker.release(true);
    await admin.query('select 1').catch(() => {});
    await expectUnchanged(stores);
  });

  it('write nothing when a failover has left them with a read-only server, and answer what they can', async () => {
    const stores = await working(connect());
    await stores.optOuts.add('out', 1);
    const readOnly = postgresStores({ client: connect({ options: '-c default_transaction_read_only=on' }) });
    await expectAllRefused(readOnly, 'read-only');
    expect(await readOnly.optOuts.has(['out', 'in'])).toEqual([true, false]);
    await expectUnchanged(readOnly);
    await expectUnchanged(stores);
  });

  it('say when there are too many connections', async () => {
    const stores = postgresStores({ client: connect() });
    const others: Client[] = [];
    for (;;) {
      const client = new Client({ connectionString: server.url });
      client.on('error', () => {});
      try {
        await client.connect();
      } catch {
        break;
      }
      others.push(client);
      expect(others.length).toBeLessThan(connections + 1);
    }
    await expectAllRefused(stores, 'takes no further connection');
    await Promise.all(others.map((client) => client.end()));
    // A server counts a connection for a moment after its end.
    await expect.poll(async () => stores.messages.read('none'), { timeout: 120_000 }).toBeUndefined();
  });

  it('say when the pool has no connection free in time', async () => {
    const pool = connect({ max: 1 });
    const busy = await pool.connect();
    pool.options.connectionTimeoutMillis = 20;
    await expectAllRefused(postgresStores({ client: pool }), 'No connection was free');
    busy.release();
  });

  it('have changed nothing when statement_timeout or lock_timeout has canceled a statement', async () => {
    const stores = await working(connect());
    const blocker = await connect().connect();
    await blocker.query('begin; select * from polysms.subjects for update');
    for (const [timeout, words] of [
      ['statement_timeout', 'canceled the statement'],
      ['lock_timeout', 'waited too long for a lock'],
    ] as const) {
      const hurried = postgresStores({ client: connect({ options: `-c ${timeout}=20` }) });
      await expectUnavailable(hurried.verification.check(check('wrong', { token: 'slow' })), 'not-sent', words);
    }
    const impatient = postgresStores({ client: connect({ query_timeout: 20 }) });
    await expectUnavailable(impatient.verification.cancel(subject, 'first'), 'unknown', 'query_timeout');
    await blocker.query('rollback');
    blocker.release();
    // What the client gave up, the server has done: the outcome was open.
    await expect
      .poll(async () => (await stores.verification.read(subject)).challenges[0]?.state, { timeout: 120_000 })
      .toBe('canceled');
    expect(await stores.verification.read(subject)).toMatchObject({ failures: 1 });
  });

  it('say what is missing: the tables, a permission, the database, the password', async () => {
    await expectAllRefused(postgresStores({ client: connect(), schema: 'nowhere' }), 'migrate()');
    await admin.query('drop role if exists reader; create role reader login; grant usage on schema polysms to reader');
    await expectAllRefused(postgresStores({ client: connect({ user: 'reader' }) }), 'lacks a permission');
    await expectAllRefused(postgresStores({ client: connect({ database: 'nowhere' }) }), 'database does not exist');
    await expectAllRefused(postgresStores({ client: connect({ user: 'nobody at all' }) }), 'credentials');
    const closed = new Pool({ connectionString: server.url });
    await closed.end();
    await expectAllRefused(postgresStores({ client: closed }), 'closed');
  });

  it('work with the permissions that the documents name', async () => {
    await admin.query(`drop role if exists app; create role app login; grant usage on schema polysms to app;
      grant select, insert, update, delete on all tables in schema polysms to app`);
    const stores = await working(connect({ user: 'app' }));
    for (const [ask] of writes(stores)) await ask();
    await purge(connect({ user: 'app' }));
    await admin.query('drop owned by app; drop role app');
  });

  it('say so when they are in a transaction of the app that has failed', async () => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query('begin');
    await client.query('select 1 / 0').catch(() => {});
    await expectUnavailable(take(postgresStores({ client }).limits, 'key'), 'not-sent', 'in a transaction');
    await client.end();
  });

  it('refuse to write when the disk is full, and change nothing', async ({ skip }) => {
    const disk = await smallDisk();
    if (disk === undefined) {
      process.stderr.write('\n*** SKIPPED: A FULL DISK NEEDS THE RIGHT TO MOUNT A TMPFS ***\n\n');
      return skip();
    }
    try {
      await admin.query(`create tablespace small location '${disk}'`);
      await migrate(connect({ options: '-c default_tablespace=small' }), { schema: 'small' });
      const { messages } = postgresStores({ client: connect(), schema: 'small' });
      const add = (index: number) => messages.add(record({ id: `m${index}`, providers: ['x'.repeat(1500)] }), 60_000);
      let added = 0;
      const full = (async () => {
        for (; added < 100_000; added += 1) await add(added);
      })();
      await expectUnavailable(full, 'not-sent', 'disk of PostgreSQL is full');
      expect(added).toBeGreaterThan(0);
      expect(await messages.read(`m${added}`)).toBeUndefined();
      expect(await messages.read(`m${added - 1}`)).toMatchObject({ id: `m${added - 1}` });
      // Somebody makes room.
      await run('mount', ['-o', 'remount,size=30m', disk]);
      expect(await add(0)).toEqual({ state: 'added' });
    } finally {
      await admin.query('drop schema if exists small cascade');
      await admin.query('drop tablespace if exists small');
      // Connections that are still open may hold files that are gone: the disk ends with them.
      await run('umount', ['--lazy', disk]);
      await rm(disk, { recursive: true });
    }
  });
});

async function untilWaiting(admin: Pool): Promise<void> {
  const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock'`;
  await expect.poll(async () => (await admin.query(waiting)).rows.length, { timeout: 120_000 }).toBe(1);
}

/** A disk of three megabytes. Undefined where this user may not make one. */
async function smallDisk(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'small-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder]);
    const user = await serverUser();
    if (user !== undefined) await chown(folder, user.uid, user.gid);
    return folder;
  } catch {
    await rm(folder, { recursive: true });
    return undefined;
  }
}
