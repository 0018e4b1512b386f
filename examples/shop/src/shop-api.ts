import { isSmsError } from '@polysms/core';
import { smsClientToken } from '@polysms/core/inversify';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Container } from 'inversify';
import * as v from 'valibot';
import { httpErrorOf } from './http-error.js';
import { shippingDeskToken } from './shop-container.js';

const shipRequest = v.strictObject({
  tracking: v.pipe(v.string(), v.regex(/^[A-Z0-9]{4,10}$/)),
});
const orderId = v.pipe(v.string(), v.regex(/^\d{1,10}$/));
const problems = { error: 'bad_request', expected: 'an order number, and {"tracking": "4 to 10 of A-Z, 0-9"}' };

/** The routes of the shop. Resolves when every provider is ready. */
export async function createShopApi(container: Container, log: (error: unknown) => void): Promise<Hono> {
  const [desk, sms] = await Promise.all([container.getAsync(shippingDeskToken), container.getAsync(smsClientToken)]);
  const api = new Hono();

  api.post(
    '/orders/:id/ship',
    bodyLimit({ maxSize: 1024, onError: (c) => c.json({ error: 'too_large' }, 413) }),
    async (c) => {
      const id = v.safeParse(orderId, c.req.param('id'));
      const body = v.safeParse(shipRequest, await c.req.json().catch(() => undefined));
      if (!id.success || !body.success) return c.json(problems, 400);
      const shipping = await desk.ship(id.output, body.output.tracking);
      if (shipping.status === 'no-such-order') return c.json({ error: 'no_such_order' }, 404);
      return c.json({ order: id.output, sentBy: shipping.receipt.provider });
    },
  );

  api.get('/health', (c) => {
    const providers = sms.health();
    // Half open is able: only traffic closes the circuit, and a load balancer sends none to a shop that says 503.
    const able = Object.values(providers).some(({ circuit }) => circuit !== 'open');
    return c.json({ status: able ? 'ok' : 'degraded', sms: providers }, able ? 200 : 503);
  });

  api.notFound((c) => c.json({ error: 'not_found' }, 404));
  api.onError((error, c) => {
    log(error);
    if (!isSmsError(error)) return c.json({ error: 'internal_error' }, 500);
    const { status, headers, body } = httpErrorOf(error);
    return c.json(body, status, headers);
  });
  return api;
}
