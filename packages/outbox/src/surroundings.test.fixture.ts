import { randomUUID } from 'node:crypto';
import { createSmsClient, type SmsClient, type SmsClientOptions, type SmsProvider } from '@polysms/core';
import type { OutboundMessage, SendOutcome } from '@polysms/core/provider-kit';
import { redisStores } from '@polysms/store-redis';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, afterEach } from 'vitest';

/** What a vendor took, and what it answers next. */
export interface Vendor extends SmsProvider {
  readonly taken: OutboundMessage[];
  /** Answers of the next calls, in order; then it takes every message. */
  readonly answers: ((message: OutboundMessage) => SendOutcome | Promise<SendOutcome>)[];
}

export function vendor(more: Partial<SmsProvider> = {}): Vendor {
  const taken: OutboundMessage[] = [];
  const answers: Vendor['answers'] = [];
  return {
    specification: 'v1',
    id: 'vendor',
    sends: { text: true, template: false, senderId: true },
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    ...more,
    taken,
    answers,
    send: async (message) => {
      const answer = answers.shift();
      if (answer !== undefined) return answer(message);
      taken.push(message);
      return { outcome: 'accepted', reference: `r${taken.length}` };
    },
    close: async () => undefined,
  };
}

export const failed = (outcome: 'refused' | 'not-sent' | 'unknown', code: 'network_error' | 'content_rejected') =>
  ({ outcome, code, message: 'It failed.' }) as const;

/** A database, a Redis and clients for one test file, ended after it. */
export function surroundings(postgresUrl: string, redisUrl: string) {
  const pool = new pg.Pool({ connectionString: postgresUrl, max: 10 });
  // A pool without a listener ends the process when its database goes away.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const redis = new Redis(redisUrl);
  const ends: (() => Promise<void>)[] = [];
  const schemas: string[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    for (const schema of schemas.splice(0)) await pool.query(`drop schema if exists "${schema}" cascade`);
  });
  afterAll(async () => {
    redis.disconnect();
    await pool.end();
  });
  return {
    pool,
    /** What the database is called. */
    database: postgresUrl === '' ? '' : new URL(postgresUrl).pathname.slice(1),
    /** A schema of its own for one test. */
    schema: () => {
      const schema = `outbox_${randomUUID().replaceAll('-', '_')}`;
      schemas.push(schema);
      return schema;
    },
    client: (provider: SmsProvider, options: Partial<SmsClientOptions> = {}): SmsClient => {
      const { messages } = redisStores({ client: redis, prefix: `outbox-${randomUUID()}` });
      const sms = createSmsClient({ providers: [provider], stores: { messages }, ...options });
      ends.push(() => sms.close());
      return sms;
    },
    /** Ends something after the test, before what was made earlier. */
    after: (end: () => Promise<void>) => void ends.push(end),
    /** Runs statements in one transaction. */
    transaction: async (work: (client: pg.PoolClient) => Promise<void>, end: 'commit' | 'rollback' = 'commit') => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await work(client);
        await client.query(end);
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    },
  };
}

/** Asks again until something is so. */
export async function until<Value>(
  what: () => Value | undefined | false | Promise<Value | undefined | false>,
): Promise<Value> {
  for (;;) {
    const value = await what();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
