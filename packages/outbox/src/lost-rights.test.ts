import { inspect } from 'node:util';
import pg from 'pg';
import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { migrateOutbox } from './migrate.js';
import { createOutbox } from './outbox.js';
import { surroundings, until, vendor } from './surroundings.test.fixture.js';
import { createOutboxWorker } from './worker.js';

const postgresUrl = await findPostgres();
const redisUrl = await findRedis();
const isSkipped = skipWithoutPostgres(postgresUrl) || skipWithoutRedis(redisUrl);
const canary = { to: '+8613912345678', text: 'canary 482913' } as const;
const password = 'a-password-4711';
const secrets = /canary|482913|13912345678|4711/;

describe.skipIf(isSkipped)('an outbox whose database says no', () => {
  const here = surroundings(postgresUrl ?? '', redisUrl ?? '');
  const warnings: string[] = [];
  const printed: unknown[] = [];
  beforeEach(() => {
    vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
    for (const name of ['log', 'info', 'warn', 'error', 'trace'] as const) {
      vi.spyOn(console, name).mockImplementation((...given: unknown[]) => void printed.push(given));
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
    const said = inspect([warnings.splice(0), printed.splice(0)], { depth: 20, showHidden: true });
    expect(said).not.toMatch(secrets);
  });

  /** A worker whose user is a member of the owner of the tables, as the README advises. */
  async function started() {
    const schema = here.schema();
    const [owner, app] = ['owner', 'app'].map((role) => `${role}_${schema.slice(-12)}`) as [string, string];
    await here.pool.query(`create role ${owner}; create role ${app} login; grant ${owner} to ${app};
      grant create on database "${here.database}" to ${owner}`);
    here.after(async () => {
      await here.pool.query(`drop owned by ${owner}, ${app} cascade`);
      await here.pool.query(`drop role ${owner}, ${app}`);
    });
    const poolAs = (login: string, role: string) => {
      const url = new URL(postgresUrl ?? '');
      if (login === app) Object.assign(url, { username: app, password });
      const pool = new pg.Pool({ connectionString: url.href, max: 12, options: `-c role=${role}` });
      pool.on('error', () => {});
      pool.on('connect', (client) => client.on('error', () => {}));
      here.after(() => pool.end());
      return pool;
    };
    await migrateOutbox(poolAs('postgres', owner), { schema });
    const provider = vendor();
    const sms = here.client(provider);
    const start = async () => {
      const pool = poolAs(app, app);
      const worker = await createOutboxWorker({
        ...{ sms, pool, schema },
        ...{ pollEveryMs: 10, takeOverAfterMs: 200, concurrency: 3 },
      });
      here.after(() => worker.close());
      return { pool, worker };
    };
    const outbox = createOutbox({ schema });
    return { schema, owner, app, provider, outbox, start, ...(await start()) };
  }
  type Started = Awaited<ReturnType<typeof started>>;

  /** Without what, how that is taken and given back, and what the worker says of how it goes on. */
  const rights = [
    [
      'the membership in the owner',
      ({ owner, app }: Started) => [`revoke ${owner} from ${app}`, `grant ${owner} to ${app}`],
      'goes on by itself',
    ],
    [
      'the rights of the owner to the tables',
      ({ owner, schema }: Started) => [
        `revoke all on all tables in schema ${schema} from ${owner}`,
        `grant all on all tables in schema ${schema} to ${owner}`,
      ],
      'goes on by itself',
    ],
    [
      'more than rights to the tables, whose row security hides all',
      ({ owner, app, schema }: Started) => [
        `revoke ${owner} from ${app}; grant usage on schema ${schema} to ${app};
          grant all on all tables in schema ${schema} to ${app}`,
        `grant ${owner} to ${app}`,
      ],
      'start the worker again',
    ],
  ] as const;

  it.each(rights)('says so, loses nothing and sends nothing twice: without %s', async (_, ways, remedy) => {
    const all = await started();
    const { provider, outbox, pool, schema } = all;
    const [revoke = '', grant = ''] = ways(all);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    for (let index = 0; index < 3; index++) {
      provider.answers.push(async (message) => {
        provider.taken.push(message);
        await answered;
        return { outcome: 'accepted' };
      });
    }
    const requests = Array.from({ length: 8 }, (_, index) => ({ ...canary, text: `${canary.text} ${index}` }));
    await outbox.enqueueMany(here.pool, requests);
    await until(() => provider.taken.length === 3);
    await here.pool.query(revoke);
    // How these end cannot be written down.
    answer();
    await until(() => warnings.some((warning) => warning.includes(remedy)));
    await expect(outbox.enqueue(pool, canary)).rejects.toMatchObject({ code: '42501' });
    await here.pool.query(grant);
    if (remedy === 'start the worker again') await all.start();
    await until(async () => (await here.pool.query(`select 1 from "${schema}"._private_jobs`)).rows.length === 0);
    const texts = provider.taken.map((message) => (message.kind === 'text' ? message.text : ''));
    expect(texts.sort()).toEqual(requests.map(({ text }) => text));
  });

  it.each(rights)('says so when it has nothing to send, and once only: without %s', async (_, ways, remedy) => {
    const all = await started();
    const { provider, outbox } = all;
    const [revoke = '', grant = ''] = ways(all);
    await here.pool.query(revoke);
    await outbox.enqueue(here.pool, canary);
    await until(() => warnings.some((warning) => warning.includes(remedy)));
    await here.pool.query(grant);
    if (remedy === 'start the worker again') await all.start();
    await until(() => provider.taken.length === 1);
    // The engine itself may warn that somebody has made tables in another schema.
    const troubles = warnings.filter((warning) => warning.includes('trouble with PostgreSQL'));
    expect(troubles.filter((trouble) => trouble.includes(remedy))).toEqual([expect.stringContaining('42501')]);
    if (remedy === 'goes on by itself') expect(troubles).toHaveLength(1);
    // A statement that fails before the rows are found to be hidden is told as well.
    for (const trouble of troubles) expect(trouble).toContain('42501');
    expect(new Set(troubles).size).toBe(troubles.length);
  });

  it('looks again when its very first look failed: the engine itself would not', async () => {
    const pool = new pg.Pool({ connectionString: postgresUrl ?? '', max: 12 });
    let looks = 0;
    pool.on('error', () => {});
    pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...given: unknown[]) => unknown;
      client.query = ((first: { readonly text?: unknown }, ...rest: unknown[]) => {
        const isLook = String(first.text).includes('tasks (identifier)');
        if (isLook) looks += 1;
        if (isLook && looks <= 2) return Promise.reject(Object.assign(new Error('no'), { code: '42501' }));
        return query(first, ...rest);
      }) as never;
    });
    here.after(() => pool.end());
    const provider = vendor();
    const schema = here.schema();
    await migrateOutbox(here.pool, { schema });
    const worker = await createOutboxWorker({ sms: here.client(provider), pool, schema, pollEveryMs: 10 });
    here.after(() => worker.close());
    await createOutbox({ schema }).enqueue(here.pool, canary);
    await until(() => provider.taken.length === 1);
    expect(looks).toBe(3);
  });

  it('prints nothing of a message when PostgreSQL repeats the row in its error, also while it closes', async () => {
    const { schema, outbox, worker, provider } = await started();
    await here.pool.query(`create function "${schema}".refuse() returns trigger language plpgsql as $$
        begin perform pg_sleep(0.1); raise exception 'no: %', new.payload using detail = new.payload; end $$;
      create trigger refuse before update on "${schema}"._private_jobs for each row execute function "${schema}".refuse()`);
    await outbox.enqueue(here.pool, canary);
    await until(() => warnings.some((warning) => warning.includes('P0001')));
    // The look for jobs that is under way when the worker closes fails: the engine prints that to the console.
    await until(async () => {
      const { rows } = await here.pool.query(`select 1 from pg_stat_activity where wait_event = 'PgSleep'`);
      return rows.length > 0;
    });
    await worker.close();
    expect(inspect(printed)).toContain('PostgreSQL answered P0001');
    expect(provider.taken).toEqual([]);
  });
});
