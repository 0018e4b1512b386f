import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { mobModule } from '@polysms/provider-mob/inversify';
import { startMobSimulator } from '@polysms/provider-mob/simulator';
import type { ScriptedOutcome } from '@polysms/provider-mock';
import { mockModule, mockProviderToken } from '@polysms/provider-mock/inversify';
import { describe, expect, it } from 'vitest';
import { createShopContainer, ordersToken } from './shop-container.js';
import { startShop } from './shop-server.js';

const phone = '+8613800138000';
const templates = { 2901: { text: 'Order {order} is on its way: {tracking}' } };

async function openShop(provider = mockModule({ id: 'mob', sends: { text: false } })) {
  const container = createShopContainer(provider);
  container.get(ordersToken).add('42', phone);
  const logged: unknown[] = [];
  const shop = await startShop({ container, log: (error) => logged.push(error) });
  return { ...shop, container, logged };
}

async function ask(shop: { readonly url: string }, path: string, body?: unknown) {
  const init =
    body === undefined ? {} : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(shop.url + path, init);
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() };
}

const ship = (shop: { readonly url: string }, id = '42') => ask(shop, `/orders/${id}/ship`, { tracking: 'SF1234' });

describe('the shop with a mock instead of Mob', () => {
  it('tells the person that the order is on its way, once', async () => {
    await using shop = await openShop();
    expect(await ship(shop)).toMatchObject({ status: 200, body: { order: '42', sentBy: 'mob' } });
    expect(await ship(shop)).toMatchObject({ status: 200, body: { order: '42', sentBy: 'mob' } });
    expect(shop.container.get(mockProviderToken).outbox).toMatchObject([
      {
        kind: 'template',
        to: phone,
        template: '2901',
        params: [
          { name: 'order', value: '42' },
          { name: 'tracking', value: 'SF1234' },
        ],
        idempotencyKey: 'order-shipped:42',
      },
    ]);
    expect(shop.container.get(ordersToken).find('42')?.shippedAt).toBeInstanceOf(Date);
  });

  it.each<[string, string, unknown, number, string]>([
    ['an order that it does not have', '/orders/43/ship', { tracking: 'SF1234' }, 404, 'no_such_order'],
    ['an order number that is none', '/orders/a%2Fb/ship', { tracking: 'SF1234' }, 400, 'bad_request'],
    ['a tracking code that is none', '/orders/42/ship', { tracking: 'http://evil' }, 400, 'bad_request'],
    ['a field too many', '/orders/42/ship', { tracking: 'SF1234', to: '+8613900139000' }, 400, 'bad_request'],
    ['a body that is no JSON', '/orders/42/ship', '{', 400, 'bad_request'],
    ['a body that is too long', '/orders/42/ship', { tracking: 'S'.repeat(2000) }, 413, 'too_large'],
    ['a path that it does not have', '/orders', {}, 404, 'not_found'],
  ])('sends nothing for %s', async (_, path, body, status, error) => {
    await using shop = await openShop();
    expect(await ask(shop, path, body)).toMatchObject({ status, body: { error } });
    expect(shop.container.get(mockProviderToken).outbox).toEqual([]);
  });

  const refused = { outcome: 'refused', message: 'confidential words' } as const;
  it.each<[string, ScriptedOutcome, number, object]>([
    ['a blocked phone', { ...refused, code: 'recipient_blocked' }, 422, { error: 'recipient_blocked', sent: 'no' }],
    ['a bad key', { ...refused, code: 'authentication_failed' }, 500, { error: 'internal_error', sent: 'no' }],
    ['an outage', { ...refused, code: 'provider_unavailable' }, 502, { error: 'provider_unavailable', sent: 'no' }],
    ['a lost answer', { outcome: 'unknown', code: 'timeout', message: '' }, 504, { error: 'timeout', sent: 'unknown' }],
    ['a bug in a provider', { throws: new Error('confidential words') }, 502, { sent: 'unknown' }],
  ])('answers in its own words after %s, and logs the error', async (_, fault, status, body) => {
    await using shop = await openShop();
    shop.container.get(mockProviderToken).fail(fault);
    const answer = await ship(shop);
    expect(answer).toMatchObject({ status, body });
    expect(JSON.stringify(answer)).not.toMatch(/confidential|\.[jt]s\b|138000/);
    expect(shop.logged).toHaveLength(1);
    expect(shop.container.get(ordersToken).find('42')?.shippedAt).toBeUndefined();
  });

  it('says when to come back', async () => {
    await using shop = await openShop();
    const fault = { outcome: 'refused', code: 'rate_limited', message: 'Slowly.', retryAfterMs: 1500 } as const;
    shop.container.get(mockProviderToken).fail(fault, { times: 1 });
    expect(await ship(shop)).toMatchObject({ status: 503, retryAfter: '2' });
    expect(await ship(shop)).toMatchObject({ status: 200, retryAfter: null });
  });

  it('shows the health of its provider', async () => {
    await using shop = await openShop();
    expect(await ask(shop, '/health')).toMatchObject({
      status: 200,
      body: { status: 'ok', sms: { mob: { circuit: 'closed' } } },
    });
    shop.container
      .get(mockProviderToken)
      .fail(
        { outcome: 'refused', code: 'insufficient_balance', message: 'No money left.' },
        { times: Number.POSITIVE_INFINITY },
      );
    for (let id = 100; id < 200; id += 1) {
      shop.container.get(ordersToken).add(String(id), phone);
      await ship(shop, String(id));
    }
    expect(await ask(shop, '/health')).toMatchObject({
      status: 503,
      body: { status: 'degraded', sms: { mob: { circuit: 'open', lastFailure: { code: 'insufficient_balance' } } } },
    });
  });
});

describe('closing the shop', () => {
  it('answers the request under way, then closes everything', async () => {
    const shop = await openShop(mockModule({ id: 'mob', sends: { text: false }, latencyMs: 100 }));
    const mock = shop.container.get(mockProviderToken);
    const shipping = ship(shop);
    await mock.waitForMessage({ to: phone });
    let isLate = false;
    // The client would have kept the connection alive for some seconds more. What holds this process up holds up this
    // timer as well, and then some turns of the event loop are left.
    const timer = setTimeout(async () => {
      for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      isLate = true;
    }, 2000);
    await Promise.all([shop.close(), shop.close()]);
    clearTimeout(timer);
    expect(isLate).toBe(false);
    expect(await shipping).toMatchObject({ status: 200, body: { sentBy: 'mob' } });
    await expect(fetch(shop.url)).rejects.toThrow('fetch failed');
    await expect(mock.waitForMessage({ to: phone })).rejects.toMatchObject({ code: 'client_closed' });
    expect(shop.container.isBound(ordersToken)).toBe(false);
  });

  it('happens by itself when the shop cannot open', async () => {
    await using first = await openShop();
    const container = createShopContainer(mockModule({ id: 'mob' }));
    const mock = container.get(mockProviderToken);
    const port = Number(new URL(first.url).port);
    await expect(startShop({ container, port, log: () => {} })).rejects.toThrow('EADDRINUSE');
    await expect(mock.waitForMessage({ to: phone })).rejects.toMatchObject({ code: 'client_closed' });
  });
});

describe('the shop with Mob', () => {
  it('sends over a real socket', async () => {
    await using simulator = await startMobSimulator({ appKey: 'shop-key', templates });
    await using shop = await openShop(mobModule(async () => ({ appKey: 'shop-key', baseUrl: simulator.url })));
    expect(await ship(shop)).toMatchObject({ status: 200, body: { sentBy: 'mob' } });
    expect(simulator.messages).toMatchObject([{ to: phone, text: 'Order 42 is on its way: SF1234' }]);
  });

  it('keeps a wrong key to itself', async () => {
    await using simulator = await startMobSimulator({ appKey: 'shop-key', templates });
    await using shop = await openShop(mobModule({ appKey: 'wrong-key', baseUrl: simulator.url }));
    expect(await ship(shop)).toMatchObject({ status: 500, body: { error: 'internal_error', sent: 'no' } });
    expect(shop.logged).toMatchObject([{ code: 'authentication_failed', providerCode: expect.any(String) }]);
  });

  it('does not open with options that cannot work', async () => {
    await expect(openShop(mobModule({ appKey: '' }))).rejects.toMatchObject({ code: 'configuration_invalid' });
  });

  it('runs as a process until it is told to stop', async () => {
    await using simulator = await startMobSimulator({ templates });
    const child = spawn(process.execPath, [fileURLToPath(new URL('../dist/main.js', import.meta.url))], {
      env: { ...process.env, MOB_APP_KEY: 'shop-key', MOB_BASE_URL: simulator.url, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const url = /http:\S+\d/.exec(String(line))?.[0] ?? '';
    expect(await ship({ url })).toMatchObject({ status: 200 });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
