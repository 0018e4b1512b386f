import { createHash, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import type { SmsQueue } from '@polysms/queue';
import type { Pool } from 'pg';

const lifetimeMs = 5 * 60_000;
const mostTries = 5;

/** Puts a code into the queue, before all other texts. Answers the id of the login. */
export async function startLogin(pool: Pool, queue: SmsQueue, phone: string): Promise<string> {
  const id = randomUUID();
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const expiresAt = Date.now() + lifetimeMs;
  const insert = 'insert into logins (id, phone, code_hash, expires_at) values ($1, $2, $3, $4)';
  await pool.query(insert, [id, phone, hashOf(id, code), new Date(expiresAt)]);
  const text = { to: phone, template: 'code', params: { code }, idempotencyKey: id };
  await queue.enqueue({ ...text, lane: 'codes', expiresAt });
  return id;
}

/** The phone of whoever knows the code, once. */
export async function finishLogin(pool: Pool, id: string, code: string): Promise<string | undefined> {
  const count = `update logins set tries = tries + 1 where id = $1 and tries < $2 and expires_at > now()
    returning phone, code_hash`;
  const { rows } = await pool.query<{ phone: string; code_hash: Buffer }>(count, [id, mostTries]);
  const [login] = rows;
  if (login === undefined || !timingSafeEqual(login.code_hash, hashOf(id, code))) return undefined;
  const { rowCount } = await pool.query('delete from logins where id = $1', [id]);
  return rowCount === 1 ? login.phone : undefined;
}

function hashOf(id: string, code: string): Buffer {
  return createHash('sha256').update(`${id} ${code}`).digest();
}
