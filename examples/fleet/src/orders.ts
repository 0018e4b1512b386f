import type { SmsClient } from '@polysms/core';
import type { Outbox } from '@polysms/outbox';
import type { Pool } from 'pg';
import { inTransaction } from './database.js';

export interface Order {
  /** Chosen by whoever orders, so that the order can be repeated after a lost answer. */
  readonly id: string;
  readonly phone: string;
  readonly article: string;
}

/** The order, its text and the stock are one transaction: all of it happens, or nothing. */
export async function placeOrder(
  pool: Pool,
  outbox: Outbox,
  { id, phone, article }: Order,
): Promise<'placed' | 'known' | 'sold-out'> {
  let isKnown = false;
  const isPlaced = await inTransaction(pool, async (client) => {
    const insert = 'insert into orders (id, phone, article) values ($1, $2, $3) on conflict do nothing';
    const { rowCount } = await client.query(insert, [id, phone, article]);
    isKnown = rowCount === 0;
    if (isKnown) return false;
    await outbox.enqueue(client, {
      to: phone,
      template: 'ordered',
      params: { order: id },
      idempotencyKey: keyOf(id, 0),
    });
    const take = 'update articles set pieces = pieces - 1 where name = $1 and pieces > 0';
    return (await client.query(take, [article])).rowCount === 1;
  });
  if (isKnown) return 'known';
  return isPlaced ? 'placed' : 'sold-out';
}

/** The key of an order's text, and of the one that was sent again. */
function keyOf(order: string, sentAgain: number): string {
  return sentAgain === 0 ? order : `${order}#${sentAgain}`;
}

/** Writes the text of an order down once more, unless another process has done so. */
export async function sendAgain(pool: Pool, outbox: Outbox, key: string): Promise<void> {
  const [order = '', sentAgain = '0'] = key.split('#');
  await inTransaction(pool, async (client) => {
    const count = 'update orders set sent_again = sent_again + 1 where id = $1 and sent_again = $2 returning phone';
    const { rows } = await client.query<{ phone: string }>(count, [order, sentAgain]);
    const [row] = rows;
    if (row === undefined) return false;
    const idempotencyKey = keyOf(order, Number(sentAgain) + 1);
    await outbox.enqueue(client, { to: row.phone, template: 'ordered', params: { order }, idempotencyKey });
    return true;
  });
}

export async function noteText(pool: Pool, order: string, messageId: string): Promise<void> {
  await pool.query('insert into texts values ($1, $2) on conflict do nothing', [messageId, order]);
}

/** Where the texts of an order stand, the newest last; undefined if there is no such order. */
export async function textsOf(pool: Pool, sms: SmsClient, order: string): Promise<readonly string[] | undefined> {
  const { rows } = await pool.query<{ message_id: string | null }>(
    'select message_id from orders left join texts on order_id = id where id = $1 order by message_id',
    [order],
  );
  if (rows.length === 0) return undefined;
  const states = rows.map(async ({ message_id: id }) =>
    id === null ? undefined : (await sms.messages.get(id))?.state,
  );
  return (await Promise.all(states)).filter((state) => state !== undefined);
}
