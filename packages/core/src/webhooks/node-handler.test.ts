import { once } from 'node:events';
import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, get } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { until } from '../until.test.fixture.js';
import { toNodeHandler } from './node-handler.js';
import { over, serving } from './node-server.test.fixture.js';
import {
  acme,
  listening,
  publicUrl,
  reader,
  report,
  signature,
  verified,
  webhooksOver,
} from './webhooks.test.fixture.js';

const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
afterEach(() => warned.mockClear());

const events = JSON.stringify([report]);

/** A server over a provider that says what it was asked. */
async function open(options: Parameters<typeof webhooksOver>[1] = {}, provider?: string) {
  const heard = listening('acme');
  const { webhooks } = webhooksOver([heard.provider], options);
  return { ...(await serving(toNodeHandler(webhooks, { provider }))), asked: heard.asked };
}

describe('a webhook over node:http', () => {
  it('is proved, told and answered', async () => {
    const { webhooks, told } = webhooksOver([acme()]);
    await using server = await serving(toNodeHandler(webhooks));
    const headers = signature(`${publicUrl}/acme?a=b`, events);
    const answer = await fetch(`${server.url}/any/acme?a=b`, { method: 'POST', body: events, headers });
    expect([answer.status, await answer.text()]).toEqual([200, '{"ok":true}']);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('content-length')).toBe('11');
    expect(told).toEqual([['acme', report]]);
    const forged = await fetch(`${server.url}/acme?a=c`, { method: 'POST', body: events, headers });
    expect([forged.status, await forged.text()]).toEqual([403, 'Forbidden']);
    expect(told).toHaveLength(1);
  });

  it('has the target as it came, whatever a URL parser would make of it', async () => {
    await using server = await open();
    const target = "/x/../acme?q='%27+%20&|^{}";
    const said = await server.say(`GET ${target} HTTP/1.1`, 'Host: evil.example', 'Connection: close', '', '');
    expect(said).toMatch(/^HTTP\/1\.1 204 /);
    expect(server.asked[0]?.url).toBe(`${publicUrl}/acme?q='%27+%20&|^{}`);
    await server.say(`GET http://evil.example/acme?a HTTP/1.1`, 'Host: evil.example', 'Connection: close', '', '');
    await server.say(`GET //evil.example/acme?b HTTP/1.1`, 'Host: evil.example', 'Connection: close', '', '');
    expect(server.asked.slice(1).map(({ url }) => url)).toEqual([`${publicUrl}/acme?a`, `${publicUrl}/acme?b`]);
  });

  it.each(['app.example', 'app.example:8080', 'a b', 'me@evil.example/x?', '', '[::1', 'x'.repeat(5000)])(
    'never believes a Host where a public URL is set: %s',
    async (host) => {
      await using server = await open();
      const said = await server.say('GET /acme?a=b HTTP/1.1', `Host: ${host}`, 'Connection: close', '', '');
      expect(said).toMatch(/^HTTP\/1\.1 204 /);
      expect(server.asked[0]?.url).toBe(`${publicUrl}/acme?a=b`);
    },
  );

  it('has the URL by which it came where none is set', async () => {
    await using server = await open({ options: { publicUrl: undefined } });
    await fetch(`${server.url}/sms/acme?q=%27`, { method: 'POST', body: 'x' });
    await server.say("GET /acme?q=' HTTP/1.1", 'Host: me@evil.example/x?', 'Connection: close', '', '');
    expect(server.asked.map(({ url }) => url)).toEqual([
      `${server.url}/sms/acme?q=%27`,
      "http://evil.example/acme?q='",
    ]);
  });

  it('has an https URL when it came over TLS', async () => {
    const heard = listening('acme');
    const { webhooks } = webhooksOver([heard.provider], { options: { publicUrl: undefined } });
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' });
    await using server = await over(createServer({ key, cert }, toNodeHandler(webhooks)).listen(0, '127.0.0.1'));
    const request = get({ port: server.port, path: '/acme?a=b', host: '127.0.0.1', rejectUnauthorized: false });
    await once(request, 'response');
    expect(heard.asked[0]?.url).toBe(`https://127.0.0.1:${server.port}/acme?a=b`);
  });

  it('has method, headers and body as they came, chunked or not', async () => {
    await using server = await open();
    await server.say(
      'PUT /acme HTTP/1.1',
      'Host: a',
      'X-One: 1',
      'x-one: 2',
      'X-Latin: caf\xe9',
      'Transfer-Encoding: chunked',
      'Connection: close',
      '',
      '3',
      'a\xffb',
      '2',
      'cd',
      '0',
      '',
      '',
    );
    const [request] = server.asked;
    expect([request?.method, Buffer.from(request?.body ?? []).toString('latin1')]).toEqual(['PUT', 'a\xffbcd']);
    expect([request?.headers.get('x-one'), request?.headers.get('x-latin')]).toEqual(['1, 2', 'caf\xe9']);
  });

  it('has the target as it came where a framework has taken the path of a mount away', async () => {
    const heard = listening('acme');
    const { webhooks } = webhooksOver([heard.provider]);
    const handler = toNodeHandler(webhooks);
    await using server = await serving((request, response) => {
      const { url } = request;
      request.url = '/';
      void handler(Object.assign(request, { originalUrl: url }), response);
    });
    expect((await fetch(`${server.url}/hooks/acme?x=%7e`, { method: 'POST' })).status).toBe(204);
    expect(heard.asked.map(({ url }) => url)).toEqual([`${publicUrl}/acme?x=%7e`]);
  });

  it.each(['hooks/acme?a', '?a'])('has a path though a framework left its slash away: %s', async (originalUrl) => {
    const heard = listening('acme');
    const { webhooks } = webhooksOver([heard.provider], { options: { publicUrl: undefined } });
    const handler = toNodeHandler(webhooks, { provider: 'acme' });
    await using server = await serving(
      (request, response) => void handler(Object.assign(request, { originalUrl }), response),
    );
    expect((await fetch(server.url)).status).toBe(204);
    expect(heard.asked.map(({ url }) => url)).toEqual([`${server.url}/${originalUrl}`]);
  });

  it('that no web request can be is a 400, and no bug of anybody here', async () => {
    const { webhooks } = webhooksOver([listening('acme').provider]);
    const handler = toNodeHandler(webhooks);
    await using server = await serving((request, response) => {
      request.rawHeaders.push('no name', 'canary');
      void handler(request, response);
    });
    const answer = await fetch(`${server.url}/acme`);
    expect([answer.status, await answer.text()]).toEqual([400, 'Bad Request']);
    expect(warned).not.toHaveBeenCalled();
  });

  it('has the provider that its handler is for', async () => {
    await using server = await open({}, 'acme');
    expect((await fetch(`${server.url}/hooks/anything`, { method: 'POST', body: 'x' })).status).toBe(204);
    expect((await fetch(server.url, { method: 'POST' })).status).toBe(204);
  });

  it.each(['HEAD', 'OPTIONS', 'TRACE'])('does not know %s', async (method) => {
    await using server = await open();
    const said = await server.say(`${method} /acme HTTP/1.1`, 'Host: a', 'Connection: close', '', '');
    expect(said).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\nallow: GET, POST\r\n/);
    expect(server.asked).toEqual([]);
  });

  it.each([
    ['announced', 'Content-Length: 9999999999', 'x'.repeat(100)],
    ['chunked', 'Transfer-Encoding: chunked', `ffff\r\n${'x'.repeat(0xffff)}\r\n`],
  ])('answers a body that is too large while it is still being sent, and hangs up: %s', async (_how, header, body) => {
    await using server = await open({ options: { maxBodyBytes: 1024 } });
    const said = await server.say('POST /acme HTTP/1.1', 'Host: a', header, '', body);
    expect(said).toMatch(/^HTTP\/1\.1 413 Payload Too Large\r\n/);
    expect(said).toMatch(/\r\nConnection: close\r\n.*\r\n\r\nPayload Too Large$/s);
    expect(server.asked).toEqual([]);
  });

  it('answers a body that stalls by the deadline, and hangs up', async () => {
    await using server = await open({ options: { deadlineMs: 50 } });
    const said = await server.say('POST /acme HTTP/1.1', 'Host: a', 'Content-Length: 10', '', 'abc');
    expect(said).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(server.asked).toEqual([]);
  });

  it('keeps the headers that the app has set, and all cookies', async () => {
    const answer = new Response('x', { status: 201 });
    answer.headers.append('set-cookie', 'a=1');
    answer.headers.append('set-cookie', 'b=2');
    const handler = toNodeHandler({ handle: async () => answer });
    await using server = await serving((request, response) => {
      response.setHeader('x-app', 'yes');
      void handler(request, response);
    });
    const { status, headers } = await fetch(server.url);
    expect([status, headers.get('x-app'), headers.getSetCookie()]).toEqual([201, 'yes', ['a=1', 'b=2']]);
  });
});

describe('a vendor that hangs up', () => {
  it.each(['in the middle of its body', 'while the provider reads', 'while the sink stores'])(
    '%s breaks nothing',
    async (when) => {
      let go = () => {};
      const held = new Promise<void>((resolve) => {
        go = resolve;
      });
      let under = false;
      const hold = async () => {
        under = true;
        await held;
      };
      const provider = reader('acme', async () => {
        if (when === 'while the provider reads') await hold();
        return verified(report);
      });
      const sink = when === 'while the sink stores' ? hold : async () => {};
      const { webhooks } = webhooksOver([provider], { sink, options: { deadlineMs: 60_000 } });
      const handler = toNodeHandler(webhooks);
      const ends: string[] = [];
      await using server = await serving((request, response) => {
        if (when === 'in the middle of its body') under = true;
        response.once('close', () => ends.push('closed'));
        void handler(request, response).then(
          () => ends.push('done'),
          () => ends.push('rejected'),
        );
      });
      const socket = connect(server.port, '127.0.0.1');
      const length = when === 'in the middle of its body' ? 1000 : 3;
      socket.write(`POST /acme HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\nabc`);
      await until(() => under);
      socket.destroy();
      await until(() => ends.includes('closed'));
      go();
      await until(() => ends.includes('done'));
      expect(ends).toHaveLength(2);
      expect(warned).not.toHaveBeenCalled();
    },
  );

  it('ends no process by the errors that its connection has', async () => {
    const handler = toNodeHandler(webhooksOver([listening('acme').provider]).webhooks);
    const thrown: unknown[] = [];
    await using server = await serving((request, response) => {
      void handler(request, response);
      for (const side of [request, response]) {
        try {
          side.emit('error', new Error('canary'));
        } catch (error) {
          thrown.push(error);
        }
      }
    });
    expect((await fetch(`${server.url}/acme`)).status).toBe(204);
    expect(thrown).toEqual([]);
  });

  it('and a middleware that answered first are left alone', async () => {
    const { webhooks } = webhooksOver([listening('acme').provider]);
    const handler = toNodeHandler(webhooks);
    await using server = await serving((request, response) => {
      void handler(request, response);
      response.end('busy');
    });
    expect(await (await fetch(`${server.url}/acme`)).text()).toBe('busy');
    expect(warned).not.toHaveBeenCalled();
  });
});

describe('webhooks of the app’s own making', () => {
  it('that reject are a 500 without a detail, and a warning', async () => {
    await using server = await serving(toNodeHandler({ handle: () => Promise.reject(new Error('canary')) }));
    const answer = await fetch(server.url);
    expect([answer.status, await answer.text()]).toEqual([500, 'Internal Server Error']);
    expect(warned.mock.calls.flat().join()).toMatch(/^A webhook failed \(Error at /);
    expect(warned.mock.calls.flat().join()).not.toContain('canary');
  });

  it('that answer nothing end the connection, and the process goes on', async () => {
    await using server = await serving(toNodeHandler({ handle: async () => undefined as never }));
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it('may be asked many things over one connection', async () => {
    await using server = await open();
    const request = ask(`${server.url}/acme`, { method: 'POST', headers: { expect: '100-continue' } });
    request.flushHeaders();
    await once(request, 'continue');
    request.end('body');
    const [response] = (await once(request, 'response')) as [IncomingMessage & ServerResponse];
    expect([response.statusCode, await text(response)]).toEqual([204, '']);
    expect(Buffer.from(server.asked[0]?.body ?? []).toString()).toBe('body');
  });
});
