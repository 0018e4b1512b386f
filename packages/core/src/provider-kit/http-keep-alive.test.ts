import { stat } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { deadlineAfter } from './deadline.js';
import type { HttpTransport } from './http-transport.js';
import { cleanups, listen, post, serve, transportTo } from './http-transport.test.fixture.js';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function send(transport: HttpTransport) {
  const outcome = await transport.request(post, { deadline: deadlineAfter(60_000) });
  expect(outcome).toMatchObject({ outcome: 'answered' });
  // undici rests a socket for a turn, and then begins to count.
  await nextTurn();
  await nextTurn();
}

describe('an idle socket', () => {
  it.each([
    [undefined, undefined, 4_000],
    ['timeout=75', undefined, 4_000],
    ['timeout=75, max=100', 100, 100],
    ['timeout=4000000', 15_000, 15_000],
    ['timeout=5', undefined, 4_000],
    ['timeout=5', 3_000, 3_000],
    ['timeout=3', undefined, 2_000],
    ['timeout=2', 60_000, 1_000],
    ['timeout=1', 60_000, 0],
    ['timeout=0', 60_000, 0],
  ])('of a vendor that says %j is closed when keepAliveMs is %s: after %d ms', async (keepAlive, keepAliveMs, ms) => {
    const url = await serve((_request, response) => {
      if (keepAlive !== undefined) response.setHeader('connection', 'keep-alive').setHeader('keep-alive', keepAlive);
      response.shouldKeepAlive = true;
      response.end();
    });
    const opened = vi.spyOn(net, 'connect');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const transport = transportTo(url, { keepAliveMs });
    await send(transport);
    const isOpen = () => opened.mock.results.map(({ value }) => !value.destroyed);
    if (ms > 0) {
      vi.advanceTimersByTime(ms - 1);
      expect(isOpen()).toEqual([true]);
      await send(transport);
      expect(opened).toHaveBeenCalledOnce();
      vi.advanceTimersByTime(ms - 1);
      expect(isOpen()).toEqual([true]);
      vi.advanceTimersByTime(1);
    }
    expect(isOpen()).toEqual([false]);
  });

  it.each(['http', 'https'])(
    'is not used by the first call of an app that stood still too long: %s',
    async (scheme) => {
      const ports = new Set<number | undefined>();
      const note = (socket: net.Socket) => ports.add(socket.remotePort);
      let url = await serve((request, response) => {
        note(request.socket);
        response.end();
      });
      let ca: string | undefined;
      if (scheme === 'https') {
        const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
          keyType: 'ec',
          algorithm: 'sha256',
          extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
        });
        ca = cert;
        const server = https.createServer({ key, cert }, (request, response) => {
          note(request.socket);
          response.end();
        });
        url = `https://localhost:${await listen(server)}`;
        cleanups.push(() => {
          server.closeAllConnections();
          server.close();
        });
      }
      const transport = transportTo(url, { connections: 1, keepAliveMs: 300, ca });
      await send(transport);
      // A call that comes from a socket or a file comes before the timers: so it is when a frozen function wakes up.
      await new Promise((resolve) => stat('.', resolve));
      const until = performance.now() + 301;
      while (performance.now() < until);
      await send(transport);
      expect(ports.size).toBe(2);
    },
  );
});
