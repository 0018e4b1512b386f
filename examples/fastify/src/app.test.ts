import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createSmsClient } from '@polysms/core';
import { startMobSimulator } from '@polysms/provider-mob/simulator';
import { mock } from '@polysms/provider-mock';
import { describe, expect, it } from 'vitest';
import { createApp } from './app.js';

const phone = '+8613800138000';

/** A browser: it keeps its cookie. */
function browser(url: string) {
  let cookie = '';
  return async (path: string, body: Readonly<Record<string, string>> = {}) => {
    const headers = { 'content-type': 'application/json', cookie };
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    return { status: response.status, body: await response.json() };
  };
}

async function openApp() {
  const provider = mock({ id: 'mob' });
  const app = createApp(
    createSmsClient({
      providers: [provider],
      templates: { 'order-shipped': { params: ['order'], text: '{order}', providers: { mob: { template: '2901' } } } },
    }),
    false,
  );
  const url = await app.listen({ port: 0 });
  return { provider, url, ask: browser(url), [Symbol.asyncDispose]: () => app.close() };
}

describe('the Fastify app', () => {
  it('asks for a code before it checks one, and for a login before it sends a notice', async () => {
    await using app = await openApp();
    expect(await app.ask('/login', { code: '123456' })).toMatchObject({ status: 409 });
    expect(await app.ask('/orders/42/notice')).toMatchObject({ status: 401 });
    expect(app.provider.outbox).toEqual([]);
  });

  it('logs a person in with the right code only, and then sends a notice once', async () => {
    await using app = await openApp();
    expect(await app.ask('/login/code', { phone })).toMatchObject({ status: 202, body: { resendAfterMs: 60_000 } });
    const message = await app.provider.waitForMessage({ to: phone });
    const code = message.kind === 'verification' ? message.code : '';
    const wrong = code === '000000' ? '111111' : '000000';
    expect(await app.ask('/login', { code: wrong })).toEqual({ status: 422, body: { error: 'incorrect' } });
    expect(await app.ask('/orders/42/notice')).toMatchObject({ status: 401 });
    expect(await app.ask('/login', { code })).toMatchObject({ status: 200 });
    expect(await app.ask('/orders/42/notice')).toEqual({ status: 200, body: { sentBy: 'mob' } });
    expect(await app.ask('/orders/42/notice')).toEqual({ status: 200, body: { sentBy: 'mob' } });
    expect(app.provider.outbox.map(({ kind }) => kind)).toEqual(['verification', 'template']);
  });

  it('says what a person can do about an error, and nothing else', async () => {
    await using app = await openApp();
    expect(await app.ask('/login/code', { phone: '12' })).toEqual({
      status: 422,
      body: { error: 'invalid_phone_number' },
    });
    await app.ask('/login/code', { phone });
    expect(await app.ask('/login/code', { phone })).toMatchObject({ status: 429, body: { error: 'resend_too_soon' } });
    app.provider.fail({ outcome: 'refused', code: 'insufficient_balance', message: 'No money left.' });
    expect(await app.ask('/login/code', { phone: '+8613900139000' })).toEqual({
      status: 503,
      body: { error: 'try_later' },
    });
    expect(await app.ask('/login/code', {})).toMatchObject({ status: 400 });
  });

  it('takes the code of a message whose answer was lost', async () => {
    await using app = await openApp();
    app.provider.fail({ outcome: 'unknown' }, { delivered: true });
    expect(await app.ask('/login/code', { phone })).toMatchObject({ status: 202 });
    const message = await app.provider.waitForMessage({ to: phone });
    const code = message.kind === 'verification' ? message.code : '';
    expect(await app.ask('/login', { code })).toMatchObject({ status: 200 });
  });

  it('runs as a process over Mob, and ends by itself when it is told to', async () => {
    await using simulator = await startMobSimulator({ templates: { 2901: { text: 'Order {order} is on its way.' } } });
    const env = { ...process.env, MOB_APP_KEY: 'any', MOB_BASE_URL: simulator.url, PORT: '0' };
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const ask = browser(/http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? line);
    expect(await ask('/login/code', { phone })).toMatchObject({ status: 202 });
    const { code = '' } = await simulator.waitForMessage({ to: phone });
    expect(await ask('/login', { code })).toMatchObject({ status: 200 });
    expect(await ask('/orders/42/notice')).toMatchObject({ status: 200 });
    expect(simulator.messages.at(-1)?.text).toBe('Order 42 is on its way.');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });
});
