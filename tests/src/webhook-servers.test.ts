import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createSmsClient, type SmsClient, toNodeHandler } from '@polysms/core';
import { mock, signedReport } from '@polysms/provider-mock';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { root } from './repository.js';

const secret = 'a-secret-of-the-account-of-32-characters';
const publicUrl = 'https://app.example/sms';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
interface ExpressApp {
  use(path: string, handler: Listener): void;
}
// The one of examples/express, which is CommonJS.
const express = createRequire(join(root, 'examples/express/src/app.js'))('express') as () => ExpressApp & Listener;

/** How each server takes a vendor's requests under `/sms`: the lines that the documents show. */
const servers: Readonly<Record<string, (sms: SmsClient) => (request: Request) => Promise<Response>>> = {
  'node:http': (sms) => {
    const handle = toNodeHandler(sms.webhooks);
    return over((request, response) => void handle(request, response));
  },
  Express: (sms) => {
    const app = express();
    app.use('/sms', toNodeHandler(sms.webhooks));
    return over(app);
  },
  Hono: (sms) => {
    const app = new Hono();
    app.all('/sms/:provider', (context) => sms.webhooks.handle(context.req.raw));
    return async (request) => app.fetch(request);
  },
};

/** Sends a request over a socket to a server of its own; as behind a proxy, the host is another than the public one. */
function over(listener: Listener): (request: Request) => Promise<Response> {
  return async (request) => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { pathname, search } = new URL(request.url);
    const url = `http://127.0.0.1:${port}${pathname}${search}`;
    try {
      return await fetch(url, { method: 'POST', headers: request.headers, body: await request.arrayBuffer() });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };
}

describe.each(Object.entries(servers))('webhooks under %s', (_, serve) => {
  it('move a message when the vendor proves itself, and only then', async () => {
    const provider = mock({ id: 'acme', webhooks: { secret } });
    await using sms = createSmsClient({ providers: [provider], webhooks: { publicUrl } });
    const call = serve(sms);
    const { id } = await sms.send({ to: '+8613800138000', text: 'Your parcel is here.' });
    const events = [{ kind: 'report', id, state: 'delivered' }] as const;
    const at = Date.now();
    const forged = await call(signedReport({ secret: `${secret}!`, url: `${publicUrl}/acme`, events, at }));
    expect(forged.status).toBeGreaterThanOrEqual(400);
    expect((await sms.messages.get(id))?.state).toBe('accepted');
    expect((await call(signedReport({ secret, url: `${publicUrl}/acme`, events, at }))).status).toBe(200);
    expect((await sms.messages.get(id))?.state).toBe('delivered');
    expect((await call(signedReport({ secret, url: `${publicUrl}/nobody`, events, at }))).status).toBe(404);
  });
});
