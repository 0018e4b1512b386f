import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toNodeHandler } from './node-handler.js';
import { serving } from './node-server.test.fixture.js';
import { acme, listening, publicUrl, report, signature, webhooksOver } from './webhooks.test.fixture.js';

const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
afterEach(() => warned.mockClear());

const events = JSON.stringify([report]);

describe('a body that somebody has read', () => {
  const afterParser = async (keep: (request: IncomingMessage, body: Buffer) => void, options = {}) => {
    const { webhooks, told } = webhooksOver([acme()], options);
    const handler = toNodeHandler(webhooks);
    const server = await serving(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      keep(request, Buffer.concat(chunks));
      await handler(request, response);
    });
    const send = () =>
      fetch(`${server.url}/acme`, { method: 'POST', body: events, headers: signature(`${publicUrl}/acme`, events) });
    return { server, send, told };
  };

  it('is a 500, and one warning that says what to do', async () => {
    const { server, send, told } = await afterParser((request, body) =>
      Object.assign(request, { body: JSON.parse(body.toString()), rawBody: body.toString() }),
    );
    await using _ = server;
    for (let index = 0; index < 3; index += 1) {
      const answer = await send();
      expect([answer.status, await answer.text()]).toEqual([500, 'Internal Server Error']);
    }
    expect(told).toEqual([]);
    // It may have been told a moment ago: once a minute for the whole process.
    expect(warned.mock.calls.map(([said]) => said)).toEqual([
      'The body of a webhook was read before Polysms could read it: mount the webhooks before a body parser such as ' +
        'express.json(), or let it keep the bytes in request.rawBody (the body is gone)',
    ]);
  });

  it.each(['rawBody', 'body'])('is read from request.%s if its bytes are there', async (name) => {
    const { server, send, told } = await afterParser((request, body) => Object.assign(request, { [name]: body }));
    await using _ = server;
    expect((await send()).status).toBe(200);
    expect(told).toEqual([['acme', report]]);
  });

  it('may be an empty one', async () => {
    const { provider, asked } = listening('acme');
    const handler = toNodeHandler(webhooksOver([provider]).webhooks);
    await using server = await serving(async (request, response) => {
      for await (const _ of request);
      await handler(request, response);
    });
    expect((await fetch(`${server.url}/acme`, { method: 'POST' })).status).toBe(204);
    expect(asked.map(({ body }) => body.length)).toEqual([0]);
  });

  it('is capped all the same', async () => {
    const { server, send } = await afterParser((request) => Object.assign(request, { rawBody: Buffer.alloc(2048) }), {
      options: { maxBodyBytes: 1024 },
    });
    await using _ = server;
    expect((await send()).status).toBe(413);
  });
});
