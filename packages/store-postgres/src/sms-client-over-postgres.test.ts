import { createSmsClient, type SmsClient, type SmsProvider } from '@polysms/core';
import type { OutboundMessage } from '@polysms/core/provider-kit';
import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase, type TestDatabase } from './database.test.fixture.js';
import type { PostgresClient } from './postgres-client.js';
import { postgresStores } from './postgres-stores.js';
import { phone } from './sample.test.fixture.js';

const url = await findPostgres();
const pepper = 'pepper-of-the-tests-0123456789abcdef';

/** Takes every text, and keeps it. */
function inbox(): SmsProvider & { readonly messages: OutboundMessage[] } {
  const messages: OutboundMessage[] = [];
  return {
    specification: 'v1',
    id: 'inbox',
    sends: { text: true, template: false, senderId: true },
    messages,
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    send: async (message) => {
      messages.push(message);
      return { outcome: 'accepted', reference: 'message-1' };
    },
    close: async () => undefined,
  };
}

function codeOf(message: OutboundMessage | undefined): string {
  return message?.kind === 'text' ? (/\d{6}/.exec(message.text)?.[0] ?? '') : '';
}

describe.skipIf(skipWithoutPostgres(url))('clients of two processes on one PostgreSQL', () => {
  const provider = inbox();
  let database: TestDatabase;
  let clients: SmsClient[];
  beforeEach(async () => {
    database = await openDatabase(url ?? '');
    clients = [0, 1].map(() => clientOver(database.pool));
  });
  afterEach(async () => {
    await Promise.all(clients.map((sms) => sms.close()));
    await database.close();
  });

  function clientOver(client: PostgresClient): SmsClient {
    const stores = postgresStores({ client, schema: database.schema });
    return createSmsClient({ providers: [provider], stores, verification: { pepper } });
  }

  /** Every row of every table, as text. */
  async function allThatIsHeld(): Promise<string> {
    const { rows: tables } = await database.pool.query('select tablename from pg_tables where schemaname = $1', [
      database.schema,
    ]);
    const names = (tables as { tablename: string }[]).map(({ tablename }) => tablename);
    const held = names.map((name) => database.pool.query(`select t::text as row from ${database.schema}.${name} t`));
    return (await Promise.all(held))
      .flatMap(({ rows }) => (rows as { row: string }[]).map(({ row }) => row))
      .join('\n');
  }

  it('start in one and check in the other; PostgreSQL never holds a code or a text', async () => {
    const [one, other] = clients as [SmsClient, SmsClient];
    const { id } = await one.verifications.start({ to: phone, ip: '203.0.113.9' });
    const code = codeOf(provider.messages.at(-1));
    expect(code).toMatch(/^\d{6}$/);
    const wrong = code === '111111' ? '222222' : '111111';
    expect(await other.verifications.check({ id, code: wrong })).toMatchObject({ outcome: 'incorrect', checksLeft: 4 });
    const message = { to: phone, text: `your code: ${code}`, idempotencyKey: `order of ${code}` };
    const receipt = await one.send(message);
    expect(await other.send(message)).toEqual({ ...receipt, replayed: true });
    await expect(other.verifications.start({ to: phone })).rejects.toMatchObject({ code: 'resend_too_soon' });

    const held = await allThatIsHeld();
    // Times have digits as well, and six of them may be those of the code.
    for (const secret of [`"${code}"`, `of ${code}`, `: ${code}`, 'your code', '203.0.113.9']) {
      expect(held).not.toContain(secret);
    }
    // It is in the challenge, since vendors need it to check their codes, in the record of the message, since vendors
    // are asked about it by the number, and nowhere else.
    expect(held.split(phone)).toHaveLength(3);

    expect(await other.verifications.check({ id, code })).toMatchObject({ outcome: 'approved' });
    expect(await one.verifications.check({ id, code })).toMatchObject({ outcome: 'not-found' });
  });

  it('start a verification in three round trips, give a refund in one, and send with a key in three', async () => {
    const trips: string[] = [];
    const counting: PostgresClient = {
      query: (statement) => {
        trips.push(/\btest_\w+\.(\w+)/.exec(statement.text)?.[1] ?? statement.text);
        return database.pool.query(statement);
      },
    };
    const sms = clientOver(counting);
    clients.push(sms);
    await sms.verifications.start({ to: phone, ip: '203.0.113.9' });
    expect(trips).toEqual(['limits_take', 'verification_open', 'verification_settle']);
    trips.length = 0;
    await expect(sms.verifications.start({ to: phone, ip: '203.0.113.9' })).rejects.toMatchObject({
      code: 'resend_too_soon',
    });
    expect(trips).toEqual(['limits_take']);
    trips.length = 0;
    const failing = vi
      .spyOn(provider, 'send')
      .mockResolvedValue({ outcome: 'not-sent', code: 'provider_unavailable', message: 'down' });
    await expect(sms.verifications.start({ to: '+8613900139000' })).rejects.toMatchObject({ outcome: 'not-sent' });
    failing.mockRestore();
    expect(trips).toEqual(['limits_take', 'verification_open', 'verification_settle', 'limits_refund']);
    trips.length = 0;
    await sms.send({ to: phone, text: 'hello', idempotencyKey: 'one' });
    expect(trips).toEqual(['message_add', 'opt_outs', 'message_replace']);
  });
});
