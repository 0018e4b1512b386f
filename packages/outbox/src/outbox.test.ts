import pg from 'pg';
import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { describe, expect, it, vi } from 'vitest';
import { createOutbox } from './outbox.js';
import { failed, surroundings, until, type Vendor, vendor } from './surroundings.test.fixture.js';
import { createOutboxWorker, type OutboxWorkerOptions } from './worker.js';

const postgresUrl = await findPostgres();
const redisUrl = await findRedis();
const isSkipped = skipWithoutPostgres(postgresUrl) || skipWithoutRedis(redisUrl);
const message = { to: '+8613800138000', text: 'hello' } as const;

describe.skipIf(isSkipped)('the outbox', () => {
  const here = surroundings(postgresUrl ?? '', redisUrl ?? '');

  async function started(provider: Vendor, options: Partial<OutboxWorkerOptions> = {}) {
    const schema = here.schema();
    const sms = here.client(provider);
    const worker = await createOutboxWorker({ sms, pool: here.pool, schema, pollEveryMs: 10, ...options });
    here.after(() => worker.close());
    const count = async () => Number((await here.pool.query(`select count(*) from "${schema}".jobs`)).rows[0]?.count);
    return {
      sms,
      schema,
      worker,
      outbox: createOutbox({ schema }),
      /** Waits until nothing is left to be done, dead letters apart. */
      idle: (left = 0) => until(async () => (await count()) === left),
      /** What is to be done later is due now. */
      hurry: () => here.pool.query(`update "${schema}"._private_jobs set run_at = now()`),
      waiting: async () =>
        (await here.pool.query(`select key, run_at > now() as later from "${schema}".jobs where locked_at is null`))
          .rows,
    };
  }

  it('sends a message if its transaction commits, and only then', async () => {
    const provider = vendor();
    const { outbox, idle } = await started(provider);
    for (const end of ['rollback', 'commit', 'rollback', 'commit'] as const) {
      await here.transaction(async (client) => void (await outbox.enqueue(client, { ...message, text: end })), end);
    }
    await idle();
    expect(provider.taken).toHaveLength(2);
    expect(provider.taken).toMatchObject([{ text: 'commit' }, { text: 'commit' }]);
  });

  it('sends once under a key, also if it is written down again while it runs and afterwards', async () => {
    const provider = vendor();
    const { outbox, idle } = await started(provider);
    const keyed = { ...message, idempotencyKey: 'order-1' };
    const again = async () => expect(await outbox.enqueue(here.pool, keyed)).toBe('order-1');
    let isAsked = () => {};
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    provider.answers.push(async (taken) => {
      isAsked();
      await answered;
      provider.taken.push(taken);
      return { outcome: 'accepted' };
    });
    await again();
    await asked;
    await again();
    answer();
    await idle();
    await again();
    await idle();
    expect(provider.taken).toHaveLength(1);
  });

  it('writes many down in one statement, and none if one is wrong', async () => {
    const provider = vendor();
    const { outbox, idle } = await started(provider);
    const query = vi.fn((text: string, values: unknown[]) => here.pool.query(text, values));
    const ids = await outbox.enqueueMany({ query }, [message, { ...message, idempotencyKey: 'b' }]);
    expect([ids.length, ids[1], query.mock.calls.length]).toEqual([2, 'b', 1]);
    await idle();
    expect(provider.taken).toHaveLength(2);
    await expect(outbox.enqueueMany({ query }, [message, { ...message, to: '1' }])).rejects.toMatchObject({
      code: 'invalid_phone_number',
      message: expect.stringContaining('request 1'),
    });
    const missing = [message];
    missing[2] = message;
    await expect(outbox.enqueueMany({ query }, missing)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('request 1'),
    });
    expect(query).toHaveBeenCalledTimes(1);
    expect(await outbox.enqueueMany({ query }, [])).toEqual([]);
  });

  it('repeats what was certainly not sent, later each time', async () => {
    const provider = vendor();
    const { outbox, idle, hurry, waiting } = await started(provider);
    provider.answers.push(
      () => failed('not-sent', 'network_error'),
      () => failed('refused', 'network_error'),
    );
    const id = await outbox.enqueue(here.pool, message);
    for (const left of [1, 0]) {
      await until(() => provider.answers.length === left);
      await until(async () => (await waiting()).some((row) => row.later));
      expect((await waiting()).map((row) => row.key)).toEqual([id]);
      await hurry();
    }
    await idle();
    expect(provider.taken).toHaveLength(1);
  });

  it('never sends again what may have been sent, until a look-up proves that it was not', async () => {
    let isAbsent = false;
    const lookup = {
      visibleAfterMs: 0,
      absenceProves: true,
      find: async () =>
        isAbsent ? ({ outcome: 'absent' } as const) : ({ outcome: 'inconclusive', message: 'x' } as const),
    };
    const provider = vendor({ lookup });
    const { sms, outbox, idle, hurry, waiting } = await started(provider);
    provider.answers.push(() => failed('unknown', 'network_error'));
    await outbox.enqueue(here.pool, { ...message, deadlineMs: 1_000 });
    for (let round = 0; round < 3; round++) {
      await until(async () => (await waiting()).some((row) => row.later));
      await hurry();
    }
    expect(provider.taken).toHaveLength(0);
    isAbsent = true;
    // The look-up waits until the call cannot settle any more.
    await until(async () => (await sms.messages.sweep()).lookups > 0);
    await until(async () => {
      await hurry();
      return provider.taken.length === 1;
    });
    await idle();
  });

  it('leaves what cannot succeed to a person, who revives or discards it', async () => {
    const provider = vendor();
    const { outbox, idle, worker } = await started(provider);
    provider.answers.push(
      () => failed('refused', 'content_rejected'),
      () => failed('refused', 'content_rejected'),
    );
    await outbox.enqueueMany(here.pool, [
      { ...message, idempotencyKey: 'a' },
      { ...message, idempotencyKey: 'b' },
    ]);
    const letters = await until(async () => {
      const all = await worker.deadLetters();
      return all.length === 2 && all;
    });
    expect(letters.map(({ id }) => id).sort()).toEqual(['a', 'b']);
    expect(letters[0]).toMatchObject({
      reason: 'failed',
      error: { code: 'content_rejected', outcome: 'refused' },
      job: { message },
    });
    expect(await worker.revive('a')).toBe(true);
    expect(await worker.discard('b')).toBe(true);
    await idle();
    expect([await worker.revive('a'), await worker.discard('b'), provider.taken.length]).toEqual([false, false, 1]);
  });

  it('leaves a job that it cannot read to a person', async () => {
    const { schema, worker } = await started(vendor());
    await here.pool.query(`select "${schema}".add_job('polysms.send', '{"version":9}', job_key => 'x')`);
    const letter = await until(async () => (await worker.deadLetters())[0]);
    expect(letter).toEqual({ id: 'x', job: undefined, reason: 'unreadable' });
    expect(await worker.revive('x')).toBe(false);
  });

  it('sends nothing that is too old, and says so', async () => {
    const provider = vendor();
    const { schema, outbox, hurry, worker } = await started(provider);
    const now = Date.now();
    await outbox.enqueue(here.pool, { ...message, sendAt: now + 3_600_000, expiresAt: now + 7_200_000 });
    await here.pool.query(`update "${schema}"._private_jobs
      set payload = jsonb_set(payload::jsonb, '{expiresAt}', '1')::json`);
    await hurry();
    expect(await until(async () => (await worker.deadLetters())[0])).toMatchObject({ reason: 'expired' });
    expect(provider.taken).toEqual([]);
  });

  it('cancels what nobody has begun', async () => {
    const provider = vendor();
    const { outbox, idle } = await started(provider);
    const id = await outbox.enqueue(here.pool, { ...message, sendAt: Date.now() + 3_600_000 });
    expect(await outbox.cancel(here.pool, id)).toBe('canceled');
    expect(await outbox.cancel(here.pool, id)).toBe('not-found');
    let cancel: Promise<unknown> = Promise.resolve();
    provider.answers.push(async (taken) => {
      cancel = outbox.cancel(here.pool, 'running');
      await cancel;
      provider.taken.push(taken);
      return { outcome: 'accepted' };
    });
    await outbox.enqueue(here.pool, { ...message, idempotencyKey: 'running' });
    await until(() => provider.taken.length === 1);
    expect(await cancel).toBe('running');
    await idle();
  });

  it('takes over from a worker that died', async () => {
    const provider = vendor();
    const { schema, outbox, idle } = await started(provider, { takeOverAfterMs: 100 });
    await here.transaction(async (client) => {
      await outbox.enqueue(client, message);
      await client.query(
        `update "${schema}"._private_jobs set locked_by = 'dead', locked_at = now() - interval '1 minute'`,
      );
    });
    await idle();
    expect(provider.taken).toHaveLength(1);
  });

  it('closes although its pool has been ended before', async () => {
    const pool = new pg.Pool({ connectionString: postgresUrl });
    pool.on('error', () => {});
    const schema = here.schema();
    const worker = await createOutboxWorker({ sms: here.client(vendor()), pool, schema, pollEveryMs: 10 });
    const ended = pool.end();
    await worker.close();
    // It would wait for the connection on which the engine listens.
    void ended;
  });

  it('loses nothing when a job is taken over from a worker that is only slow', async () => {
    const provider = vendor();
    const { schema, outbox, idle, hurry, worker } = await started(provider, { concurrency: 1 });
    provider.answers.push(async () => {
      await here.pool.query(`update "${schema}"._private_jobs set locked_by = null, locked_at = null`);
      return failed('not-sent', 'network_error');
    });
    await outbox.enqueue(here.pool, message);
    await until(() => provider.answers.length === 0);
    // It has written down what it has done.
    await worker.close();
    expect(provider.taken).toHaveLength(0);
    await hurry();
    const sms = here.client(provider);
    const next = await createOutboxWorker({ sms, pool: here.pool, schema, pollEveryMs: 10 });
    here.after(() => next.close());
    await idle();
    expect(provider.taken).toHaveLength(1);
  });

  it('erases the row of a worker that died after it had put another in its place', async () => {
    const provider = vendor();
    const { schema, outbox, idle } = await started(provider, { takeOverAfterMs: 100 });
    await here.transaction(async (client) => {
      await outbox.enqueue(client, { ...message, idempotencyKey: 'a' });
      await client.query(
        `update "${schema}"._private_jobs set locked_by = 'dead', locked_at = now() - interval '1 minute'`,
      );
      // What the engine does with the row of a running job whose key gets another row.
      await client.query(`update "${schema}"._private_jobs set key = null, attempts = max_attempts`);
      await outbox.enqueue(client, { ...message, idempotencyKey: 'a' });
    });
    await idle();
    expect(provider.taken).toHaveLength(1);
  });

  it('ends what it has begun before it closes', async () => {
    const provider = vendor();
    const { outbox, worker, idle } = await started(provider);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const asked = new Promise<void>((resolve) => {
      provider.answers.push(async (taken) => {
        resolve();
        await answered;
        provider.taken.push(taken);
        return { outcome: 'accepted' };
      });
    });
    await outbox.enqueue(here.pool, message);
    await asked;
    const closing = worker.close();
    answer();
    await closing;
    await idle();
    expect(provider.taken).toHaveLength(1);
  });

  it.each([
    [{ pool: {} }, 'pool must be a Pool'],
    [{ concurrency: 0 }, 'concurrency must be a whole number'],
    [{ pollEveryMs: 0.5 }, 'pollEveryMs must be'],
    [{ takeOverAfterMs: 1 }, 'takeOverAfterMs must be'],
    [{ schema: 'a"b' }, 'schema must be'],
    [{ sms: {} }, 'sms must be a client'],
  ])('refuses a worker with %j', async (wrong, said) => {
    const options = { sms: here.client(vendor()), pool: here.pool, ...wrong } as unknown as OutboxWorkerOptions;
    await expect(createOutboxWorker(options)).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringContaining(said),
    });
  });

  it('refuses a client that keeps its keys to itself', async () => {
    const sms = here.client(vendor(), { stores: {} });
    await expect(createOutboxWorker({ sms, pool: here.pool })).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringContaining('in memory'),
    });
    expect(() => createOutbox({ schema: 'A' })).toThrow(expect.objectContaining({ code: 'configuration_invalid' }));
  });
});
