import { once } from 'node:events';
import { connect, createServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, vi } from 'vitest';
import { toNodeHandler } from './node-handler.js';
import { acme, publicUrl, report, signature, webhooksOver } from './webhooks.test.fixture.js';

it('a webhook over HTTP/2 is proved, told and answered, and TRACK is refused', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const { webhooks, told } = webhooksOver([acme()]);
  const handler = toNodeHandler(webhooks) as unknown as (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
  ) => Promise<void>;
  const server = createServer((request, response) => void handler(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const body = JSON.stringify([report]);
  const ask = async (method: string) => {
    const headers = signature(`${publicUrl}/acme`, body);
    const stream = session.request({ ':method': method, ':path': '/acme', ...headers }, { endStream: false });
    stream.end(body);
    const [answer] = (await once(stream, 'response')) as [Record<string, unknown>];
    return [answer[':status'], await text(stream)];
  };
  try {
    expect(await ask('POST')).toEqual([200, '{"ok":true}']);
    expect(await ask('TRACK')).toEqual([405, 'Method Not Allowed']);
    expect(told).toEqual([['acme', report]]);
    expect(warned).not.toHaveBeenCalled();
  } finally {
    session.close();
    server.close();
    warned.mockRestore();
  }
});
