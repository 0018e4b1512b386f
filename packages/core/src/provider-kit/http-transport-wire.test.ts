import { createSecureServer } from 'node:http2';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Agent, type Dispatcher } from 'undici';
import { describe, expect, it } from 'vitest';
import { deadlineAfter } from './deadline.js';
import { cleanups, listen, post, serve, transportTo } from './http-transport.test.fixture.js';

/** A dispatcher that only notes what it was asked to send, and then fails. */
function noting() {
  const dispatcher = new Agent();
  const noted: Dispatcher.DispatchOptions[] = [];
  dispatcher.dispatch = (options) => {
    noted.push(options);
    throw new Error('canary');
  };
  cleanups.push(() => dispatcher.destroy());
  return { dispatcher, noted };
}

describe('what goes over the wire', () => {
  it.each([
    ['', '/send'],
    ['/', '/send'],
    ['/a//b', '/a//b/send'],
    ['/vendor///', '/vendor/send'],
  ])('is sent below the path of the base URL: %j', async (path, expected) => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      seen.push(request.url);
      response.end();
    });
    await transportTo(`${url}${path}`).request(post, { deadline: deadlineAfter(5_000) });
    expect(seen).toEqual([expected]);
  });

  it('may have neither headers nor a body, through a pool of our own and through another’s', async () => {
    const url = await serve((request, response) => {
      const { 'content-type': type, 'content-length': length } = request.headers;
      response.end(JSON.stringify([request.method, type, length]));
    });
    const agent = new Agent();
    cleanups.push(() => agent.destroy());
    for (const transport of [transportTo(url), transportTo(url, { dispatcher: agent })]) {
      const outcome = await transport.request({ method: 'GET', path: '/' }, { deadline: deadlineAfter(5_000) });
      expect(outcome).toMatchObject({ outcome: 'answered', body: '["GET",null,null]' });
    }
  });

  it('may have headers and no body', async () => {
    const url = await serve((request, response) => response.end(String(request.headers['x-key'])));
    const agent = new Agent();
    cleanups.push(() => agent.destroy());
    for (const transport of [transportTo(url), transportTo(url, { dispatcher: agent })]) {
      const request = { method: 'GET', path: '/', headers: { 'x-key': '7' } } as const;
      expect(await transport.request(request, { deadline: deadlineAfter(5_000) })).toMatchObject({
        outcome: 'answered',
        body: '7',
      });
    }
  });

  it('carries the headers and the length in bytes through another’s dispatcher', async () => {
    const url = await serve((request, response) => {
      response.setHeader('x-seen', `${request.headers['content-type']} ${request.headers['content-length']}`);
      request.pipe(response);
    });
    const agent = new Agent();
    cleanups.push(() => agent.destroy());
    const transport = transportTo(url, { dispatcher: agent });
    expect(await transport.request({ ...post, body: '短信' }, { deadline: deadlineAfter(5_000) })).toMatchObject({
      outcome: 'answered',
      headers: { 'x-seen': 'text/plain 6' },
      body: '短信',
    });
  });

  it('has no timers of undici’s own', async () => {
    const { dispatcher, noted } = noting();
    await transportTo('https://api.example.com', { dispatcher }).request(post, { deadline: deadlineAfter(5_000) });
    expect(noted).toMatchObject([
      { origin: 'https://api.example.com', path: '/send', method: 'POST', headersTimeout: 0, bodyTimeout: 0 },
    ]);
  });

  it.each([
    [undefined, ['identity']],
    [{ 'x-key': '7' }, ['identity']],
    [{ 'accept-encoding': 'gzip' }, ['gzip']],
    [{ 'Accept-Encoding': 'br, gzip' }, ['br, gzip']],
    [{ 'ACCEPT-ENCODING': '' }, ['']],
  ])('asks for plain bytes unless the request says otherwise: %j', async (headers, expected) => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headersDistinct['accept-encoding']);
      response.end();
    });
    const agent = new Agent();
    cleanups.push(() => agent.destroy());
    for (const transport of [transportTo(url), transportTo(url, { dispatcher: agent })]) {
      await transport.request({ ...post, headers }, { deadline: deadlineAfter(5_000) });
    }
    expect(seen).toEqual([expected, expected]);
  });

  it('may be answered encoded all the same', async () => {
    const url = await serve((request, response) => {
      const [coding = '', text = ''] = (request.url ?? '').slice(1).split('/');
      const bytes = Buffer.from(text === 'bomb' ? 'x'.repeat(5_000_000) : '短信');
      response.setHeader('content-encoding', coding);
      response.end(
        text === 'broken'
          ? Buffer.from([0xff, 0xfe, 0x80])
          : { gzip: gzipSync, br: brotliCompressSync, zstd: gzipSync }[coding as 'gzip'](bytes),
      );
    });
    const agent = new Agent();
    cleanups.push(() => agent.destroy());
    for (const transport of [transportTo(url), transportTo(url, { dispatcher: agent })]) {
      const ask = (path: string) => transport.request({ method: 'GET', path }, { deadline: deadlineAfter(5_000) });
      for (const path of ['/gzip', '/br']) expect(await ask(path)).toMatchObject({ outcome: 'answered', body: '短信' });
      for (const path of ['/gzip/broken', '/br/broken', '/zstd']) {
        expect(await ask(path)).toEqual({
          outcome: 'unknown',
          code: 'invalid_response',
          message: 'The encoding of the answer is unreadable.',
        });
      }
      for (const path of ['/gzip/bomb', '/br/bomb']) {
        expect(await ask(path)).toEqual({
          outcome: 'unknown',
          code: 'invalid_response',
          message: 'The answer is longer than 65536 bytes.',
        });
      }
    }
  });

  it('is HTTP/1.1, even with a server that speaks HTTP/2, over certificates of the caller', async () => {
    const { generate } = await import('selfsigned');
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const server = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
      response.end(request.httpVersion);
    });
    const port = await listen(server);
    cleanups.push(() => void server.close());
    for (const ca of [cert, [cert]]) {
      const transport = transportTo(`https://127.0.0.1:${port}`, { ca });
      // The caller may do with its list what it likes.
      if (typeof ca !== 'string') ca.length = 0;
      expect(await transport.request(post, { deadline: deadlineAfter(5_000) })).toMatchObject({
        outcome: 'answered',
        body: '1.1',
      });
    }
  });

  it('is given up when a socket takes longer to connect than it may', async () => {
    // A server that never answers the TLS handshake: the connection is not up before it has.
    const { createServer } = await import('node:net');
    const silent = createServer((socket) => cleanups.push(() => socket.destroy()));
    const port = await listen(silent);
    cleanups.push(() => void silent.close());
    const transport = transportTo(`https://127.0.0.1:${port}`, { connectTimeoutMs: 1 });
    expect(await transport.request(post, { deadline: deadlineAfter(10_000) })).toMatchObject({
      outcome: 'not-sent',
      code: 'timeout',
      cause: { code: 'UND_ERR_CONNECT_TIMEOUT' },
    });
  });
});

describe('a request that cannot be made', () => {
  it('says whether the provider was closed or the call had ended', async () => {
    const url = await serve((_request, response) => response.end());
    const transport = transportTo(url);
    expect(await transport.request(post, { deadline: deadlineAfter(0) })).toStrictEqual({
      outcome: 'not-sent',
      code: 'deadline_exceeded',
      message: 'The call had ended before its request was made.',
    });
    await transport.close();
    expect(await transport.request(post, { deadline: deadlineAfter(0) })).toStrictEqual({
      outcome: 'not-sent',
      code: 'client_closed',
      message: 'The provider is closed.',
    });
  });

  it.each<[string, unknown, string]>([
    ['an error', Object.assign(new TypeError('canary'), { code: 'UND_ERR_SOCKET' }), 'UND_ERR_SOCKET'],
    ['something else', 'canary', 'The transport failed.'],
  ])('is not-sent when a dispatcher throws %s', async (_name, thrown, cause) => {
    const dispatcher = new Agent();
    dispatcher.dispatch = () => {
      throw thrown;
    };
    cleanups.push(() => dispatcher.destroy());
    const transport = transportTo('https://api.example.com', { dispatcher });
    expect(await transport.request(post, { deadline: deadlineAfter(5_000) })).toMatchObject({
      outcome: 'not-sent',
      code: 'network_error',
      cause: { message: cause },
    });
  });
});
