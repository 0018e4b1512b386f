import { inspect } from 'node:util';
import pg from 'pg';
import { findPostgresServer, skipWithoutPostgres, startPostgres } from 'test-postgres';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createOutbox } from './outbox.js';
import { surroundings, until, vendor } from './surroundings.test.fixture.js';
import { createOutboxWorker } from './worker.js';

const rounds = process.env['POLYSMS_TEST_SUITE'] === 'long' ? 10 : 1;

const redisUrl = await findRedis();
const server = await findPostgresServer();
const isSkipped = skipWithoutPostgres(server) || skipWithoutRedis(redisUrl);
const postgres = isSkipped ? undefined : await startPostgres();

describe.skipIf(isSkipped)('the outbox, while its database is in trouble', () => {
  const here = surroundings(postgres?.url ?? '', redisUrl ?? '');
  const warnings: string[] = [];
  const printed: unknown[] = [];
  beforeAll(() => {
    vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
    for (const name of ['log', 'info', 'warn', 'error', 'trace'] as const) {
      vi.spyOn(console, name).mockImplementation((...given: unknown[]) => void printed.push(given));
    }
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await postgres?.stop();
  });

  it('goes on by itself after restarts, and sends each message once', async () => {
    const provider = vendor();
    const schema = here.schema();
    const options = { sms: here.client(provider), pool: here.pool, schema, pollEveryMs: 10, takeOverAfterMs: 200 };
    const worker = await createOutboxWorker(options);
    here.after(() => worker.close());
    const outbox = createOutbox({ schema });
    const enqueued: string[] = [];
    const enqueue = async (count: number) => {
      const requests = Array.from({ length: count }, (_, index) => ({
        to: '+8613800138000',
        text: `message ${enqueued.length + index}`,
      }));
      enqueued.push(...requests.map((request) => request.text));
      await until(() =>
        outbox.enqueueMany(here.pool, requests).then(
          () => true,
          () => false,
        ),
      );
    };
    for (let round = 0; round < rounds; round++) {
      await enqueue(20);
      await until(() => provider.taken.length > round * 20 + 3);
      await postgres?.restart();
    }
    await until(() => new Set(provider.taken.map(({ id }) => id)).size === enqueued.length);
    const texts = provider.taken.map((message) => (message.kind === 'text' ? message.text : ''));
    expect(texts.sort()).toEqual([...enqueued].sort());
  });

  it('says by its own warnings, and without what a message holds, that its database is away', async () => {
    warnings.length = 0;
    const provider = vendor();
    const schema = here.schema();
    const url = new URL(postgres?.url ?? '');
    url.password = 'a-password-4711';
    const pool = new pg.Pool({ connectionString: url.href, max: 12 });
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
    here.after(() => pool.end());
    const options = { sms: here.client(provider), pool, schema, pollEveryMs: 10, takeOverAfterMs: 200 };
    const worker = await createOutboxWorker(options);
    here.after(() => worker.close());
    const outbox = createOutbox({ schema });
    const message = { to: '+8613912345678', text: 'canary 482913' };
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    provider.answers.push(async (each) => {
      provider.taken.push(each);
      await answered;
      return { outcome: 'accepted' };
    });
    await outbox.enqueueMany(here.pool, [message, { ...message, sendAt: Date.now() + 3_600_000 }]);
    await until(() => provider.taken.length === 1);
    await postgres?.kill();
    // How it ends cannot be written down: the engine gives up, and is started again and again.
    answer();
    await until(() => warnings.some((warning) => warning.includes('ECONNREFUSED')));
    await postgres?.restart();
    await until(() => outbox.enqueue(here.pool, message).catch(() => undefined));
    await until(() => provider.taken.length === 2);
    // Of each kind once, however long it was away.
    const troubles = warnings.filter((warning) => warning.startsWith('A worker of the outbox has trouble'));
    expect(new Set(troubles).size).toBe(troubles.length);
    expect(inspect([warnings, printed], { depth: 20, showHidden: true })).not.toMatch(/canary|482913|13912345678|4711/);
  });

  it('says at once to the app that the database is away, as the database says it', async () => {
    const schema = here.schema();
    const worker = await createOutboxWorker({ sms: here.client(vendor()), pool: here.pool, schema });
    await worker.close();
    await postgres?.kill();
    const outbox = createOutbox({ schema });
    await expect(outbox.enqueue(here.pool, { to: '+8613800138000', text: 'hello' })).rejects.toThrow();
    await expect(createOutboxWorker({ sms: here.client(vendor()), pool: here.pool, schema })).rejects.toThrow();
    await postgres?.restart();
    await until(() => here.pool.query('select 1').catch(() => false));
  });
});
