import { createServer, type IncomingMessage } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import { generate } from 'selfsigned';
import { EnvHttpProxyAgent } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadlineAfter } from './deadline.js';
import { cleanups, freePort, listen, post, transportTo } from './http-transport.test.fixture.js';

beforeEach(() => {
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'NO_PROXY']) vi.stubEnv(name, undefined);
});
afterEach(() => void vi.unstubAllEnvs());

/** A vendor over TLS, with a certificate of a private authority, and what it was asked. */
async function startVendor() {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
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
  return { url: `https://localhost:${port}`, ca: cert, requests };
}

/** A proxy that does with each CONNECT as told, and what it was asked. */
async function startProxy(answer: (request: IncomingMessage, socket: Duplex) => unknown) {
  const asked: (string | undefined)[][] = [];
  const sockets = new Set<Duplex>();
  const server = createServer((_request, response) => response.writeHead(400).end());
  server.on('connect', (request, socket) => {
    sockets.add(socket.on('error', () => socket.destroy()));
    asked.push([request.url, request.headers['proxy-authorization']]);
    answer(request, socket);
  });
  const port = await listen(server);
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port, asked };
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

describe('the proxy of HTTPS_PROXY', () => {
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
