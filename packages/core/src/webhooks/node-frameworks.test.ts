import type { createServer, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toNodeHandler } from './node-handler.js';
import { over, serving } from './node-server.test.fixture.js';
import { acme, publicUrl, report, signature, webhooksOver } from './webhooks.test.fixture.js';

const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
afterEach(() => warned.mockClear());

type Handler = ReturnType<typeof toNodeHandler>;

interface ExpressApp extends RequestListener {
  (request: IncomingMessage, response: ServerResponse): void;
  use(...handlers: readonly unknown[]): void;
}

interface FastifyApp {
  register(plugin: (scope: FastifyApp) => Promise<void>, options?: object): void;
  removeAllContentTypeParsers(): void;
  addContentTypeParser(type: string, parser: (request: unknown, payload: unknown, done: () => void) => void): void;
  all(path: string, handler: (request: { raw: IncomingMessage }, reply: FastifyReply) => unknown): void;
  listen(options: object): Promise<string>;
  readonly server: ReturnType<typeof createServer>;
}

interface FastifyReply {
  readonly raw: ServerResponse;
  hijack(): void;
}

// The examples have them; the library depends on no framework.
const from = (example: string) =>
  createRequire(new URL(`../../../../examples/${example}/package.json`, import.meta.url));
const express: { (): ExpressApp; json(options?: object): unknown; raw(options: object): unknown } =
  from('express')('express');
const { fastify }: { fastify(): FastifyApp } = from('fastify')('fastify');

const events = JSON.stringify([report]);

/** Sends one genuine and one forged report to this URL, for the webhook of Acme. */
async function tell(url: string) {
  const headers = { 'content-type': 'application/json', ...signature(`${publicUrl}/acme?a=b`, events) };
  const genuine = await fetch(`${url}?a=b`, { method: 'POST', body: events, headers });
  const forged = await fetch(`${url}?a=c`, { method: 'POST', body: events, headers });
  return [genuine.status, await genuine.text(), forged.status];
}

const good = [200, '{"ok":true}', 403];

const open = () => {
  const { webhooks, told } = webhooksOver([acme()]);
  return { handler: toNodeHandler(webhooks), told };
};

const inExpress = (use: (app: ExpressApp, handler: Handler) => void) => {
  const { handler, told } = open();
  const app = express();
  use(app, handler);
  return { app, told };
};

describe('a webhook in Express', () => {
  it.each<[string, string, (app: ExpressApp, handler: Handler) => void]>([
    ['without a mount', '/acme', (app, handler) => app.use(handler)],
    ['under a mount', '/sms/acme', (app, handler) => app.use('/sms', handler)],
    ['under a mount with the whole path', '/sms/acme', (app, handler) => app.use('/sms/acme', handler)],
    [
      'before a body parser',
      '/sms/acme',
      (app, handler) => {
        app.use('/sms', handler);
        app.use(express.json());
      },
    ],
    [
      'after a body parser that keeps the bytes',
      '/sms/acme',
      (app, handler) => {
        const verify = (request: object, _response: unknown, rawBody: Buffer) => Object.assign(request, { rawBody });
        app.use(express.json({ verify }));
        app.use('/sms', handler);
      },
    ],
    ['after a parser of bytes', '/sms/acme', (app, handler) => app.use('/sms', express.raw({ type: '*/*' }), handler)],
  ])('works %s', async (_how, path, use) => {
    const { app, told } = inExpress(use);
    await using server = await serving(app);
    expect(await tell(`${server.url}${path}`)).toEqual(good);
    expect(told).toEqual([['acme', report]]);
  });

  it('is a 500 behind a body parser that keeps nothing', async () => {
    const { app, told } = inExpress((each, handler) => {
      each.use(express.json());
      each.use('/sms', handler);
    });
    await using server = await serving(app);
    expect(await tell(`${server.url}/sms/acme`)).toEqual([500, 'Internal Server Error', 500]);
    expect(told).toEqual([]);
    expect(warned).toHaveBeenCalledOnce();
    expect(warned.mock.calls[0]?.[0]).toContain('request.rawBody');
  });
});

describe('a webhook in Fastify', () => {
  const inFastify = async (isParsed: boolean) => {
    const { handler, told } = open();
    const app = fastify();
    app.register(
      async (scope) => {
        if (!isParsed) {
          scope.removeAllContentTypeParsers();
          scope.addContentTypeParser('*', (_request, _payload, done) => done());
        }
        scope.all('/:provider', (request, reply) => {
          reply.hijack();
          return handler(request.raw, reply.raw);
        });
      },
      { prefix: '/sms' },
    );
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { server: await over(app.server), told };
  };

  it('works with the raw request and answer, in a scope without body parsers', async () => {
    const { server, told } = await inFastify(false);
    await using _ = server;
    expect(await tell(`${server.url}/sms/acme`)).toEqual(good);
    expect(told).toEqual([['acme', report]]);
  });

  it('is a 500 with the parsers of Fastify', async () => {
    const { server, told } = await inFastify(true);
    await using _ = server;
    expect(await tell(`${server.url}/sms/acme`)).toEqual([500, 'Internal Server Error', 500]);
    expect(told).toEqual([]);
  });
});
