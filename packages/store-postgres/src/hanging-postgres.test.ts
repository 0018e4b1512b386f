import { createSmsClient, type SmsProvider } from '@polysms/core';
import { Client, Pool } from 'pg';
import { findPostgresServer, skipWithoutPostgres, startPostgres, type TestPostgres } from 'test-postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from './migrate.js';
import { postgresStores } from './postgres-stores.js';

const to = '+8613800138000';
const pepper = 'pepper-of-the-tests-0123456789abcdef';
const deadlineMs = 150;

describe.skipIf(skipWithoutPostgres(await findPostgresServer()))('a client whose PostgreSQL hangs', () => {
  let server: TestPostgres;
  let admin: Pool;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    server = await startPostgres();
    admin = new Pool({ connectionString: server.url, max: 2 });
    await migrate(admin);
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  afterAll(async () => {
    await admin.end();
    await server.stop();
  });

  function openPool(): Pool {
    const pool = new Pool({ connectionString: server.url, max: 2 });
    pool.on('error', () => {});
    return pool;
  }

  async function openConnection(): Promise<Client> {
    const client = new Client(server.url);
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  /** A client over a pool, or over one connection, that has worked. */
  async function working(over: 'a pool' | 'a connection') {
    const client = over === 'a pool' ? openPool() : await openConnection();
    ends.push(() => client.end());
    const texts: string[] = [];
    const provider: SmsProvider = {
      specification: 'v1',
      id: 'inbox',
      sends: { text: true, template: false, senderId: true },
      verification: null,
      webhooks: null,
      events: null,
      lookup: null,
      send: async (message) => {
        texts.push(message.kind === 'text' ? message.text : '');
        return { outcome: 'accepted', reference: 'message-1' };
      },
      close: async () => undefined,
    };
    const sms = createSmsClient({
      ...{ providers: [provider], stores: postgresStores({ client }), verification: { pepper } },
      messages: { sweepEveryMs: false },
    });
    ends.push(() => sms.close());
    await sms.send({ to, text: `before over ${over}`, idempotencyKey: `before over ${over}` });
    texts.length = 0;
    return { sms, texts };
  }

  /** Makes it hang; the result ends that. */
  const hangs = {
    'a lock of another session': async () => {
      const blocker = await admin.connect();
      await blocker.query(
        'begin; lock table polysms.messages, polysms.message_keys, polysms.subjects, polysms.limit_windows in access exclusive mode',
      );
      return async () => {
        await blocker.query('rollback');
        blocker.release();
      };
    },
    'a server that answers nothing': async () => {
      server.pause();
      return async () => server.resume();
    },
  };

  it.each([
    ['a lock of another session', 'a pool'],
    ['a lock of another session', 'a connection'],
    ['a server that answers nothing', 'a pool'],
    ['a server that answers nothing', 'a connection'],
  ] as const)(
    'ends every call by its deadline, sends nothing, and goes on afterwards: %s, over %s',
    async (by, over) => {
      const { sms, texts } = await working(over);
      const release = await hangs[by]();
      try {
        const call = { to, deadlineMs };
        // More calls than connections: those that have none end as well.
        const sends = Array.from({ length: 4 }, (_, index) =>
          sms.send({ ...call, text: 'during', idempotencyKey: `${by} over ${over} ${index}` }),
        );
        // All at once: they may end in any order, and one that nobody waits for yet would be an unhandled rejection.
        for (const sent of await Promise.allSettled(sends)) {
          expect(sent).toMatchObject({ status: 'rejected', reason: { outcome: 'not-sent' } });
        }
        await expect(sms.verifications.start(call)).rejects.toMatchObject({ outcome: 'not-sent' });
        await expect(sms.verifications.check({ ...call, code: '123456' })).rejects.toMatchObject({
          outcome: 'not-sent',
        });
      } finally {
        await release();
      }
      expect(texts).toEqual([]);
      await sms.send({ to, text: 'after', idempotencyKey: `after ${by} over ${over}` });
      expect(texts).toEqual(['after']);
    },
  );
});
