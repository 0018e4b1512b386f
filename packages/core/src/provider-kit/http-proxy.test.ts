import { createServer, type IncomingMessage } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { generate } from 'selfsigned';
import { EnvHttpProxyAgent } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadlineAfter } from './deadline.js';
import { createHttpTransport } from './http-transport.js';
import { cleanups, freePort, listen, post, transportTo } from './http-transport.test.fixture.js';

beforeEach(() => {
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'NO_PROXY']) vi.stubEnv(name, undefined);
});
afterEach(() => void vi.unstubAllEnvs());

/** A vendor over TLS, with a certificate of a private authority, and what it was asked. */
async function startVendor() {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const requests: string[] = [];
  const server = https.createServer({ key, cert }, async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.end('taken');
  });
  const port = await listen(server);
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://localhost:${port}`, ca: cert, key, cert, requests };
}

/** A proxy that does with each CONNECT as told, over TLS if it has a certificate, and what it was asked. */
async function startProxy(
  answer: (request: IncomingMessage, socket: Duplex) => unknown,
  tls?: { readonly key: string; readonly cert: string },
) {
  const asked: (string | undefined)[][] = [];
  const sockets = new Set<Duplex>();
  const server = tls === undefined ? createServer() : https.createServer({ key: tls.key, cert: tls.cert });
  server.on('request', (_request, response) => response.writeHead(400).end());
  server.on('connect', (request, socket) => {
    sockets.add(socket.on('error', () => socket.destroy()));
    socket.on('close', () => sockets.delete(socket));
    asked.push([request.url, request.headers['proxy-authorization']]);
    answer(request, socket);
  });
  const port = await listen(server);
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port, asked, open: () => sockets.size };
}

function tunnel(request: IncomingMessage, socket: Duplex): void {
  const { hostname, port } = new URL(`https://${request.url}`);
  const vendor = net.connect(Number(port), hostname, () => {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    socket.pipe(vendor).pipe(socket);
  });
  vendor.on('error', () => socket.destroy());
  socket.on('close', () => vendor.destroy());
}

function agentFor(ca: string): EnvHttpProxyAgent {
  const dispatcher = new EnvHttpProxyAgent({ requestTls: { ca } });
  cleanups.push(() => dispatcher.destroy());
  return dispatcher;
}

describe('the proxy of HTTPS_PROXY, over a dispatcher of the caller', () => {
  it('carries the requests when EnvHttpProxyAgent is the dispatcher', async () => {
    const vendor = await startVendor();
    const proxy = await startProxy(tunnel);
    vi.stubEnv('HTTPS_PROXY', `http://me:secret@127.0.0.1:${proxy.port}`);
    const transport = transportTo(vendor.url, { dispatcher: agentFor(vendor.ca) });
    for (const path of ['/first', '/second']) {
      const outcome = await transport.request({ ...post, path }, { deadline: deadlineAfter(10_000) });
      expect(outcome).toMatchObject({ outcome: 'answered', body: 'taken' });
    }
    expect(vendor.requests).toEqual(['POST /first', 'POST /second']);
    expect(proxy.asked[0]).toEqual([new URL(vendor.url).host, `Basic ${btoa('me:secret')}`]);
  });

  it('is left out for the names in NO_PROXY', async () => {
    const vendor = await startVendor();
    const proxy = await startProxy(tunnel);
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${proxy.port}`);
    vi.stubEnv('NO_PROXY', 'localhost');
    const dispatcher = new EnvHttpProxyAgent({ connect: { ca: vendor.ca } });
    cleanups.push(() => dispatcher.destroy());
    const transport = transportTo(vendor.url, { dispatcher });
    expect(await transport.request(post, { deadline: deadlineAfter(10_000) })).toMatchObject({ outcome: 'answered' });
    expect(proxy.asked).toEqual([]);
  });

  it.each([407, 502, 503])('is named, with what it said, when it refuses: %d', async (status) => {
    const vendor = await startVendor();
    const proxy = await startProxy((_request, socket) => socket.end(`HTTP/1.1 ${status} canary\r\n\r\n`));
    vi.stubEnv('HTTPS_PROXY', `http://me:canary@127.0.0.1:${proxy.port}`);
    const transport = transportTo(vendor.url, { dispatcher: agentFor(vendor.ca) });
    const outcome = await transport.request(post, { deadline: deadlineAfter(10_000) });
    expect(outcome).toMatchObject({
      outcome: 'not-sent',
      code: 'network_error',
      message: `The proxy refused: ${status}.`,
      cause: { code: 'PROXY_REFUSED', message: `The proxy refused: ${status}` },
    });
    expect(inspect(outcome, { depth: 9, showHidden: true })).not.toContain('canary');
    expect(vendor.requests).toEqual([]);
  });

  it('is not-sent when nobody listens there, or when it says nothing by writeBy', async () => {
    const vendor = await startVendor();
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${await freePort()}`);
    const unreachable = transportTo(vendor.url, { dispatcher: agentFor(vendor.ca) });
    expect(await unreachable.request(post, { deadline: deadlineAfter(10_000) })).toMatchObject({
      outcome: 'not-sent',
      cause: { code: 'ECONNREFUSED' },
    });
    const proxy = await startProxy(() => {});
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${proxy.port}`);
    const mute = transportTo(vendor.url, { dispatcher: agentFor(vendor.ca) });
    const context = { deadline: deadlineAfter(60_000), writeBy: deadlineAfter(100) };
    expect(await mute.request(post, context)).toMatchObject({ outcome: 'not-sent', code: 'timeout' });
    expect(vendor.requests).toEqual([]);
  });
});

describe('the option proxy', () => {
  const inTime = () => ({ deadline: deadlineAfter(10_000) });

  it('carries the requests of our pool, with user name and password, and is closed with it', async () => {
    const vendor = await startVendor();
    const proxy = await startProxy(tunnel);
    const transport = transportTo(vendor.url, { ca: vendor.ca, proxy: `http://me:se%40cret@127.0.0.1:${proxy.port}` });
    for (const path of ['/first', '/second']) {
      const outcome = await transport.request({ ...post, path }, inTime());
      expect(outcome).toMatchObject({ outcome: 'answered', body: 'taken' });
      // undici rests a socket for a turn before it uses it again.
      await nextTurn();
      await nextTurn();
    }
    expect(vendor.requests).toEqual(['POST /first', 'POST /second']);
    expect(proxy.asked).toEqual([[new URL(vendor.url).host, `Basic ${btoa('me:se@cret')}`]]);
    await transport.close();
    await vi.waitUntil(() => proxy.open() === 0);
  });

  it.each([
    ['', undefined],
    ['token@', `Basic ${btoa('token:')}`],
    ['50%:100%@', `Basic ${btoa('50%:100%')}`],
  ])('takes credentials as they are written: %j', async (credentials, authorization) => {
    const vendor = await startVendor();
    const proxy = await startProxy(tunnel);
    const url = `http://${credentials}127.0.0.1:${proxy.port}`;
    const transport = transportTo(vendor.url, { ca: vendor.ca, proxy: url });
    expect(await transport.request(post, inTime())).toMatchObject({ outcome: 'answered' });
    expect(proxy.asked[0]?.[1]).toBe(authorization);
  });

  it('carries requests to a server without TLS as well', async () => {
    const proxy = await startProxy(tunnel);
    const server = createServer((_request, response) => response.end('taken'));
    const port = await listen(server);
    cleanups.push(() => server.close());
    const transport = transportTo(`http://localhost:${port}`, { proxy: `http://127.0.0.1:${proxy.port}` });
    expect(await transport.request(post, inTime())).toMatchObject({ outcome: 'answered', body: 'taken' });
    expect(proxy.asked).toHaveLength(1);
  });

  it('verifies the certificate of the vendor, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    const vendor = await startVendor();
    const proxy = await startProxy(tunnel);
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const transport = transportTo(vendor.url, { proxy: `http://127.0.0.1:${proxy.port}` });
    expect(await transport.request(post, inTime())).toMatchObject({
      outcome: 'not-sent',
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
    expect(vendor.requests).toEqual([]);
  });

  it('may be a proxy over TLS, whose certificate is verified as well', async () => {
    const vendor = await startVendor();
    const proxy = await startProxy(tunnel, vendor);
    const url = `https://localhost:${proxy.port}`;
    const trusting = transportTo(vendor.url, { ca: vendor.ca, proxy: url });
    expect(await trusting.request(post, inTime())).toMatchObject({ outcome: 'answered' });
    const distrusting = transportTo(vendor.url, { proxy: url });
    expect(await distrusting.request(post, inTime())).toMatchObject({
      outcome: 'not-sent',
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });

  it('is not-sent when the proxy refuses, when nobody listens there, and when it says nothing', async () => {
    const vendor = await startVendor();
    const refusing = await startProxy((_request, socket) => socket.end('HTTP/1.1 407 canary\r\n\r\n'));
    const proxies = [`http://me:canary@127.0.0.1:${refusing.port}`, `http://127.0.0.1:${await freePort()}`];
    const codes = ['PROXY_REFUSED', 'ECONNREFUSED'];
    for (const [index, proxy] of proxies.entries()) {
      const outcome = await transportTo(vendor.url, { ca: vendor.ca, proxy }).request(post, inTime());
      expect(outcome).toMatchObject({ outcome: 'not-sent', cause: { code: codes[index] } });
      expect(inspect(outcome, { depth: 9, showHidden: true })).not.toContain('canary');
    }
    const mute = await startProxy(() => {});
    const transport = transportTo(vendor.url, { proxy: `http://127.0.0.1:${mute.port}`, connectTimeoutMs: 100 });
    expect(await transport.request(post, inTime())).toMatchObject({ outcome: 'not-sent', code: 'timeout' });
    expect(vendor.requests).toEqual([]);
  });

  it.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY'])('is that of %s for the value environment', async (variable) => {
    const vendor = await startVendor();
    const proxy = await startProxy(tunnel);
    vi.stubEnv(variable, `http://me:secret@127.0.0.1:${proxy.port}`);
    const asked = transportTo(vendor.url, { ca: vendor.ca, proxy: 'environment' });
    const notAsked = transportTo(vendor.url, { ca: vendor.ca });
    for (const transport of [asked, notAsked]) {
      expect(await transport.request(post, inTime())).toMatchObject({ outcome: 'answered' });
    }
    expect(proxy.asked).toEqual([[new URL(vendor.url).host, `Basic ${btoa('me:secret')}`]]);
  });

  it('is none for the value environment without such a variable, or for a name in NO_PROXY', async () => {
    const vendor = await startVendor();
    const proxy = await startProxy(tunnel);
    for (const HTTPS_PROXY of [undefined, `http://127.0.0.1:${proxy.port}`]) {
      vi.stubEnv('HTTPS_PROXY', HTTPS_PROXY);
      vi.stubEnv('NO_PROXY', 'example.com,localhost');
      const transport = transportTo(vendor.url, { ca: vendor.ca, proxy: 'environment' });
      expect(await transport.request(post, inTime())).toMatchObject({ outcome: 'answered' });
    }
    expect(proxy.asked).toEqual([]);
  });

  it('names the variable that holds no proxy, and never its value', () => {
    vi.stubEnv('HTTPS_PROXY', 'canary.example:3128');
    const make = () => createHttpTransport({ baseUrl: 'https://api.example.com', proxy: 'environment' }, 'acme()');
    expect(make).toThrow(/^acme\(\): proxy: the variable HTTPS_PROXY must be the URL of a proxy/);
    expect(make).not.toThrow(/canary/);
  });
});
