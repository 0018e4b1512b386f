// A web process: takes orders, logins, campaigns, and the reports of vendors. It sends nothing itself.
import { once } from 'node:events';
import { serve } from '@hono/node-server';
import { isSmsError } from '@polysms/core';
import { createOutbox } from '@polysms/outbox';
import { createQueue } from '@polysms/queue';
import { Hono } from 'hono';
import { Redis } from 'ioredis';
import { openPool, prepareDatabase } from './database.js';
import { whenToldToEnd } from './end.js';
import { finishLogin, startLogin } from './logins.js';
import { type Order, placeOrder, textsOf } from './orders.js';
import { readSettings } from './settings.js';
import { createFleetSms } from './sms.js';

const settings = readSettings();
const pool = openPool(settings.postgresUrl, 5);
await prepareDatabase(pool);
const connection = new Redis(settings.redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
connection.on('error', (error) => console.error('Redis:', error.message));
await once(connection, 'ready');
const queue = createQueue({ connection, prefix: settings.redisPrefix });
const outbox = createOutbox();
// For reports: it needs the providers, to prove who calls.
const sms = createFleetSms(settings, pool, connection);

const app = new Hono();
app.onError((error, context) => {
  // The body is no JSON.
  if (error instanceof SyntaxError) return context.json({ error: 'body' }, 400);
  const isTheirs = isSmsError(error) && (error.code === 'invalid_request' || error.code === 'invalid_phone_number');
  return context.json({ error: isSmsError(error) ? error.code : 'unavailable' }, isTheirs ? 400 : 503);
});
app.post('/orders', async (context) => {
  const order = await context.req.json<Order>();
  if (typeof order.id !== 'string' || !/^[\w-]{1,40}$/.test(order.id)) return context.json({ error: 'id' }, 400);
  const became = await placeOrder(pool, outbox, order);
  return context.json({ order: became }, became === 'placed' ? 201 : became === 'known' ? 200 : 409);
});
app.get('/orders/:id', async (context) => {
  const texts = await textsOf(pool, sms, context.req.param('id'));
  return texts === undefined ? context.notFound() : context.json({ texts });
});
app.post('/logins', async (context) => {
  const { phone } = await context.req.json<{ phone: string }>();
  return context.json({ id: await startLogin(pool, queue, phone) }, 202);
});
app.post('/logins/:id', async (context) => {
  const { code } = await context.req.json<{ code: string }>();
  const phone = await finishLogin(pool, context.req.param('id'), code);
  return phone === undefined ? context.json({ error: 'code' }, 403) : context.json({ phone });
});
app.post('/campaigns', async (context) => {
  const { id, offer, phones } = await context.req.json<{ id: string; offer: string; phones: readonly string[] }>();
  const texts = phones.map((to) => ({ to, template: 'offer', params: { offer }, lane: 'campaigns' as const }));
  // The same call again changes nothing.
  const keys = await queue.enqueueMany(texts.map((text, index) => ({ ...text, idempotencyKey: `${id}-${index}` })));
  return context.json({ texts: keys.length }, 202);
});
app.all('/sms/:provider', (context) => sms.webhooks.handle(context.req.raw));

const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.send?.({ port }));
whenToldToEnd(async () => {
  const closed = once(server, 'close');
  server.close();
  // Whoever is connected and asks nothing would hold the server open. Here a request takes no longer than this.
  const impatience = setTimeout(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
  }, settings.times.deadlineMs);
  await closed;
  clearTimeout(impatience);
  await queue.close();
  await sms.close();
  connection.disconnect();
  await pool.end();
});
