import type net from 'node:net';
import { inspect } from 'node:util';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { until } from '../until.test.fixture.js';
import { deadlineAfter } from './deadline.js';
import { createHttpTransport } from './http-transport.js';
import { cleanups, freePort, listen, post, serve, serveRaw, transportTo } from './http-transport.test.fixture.js';
import { ManualDeadline } from './manual-deadline.test.fixture.js';

describe('an answered request', () => {
  it('gives status, headers and the body as text', async () => {
    const url = await serve((request, response) => {
      response.writeHead(202, { 'x-request': `${request.method} ${request.url}` });
      request.pipe(response);
    });
    const outcome = await transportTo(`${url}/vendor/`).request(
      { ...post, body: '短信 ✓' },
      { deadline: deadlineAfter(5_000) },
    );
    expect(outcome).toMatchObject({
      outcome: 'answered',
      status: 202,
      headers: { 'x-request': 'POST /vendor/send' },
      body: '短信 ✓',
    });
  });

  it('may have no body, or one that arrives in pieces', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/empty') response.writeHead(204).end();
      else {
        // A character cut in two must not turn into garbage.
        const bytes = Buffer.from('短信');
        response.write(bytes.subarray(0, 2));
        setImmediate(() => response.end(bytes.subarray(2)));
      }
    });
    const transport = transportTo(url);
    expect(await transport.request({ ...post, path: '/empty' }, { deadline: deadlineAfter(5_000) })).toMatchObject({
      outcome: 'answered',
      status: 204,
      body: '',
    });
    expect(await transport.request(post, { deadline: deadlineAfter(5_000) })).toMatchObject({
      outcome: 'answered',
      body: '短信',
    });
  });

  it('follows no redirect', async () => {
    const url = await serve((_request, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    expect(await transportTo(url).request(post, { deadline: deadlineAfter(5_000) })).toMatchObject({ status: 302 });
  });

  it('reuses its sockets', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    const transport = transportTo(url);
    for (let i = 0; i < 20; i += 1) await transport.request(post, { deadline: deadlineAfter(5_000) });
    // undici rests a socket for one turn of the event loop, so a second one may step in.
    expect(ports.size).toBeLessThanOrEqual(2);
  });
});

describe('a request that never left', () => {
  it('is not-sent with network_error when the connection is refused', async () => {
    const outcome = await transportTo(`http://127.0.0.1:${await freePort()}`).request(post, {
      deadline: deadlineAfter(5_000),
    });
    expect(outcome).toMatchObject({ outcome: 'not-sent', code: 'network_error', cause: { code: 'ECONNREFUSED' } });
  });

  it('names the reason when several addresses refuse', async () => {
    const outcome = await transportTo(`http://localhost:${await freePort()}`).request(post, {
      deadline: deadlineAfter(5_000),
    });
    expect(outcome).toMatchObject({ outcome: 'not-sent', code: 'network_error', cause: { code: 'ECONNREFUSED' } });
    expect(inspect(outcome)).toContain('ECONNREFUSED');
  });

  it('is not-sent when the certificate is not trusted', async () => {
    const { generate } = await import('selfsigned');
    const pems = await generate([{ name: 'commonName', value: 'elsewhere.example' }], {
      keyType: 'ec',
      algorithm: 'sha256',
    });
    const { createServer: createTlsServer } = await import('node:https');
    let requests = 0;
    const server = createTlsServer({ key: pems.private, cert: pems.cert }, (_request, response) => {
      requests += 1;
      response.end();
    });
    const port = await listen(server);
    cleanups.push(() => void server.close());
    for (const ca of [undefined, pems.cert]) {
      const outcome = await transportTo(`https://127.0.0.1:${port}`, { ca }).request(post, {
        deadline: deadlineAfter(5_000),
      });
      expect(outcome).toMatchObject({ outcome: 'not-sent', code: 'network_error' });
    }
    expect(requests).toBe(0);
  });

  it('is not-sent with deadline_exceeded or aborted when the call had ended before', async () => {
    const url = await serve((_request, response) => response.end());
    const transport = transportTo(url);
    expect(await transport.request(post, { deadline: deadlineAfter(0) })).toMatchObject({
      outcome: 'not-sent',
      code: 'deadline_exceeded',
    });
    const signal = AbortSignal.abort();
    expect(await transport.request(post, { deadline: deadlineAfter(1_000, { signal }) })).toMatchObject({
      outcome: 'not-sent',
      code: 'aborted',
    });
  });

  it('is not-sent when it is no valid request, and the error does not repeat it', async () => {
    const url = await serve((_request, response) => response.end());
    const outcome = await transportTo(url).request(
      { ...post, headers: { authorization: 'canary\r\nsecret' } },
      { deadline: deadlineAfter(1_000) },
    );
    expect(outcome).toMatchObject({ outcome: 'not-sent', code: 'invalid_request' });
    expect(inspect(outcome, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  it('leaves the socket to the requests that are still wanted', async () => {
    const ports = new Set<number | undefined>();
    const waiting: (() => void)[] = [];
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      waiting.push(() => response.end());
      if (waiting.length > 1) response.end();
    });
    const transport = transportTo(url, { connections: 1 });
    const first = transport.request(post, { deadline: deadlineAfter(5_000) });
    const controller = new AbortController();
    const abandoned = Array.from({ length: 20 }, () =>
      transport.request(post, { deadline: deadlineAfter(5_000, { signal: controller.signal }) }),
    );
    const last = transport.request(post, { deadline: deadlineAfter(5_000) });
    controller.abort();
    expect((await Promise.all(abandoned)).map(({ outcome }) => outcome)).toEqual(Array(20).fill('not-sent'));
    await until(() => waiting.length === 1);
    waiting[0]?.();
    expect(await Promise.all([first, last])).toMatchObject([{ outcome: 'answered' }, { outcome: 'answered' }]);
    expect(ports.size).toBe(1);
    expect(waiting.length).toBe(2);
  });
});

describe('a request without a trustworthy answer', () => {
  it.each([
    ['closes the connection', (socket: net.Socket) => socket.end(), 'network_error'],
    ['resets the connection', (socket: net.Socket) => socket.resetAndDestroy(), 'network_error'],
    ['does not speak HTTP', (socket: net.Socket) => socket.end('canary\r\n\r\n'), 'invalid_response'],
    [
      'breaks off in the middle',
      (socket: net.Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhi'),
      'network_error',
    ],
  ])('is unknown when the server reads it and %s', async (_name, answer, code) => {
    const url = await serveRaw((socket) => socket.once('data', () => answer(socket)));
    const outcome = await transportTo(url).request(post, { deadline: deadlineAfter(5_000) });
    expect(outcome).toMatchObject({ outcome: 'unknown', code });
    expect(inspect(outcome, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  it('is unknown with timeout when the deadline passes', async () => {
    const deadline = new ManualDeadline();
    const url = await serveRaw((socket) => socket.once('data', () => deadline.end('deadline_exceeded')));
    const outcome = await transportTo(url).request(post, { deadline });
    expect(outcome).toMatchObject({ outcome: 'unknown', code: 'timeout' });
  });

  it('is unknown with aborted when the caller gives up after it was written', async () => {
    const controller = new AbortController();
    const url = await serveRaw((socket) => socket.once('data', () => controller.abort()));
    const deadline = deadlineAfter(5_000, { signal: controller.signal });
    expect(await transportTo(url).request(post, { deadline })).toMatchObject({ outcome: 'unknown', code: 'aborted' });
  });

  it('is unknown when the answer is too long, and the rest is not read', async () => {
    let socketClosed = false;
    const url = await serveRaw((socket) => {
      socket.on('close', () => {
        socketClosed = true;
      });
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 20000000\r\n\r\n');
        socket.write(Buffer.alloc(20_000_000, 'x'));
      });
    });
    const outcome = await transportTo(url, { maxResponseBytes: 1_000 }).request(post, {
      deadline: deadlineAfter(5_000),
    });
    expect(outcome).toMatchObject({ outcome: 'unknown', code: 'invalid_response' });
    await until(() => socketClosed);
  });
});

describe('the length of an answer', () => {
  it.each<[number | undefined, number]>([
    [undefined, 65_536],
    [100, 100],
    [100_000, 100_000],
  ])('may be maxResponseBytes (%s): %d bytes and no more', async (maxResponseBytes, most) => {
    const url = await serve((request, response) => response.end('x'.repeat(most + Number(request.url?.slice(1)))));
    const transport = transportTo(url, { maxResponseBytes });
    const ask = async (more: string) => {
      const outcome = await transport.request({ ...post, path: `/${more}` }, { deadline: deadlineAfter(5_000) });
      return outcome.outcome === 'answered' ? outcome.body.length : outcome.code;
    };
    expect(await ask('0')).toBe(most);
    expect(await ask('1')).toBe('invalid_response');
  });
});

describe('close', () => {
  it('waits for all requests in flight, not for the first only, and then closes the sockets', async () => {
    const held: (() => void)[] = [];
    const open = new Set<net.Socket>();
    const url = await serve((request, response) => {
      open.add(request.socket.on('close', () => open.delete(request.socket)));
      held.push(() => response.end('done'));
    });
    const transport = createHttpTransport({ baseUrl: url, keepAliveMs: 60_000 });
    const first = transport.request(post, { deadline: deadlineAfter(5_000) });
    await until(() => held.length === 1);
    const second = transport.request(post, { deadline: deadlineAfter(5_000) });
    await until(() => held.length === 2);
    const closed = transport.close();
    held[0]?.();
    expect(await first).toMatchObject({ outcome: 'answered' });
    held[1]?.();
    expect(await second).toMatchObject({ outcome: 'answered' });
    await closed;
    await until(() => open.size === 0);
  });

  it('waits for the requests in flight, refuses later ones and may be called twice', async () => {
    const held: (() => void)[] = [];
    const url = await serve((_request, response) => held.push(() => response.end('done')));
    const transport = createHttpTransport({ baseUrl: url });
    const inFlight = transport.request(post, { deadline: deadlineAfter(5_000) });
    await until(() => held.length === 1);
    const closed = transport.close();
    expect(await transport.request(post, { deadline: deadlineAfter(5_000) })).toMatchObject({
      outcome: 'not-sent',
      code: 'client_closed',
    });
    held[0]?.();
    expect(await inFlight).toMatchObject({ outcome: 'answered', body: 'done' });
    await closed;
    await transport.close();
  });

  it('leaves a dispatcher of the caller open', async () => {
    const url = await serve((_request, response) => response.end());
    const dispatcher = new Agent();
    cleanups.push(() => dispatcher.close());
    const transport = createHttpTransport({ baseUrl: url, dispatcher });
    await transport.request(post, { deadline: deadlineAfter(5_000) });
    await transport.close();
    expect(dispatcher.closed).toBe(false);
  });
});
