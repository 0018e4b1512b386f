import { inspect } from 'node:util';
import pg from 'pg';
import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { describe, expect, it, vi } from 'vitest';
import { migrateOutbox } from './migrate.js';
import { createOutbox } from './outbox.js';
import { failed, surroundings, until, type Vendor, vendor } from './surroundings.test.fixture.js';
import { createOutboxWorker, type OutboxWorkerOptions } from './worker.js';

const postgresUrl = await findPostgres();
const redisUrl = await findRedis();
const isSkipped = skipWithoutPostgres(postgresUrl) || skipWithoutRedis(redisUrl);
const message = { to: '+8613800138000', text: 'hello' } as const;
const later = () => Date.now() + 3_600_000;

describe.skipIf(isSkipped)('at its edges, the outbox', () => {
  const here = surroundings(postgresUrl ?? '', redisUrl ?? '');

  async function started(provider: Vendor, options: Partial<OutboxWorkerOptions> = {}) {
    const schema = here.schema();
    const sms = here.client(provider);
    const worker = await createOutboxWorker({ sms, pool: here.pool, schema, pollEveryMs: 10, ...options });
    here.after(() => worker.close());
    const waiting = async () =>
      (await here.pool.query(`select key from "${schema}".jobs where locked_at is null and run_at > now()`)).rows;
    return { schema, worker, outbox: createOutbox({ schema }), waiting };
  }

  /** A pool of a role, ended after the test. */
  function poolAs(role: string, login = role): pg.Pool {
    const url = new URL(postgresUrl ?? '');
    url.username = login;
    const pool = new pg.Pool({ connectionString: url.href, max: 12, options: `-c role=${role}` });
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
    here.after(() => pool.end());
    return pool;
  }

  it('does not say canceled of a message that may have been sent', async () => {
    const provider = vendor();
    const { schema, outbox, waiting } = await started(provider);
    provider.answers.push(() => failed('unknown', 'network_error'));
    const id = await outbox.enqueue(here.pool, { ...message, deadlineMs: 1_000 });
    await until(async () => (await waiting()).length === 1);
    expect(await outbox.cancel(here.pool, id)).toBe('running');
    expect(await waiting()).toEqual([{ key: id }]);
    // As a worker leaves one that died over it.
    const died = await outbox.enqueue(here.pool, { ...message, sendAt: later() });
    await here.pool.query(`update "${schema}"._private_jobs set attempts = 1 where key = $1`, [died]);
    expect(await outbox.cancel(here.pool, died)).toBe('running');
  });

  it('finds no message that is over: a dead letter is discarded, not canceled', async () => {
    const provider = vendor();
    const { outbox, worker } = await started(provider);
    provider.answers.push(() => failed('refused', 'content_rejected'));
    const id = await outbox.enqueue(here.pool, message);
    await until(async () => (await worker.deadLetters()).length === 1);
    expect(await outbox.cancel(here.pool, id)).toBe('not-found');
    expect(await worker.deadLetters()).toHaveLength(1);
  });

  it('sends nothing of which it has said canceled, and all else, when many are canceled as workers take them', async () => {
    const provider = vendor();
    const { schema, outbox } = await started(provider);
    const keys = Array.from({ length: 40 }, (_, index) => `race ${index}`);
    const results = await Promise.all(
      keys.map(async (idempotencyKey) => {
        await outbox.enqueue(here.pool, { ...message, text: idempotencyKey, idempotencyKey });
        return outbox.cancel(here.pool, idempotencyKey);
      }),
    );
    await until(async () => (await here.pool.query(`select 1 from "${schema}".jobs`)).rows.length === 0);
    const sent = provider.taken.map((taken) => (taken.kind === 'text' ? taken.text : ''));
    expect(sent.sort()).toEqual(keys.filter((_, index) => results[index] !== 'canceled').sort());
  });

  it.each([
    ['a text', { text: 'canary \0 4711' }],
    ['a key', { idempotencyKey: 'canary\0' }],
    ['a name', { params: { 'canary\0': '4711' }, text: undefined, template: 'x' }],
  ])('refuses the character zero in %s before the transaction fails, and repeats nothing', async (_, wrong) => {
    const outbox = createOutbox();
    await here.transaction(async (client) => {
      const error = await outbox.enqueue(client, { ...message, ...wrong } as never).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'invalid_request' });
      expect(inspect(error, { depth: 9 })).not.toMatch(/canary|4711|13800138000/);
      // The transaction goes on.
      await client.query('select 1');
    });
  });

  it.each([
    ['a list that is none', (outbox: ReturnType<typeof createOutbox>) => outbox.enqueueMany(here.pool, 'x' as never)],
    ['no connection', (outbox: ReturnType<typeof createOutbox>) => outbox.enqueue(undefined as never, message)],
    [
      'an end in the past',
      (outbox: ReturnType<typeof createOutbox>) => outbox.enqueue(here.pool, { ...message, expiresAt: 1 }),
    ],
    [
      'a time as text',
      (outbox: ReturnType<typeof createOutbox>) => outbox.enqueue(here.pool, { ...message, sendAt: '1' as never }),
    ],
    [
      'the year 10000',
      (outbox: ReturnType<typeof createOutbox>) =>
        outbox.enqueue(here.pool, { ...message, sendAt: Date.UTC(10_000, 0) }),
    ],
  ])('refuses %s', async (_, enqueue) => {
    await expect(enqueue(createOutbox())).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('takes any key', async () => {
    const schema = here.schema();
    await migrateOutbox(here.pool, { schema });
    const outbox = createOutbox({ schema });
    const sendAt = new Date('9999-12-31T23:59:59Z');
    for (const idempotencyKey of [
      'order: 1',
      '🎉'.repeat(60),
      '订'.repeat(255),
      '__proto__',
      '42',
      `{a}\r\n*'; drop "`,
    ]) {
      expect(await outbox.enqueue(here.pool, { ...message, idempotencyKey, sendAt })).toBe(idempotencyKey);
      expect(await outbox.cancel(here.pool, idempotencyKey)).toBe('canceled');
    }
  });

  it('sends a text of a megabyte, and beside it what comes after', async () => {
    const provider = vendor();
    const { outbox } = await started(provider);
    await outbox.enqueueMany(here.pool, [{ ...message, text: 'x'.repeat(1_000_000) }, message]);
    await until(() => provider.taken.length === 2);
  });

  it('says what to do where its tables are not', async () => {
    const outbox = createOutbox({ schema: 'nowhere' });
    for (const call of [() => outbox.enqueue(here.pool, message), () => outbox.cancel(here.pool, 'x')]) {
      await expect(call()).rejects.toMatchObject({
        code: 'configuration_invalid',
        message: expect.stringContaining('Start a worker first'),
      });
    }
  });

  it('works for a user who may make no schema, once an owner has made the tables', async () => {
    const schema = here.schema();
    const [owner, app, stranger] = ['owner', 'app', 'stranger'].map((role) => `${role}_${schema.slice(-12)}`) as [
      ...[string, string, string],
    ];
    await here.pool.query(`create role ${owner}; create role ${app} login; create role ${stranger} login; grant ${owner} to ${app};
      grant create on database "${here.database}" to ${owner}`);
    here.after(async () => {
      await here.pool.query(`drop owned by ${owner}, ${app}, ${stranger}`);
      await here.pool.query(`drop role ${owner}, ${app}, ${stranger}`);
    });
    await migrateOutbox(poolAs(owner, 'postgres'), { schema });
    await here.pool.query(`revoke create on database "${here.database}" from ${owner}`);
    const provider = vendor();
    const pool = poolAs(app);
    const worker = await createOutboxWorker({ sms: here.client(provider), pool, schema, pollEveryMs: 10 });
    here.after(() => worker.close());
    await createOutbox({ schema }).enqueue(pool, message);
    await until(() => provider.taken.length === 1);
    // Another user fails with his transaction, and does not make one believe that it is written.
    await expect(createOutbox({ schema }).enqueue(poolAs(stranger), message)).rejects.toMatchObject({ code: '42501' });
  });

  it('finds what is due every pollEveryMs where the database cannot tell it', async () => {
    const pool = new pg.Pool({ connectionString: postgresUrl ?? '', max: 12 });
    pool.on('error', () => {});
    let listens = 0;
    pool.on('connect', (client) => {
      client.on('error', () => {});
      const query = client.query.bind(client) as (...given: unknown[]) => unknown;
      client.query = ((first: unknown, ...rest: unknown[]) => {
        const isListen = typeof first === 'string' && first.startsWith('LISTEN');
        if (isListen) listens += 1;
        return query(isListen ? 'select 1' : first, ...rest);
      }) as never;
    });
    here.after(() => pool.end());
    const provider = vendor();
    const { outbox } = await started(provider, { pool, pollEveryMs: 20 });
    await outbox.enqueue(pool, message);
    await until(() => provider.taken.length === 1);
    await until(() => listens > 0);
  });

  it('leaves poisoned jobs to a person, and goes on', async () => {
    const provider = vendor();
    const { schema, outbox, worker } = await started(provider);
    const job = { version: 1, id: 'x', lane: 'codes', createdAt: 1, availableAt: 1, firstAt: 1, failures: 0 };
    const poisons = [
      '"text"',
      'null',
      '[]',
      '{"__proto__":{"version":1}}',
      { ...job, message: { to: 'x' }, expiresAt: 9e15 },
    ];
    for (const [index, poison] of poisons.entries()) {
      const payload = typeof poison === 'string' ? poison : JSON.stringify(poison);
      const text = `select "${schema}".add_job('polysms.send', $1::json, job_key => $2)`;
      await here.pool.query(text, [payload, `poison ${index}`]);
    }
    await outbox.enqueue(here.pool, message);
    await until(() => provider.taken.length === 1);
    const letters = await until(async () => {
      const all = await worker.deadLetters();
      return all.length === poisons.length && all;
    });
    expect(letters.map(({ reason }) => reason).sort()).toEqual(['failed', ...Array(4).fill('unreadable')]);
  });

  it('lists dead letters although somebody put others beside them', async () => {
    const { schema, outbox, worker } = await started(
      vendor({ sends: { text: false, template: true, senderId: false } }),
    );
    for (const [index, payload] of ['null', '[]', '"text"', '{"letter":null}'].entries()) {
      const text = `select "${schema}".add_job('polysms.dead', $1::json, job_key => $2)`;
      await here.pool.query(text, [payload, `foreign ${index}`]);
    }
    await outbox.enqueue(here.pool, message);
    const letters = await until(async () => {
      const all = await worker.deadLetters();
      return all.length === 5 && all;
    });
    expect(letters.map(({ reason }) => reason).sort()).toEqual(['failed', ...Array(4).fill('unreadable')]);
    expect(await worker.revive('foreign 0')).toBe(false);
    expect(await worker.discard('foreign 0')).toBe(true);
  });

  it('hands a message on that was not delivered in time', async () => {
    const read = async () => ({ outcome: 'verified', events: [], reply: { status: 200 } }) as const;
    const [first, second] = [vendor({ id: 'first', webhooks: { read } }), vendor({ id: 'second' })];
    const schema = here.schema();
    const sms = here.client(first, { providers: [first, second] });
    const worker = await createOutboxWorker({ sms, pool: here.pool, schema, pollEveryMs: 10 });
    here.after(() => worker.close());
    const wanted = { deliverWithinMs: 1_000, onUnknown: 'failover', via: ['first', 'second'] } as const;
    await createOutbox({ schema }).enqueue(here.pool, { ...message, ...wanted });
    await until(() => second.taken.length === 1);
    expect(first.taken).toHaveLength(1);
  });

  it('tells no text, code or whole phone, whatever goes wrong', async () => {
    const said: unknown[] = [];
    const spies = [
      vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void said.push(warning)),
      ...(['log', 'info', 'warn', 'error', 'trace'] as const).map((name) =>
        vi.spyOn(console, name).mockImplementation((...given: unknown[]) => void said.push(given)),
      ),
    ];
    try {
      const canary = { to: '+8613912345678', text: 'canary 482913' } as const;
      const provider = vendor();
      const { schema, outbox, worker } = await started(provider);
      provider.answers.push(
        ({ to }) => ({ outcome: 'refused', code: 'content_rejected', message: `not to ${to.e164}` }),
        ({ to }) => Promise.reject(new Error(`no way to ${to.e164}: ${canary.text}`)),
      );
      await outbox.enqueueMany(here.pool, [canary, canary]);
      await here.pool.query(`select "${schema}".add_job('polysms.send', $1::json, job_key => 'x')`, [
        JSON.stringify(canary),
      ]);
      await until(() => provider.answers.length === 0);
      const letters = await until(async () => {
        const all = await worker.deadLetters();
        return all.length === 2 && all;
      });
      for (const { job: _, ...letter } of letters) said.push(letter);
      // The engine writes nothing down while its tables are away.
      await outbox.enqueue(here.pool, { ...canary, sendAt: later() });
      await here.pool.query(`alter table "${schema}"._private_jobs add constraint odd check (priority > 5) not valid`);
      said.push(await outbox.enqueue(here.pool, canary).catch((error: Error) => error.message));
      await here.pool.query(`update "${schema}"._private_jobs set run_at = now()`).catch(() => {});
      expect(said.length).toBeGreaterThan(2);
      expect(inspect(said, { depth: 20, showHidden: true })).not.toMatch(/canary|482913|13912345678/);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });
});
