import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createSmsClient, type SmsClient } from '@polysms/core';
import { startMobSimulator } from '@polysms/provider-mob/simulator';
import { mock } from '@polysms/provider-mock';
import { describe, expect, it, vi } from 'vitest';
import { root } from './repository.js';

// Here and not beside the app, which is CommonJS: these tests are modules.
const folder = join(root, 'examples/express/src');
const phone = '+8613800138000';

interface Listener {
  listen(port: number, host: string): import('node:http').Server;
}
const { createApp }: { createApp(sms: SmsClient): Listener } = createRequire(import.meta.url)(join(folder, 'app.js'));

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
  const sms = createSmsClient({
    providers: [provider],
    templates: { 'order-shipped': { params: ['order'], providers: { mob: { template: '2901' } } } },
  });
  const server = createApp(sms).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const ask = browser(`http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`);
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await sms.close();
  };
  return { provider, ask, [Symbol.asyncDispose]: close };
}

describe('the Express app, in CommonJS', () => {
  it('logs a person in with the right code only, and then sends a notice once', async () => {
    await using app = await openApp();
    expect(await app.ask('/login', { code: '123456' })).toMatchObject({ status: 409 });
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

  it('says what a person can do about an error, and logs what went wrong without the number', async () => {
    const logged = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await using app = await openApp();
    const invalid = { status: 422, body: { error: 'invalid_phone_number' } };
    expect(await app.ask('/login/code', { phone: '12' })).toEqual(invalid);
    expect(await app.ask('/login/code')).toEqual(invalid);
    await app.ask('/login/code', { phone });
    expect(await app.ask('/login/code', { phone })).toMatchObject({ status: 429, body: { error: 'resend_too_soon' } });
    app.provider.fail({ outcome: 'refused', code: 'insufficient_balance', message: 'No money left.' });
    const other = '+8613900139000';
    expect(await app.ask('/login/code', { phone: other })).toEqual({ status: 503, body: { error: 'try_later' } });
    expect(logged.mock.calls.flat().join()).toContain('insufficient_balance');
    expect(logged.mock.calls.flat().join()).not.toContain(other.slice(-8));
    logged.mockRestore();
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
    const child = spawn(process.execPath, [join(folder, 'main.js')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
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
