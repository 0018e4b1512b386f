import type net from 'node:net';
import { Agent, type Dispatcher, interceptors, RetryAgent } from 'undici';
import { describe, expect, it } from 'vitest';
import { deadlineAfter } from './deadline.js';
import type { HttpRequest } from './http-transport.js';
import { cleanups, post, serveRaw, transportTo } from './http-transport.test.fixture.js';
import { ManualDeadline } from './manual-deadline.test.fixture.js';

describe('a request through a dispatcher of the caller', () => {
  const retries = {
    maxRetries: 3,
    minTimeout: 1,
    maxTimeout: 5,
    methods: ['GET', 'POST', 'PUT', 'DELETE'] satisfies Dispatcher.HttpMethod[],
  };
  const dispatchers: Record<string, (agent: Agent) => Dispatcher> = {
    RetryAgent: (agent) => new RetryAgent(agent, retries),
    'the retry interceptor': (agent) => agent.compose(interceptors.retry(retries)),
    'the redirect interceptor': (agent) => agent.compose(interceptors.redirect({ maxRedirections: 3 })),
  };
  const answers: Record<string, (socket: net.Socket) => unknown> = {
    'a reset': (socket) => socket.resetAndDestroy(),
    'half an answer': (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"st'),
    'the head of an answer': (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n'),
    'a busy vendor': (socket) => socket.end('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n'),
    'a redirect': (socket) => socket.end('HTTP/1.1 307 There\r\nlocation: /there\r\ncontent-length: 0\r\n\r\n'),
  };
  const requests = (['GET', 'POST', 'PUT', 'DELETE'] as const).flatMap((method) =>
    [undefined, '', 'hello'].map((body): HttpRequest => ({ method, path: '/send', body })),
  );

  describe.each(Object.entries(dispatchers))('%s', (_dispatcher, make) => {
    it.each(Object.entries(answers))(
      'never repeats it after %s, whatever its method and body',
      async (_name, answer) => {
        for (const request of requests) {
          let written = 0;
          const url = await serveRaw((socket) =>
            socket.once('data', () => {
              written += 1;
              answer(socket);
            }),
          );
          const agent = new Agent();
          cleanups.push(() => agent.destroy());
          const transport = transportTo(url, { dispatcher: make(agent) });
          const { outcome } = await transport.request(request, { deadline: deadlineAfter(5_000) });
          await transport.close();
          expect([request, outcome, written]).toEqual([request, expect.not.stringMatching('not-sent'), 1]);
        }
      },
    );
  });

  it('goes over the wire as it would through a pool of our own', async () => {
    const seen: string[] = [];
    const url = await serveRaw((socket) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
        if (!/\r\n\r\n(hello)?$/.test(text) || (/length: 5/.test(text) && !text.endsWith('hello'))) return;
        seen.push(text);
        text = '';
        socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n');
      });
    });
    const agent = new Agent();
    cleanups.push(() => agent.destroy());
    for (const request of requests) {
      for (const transport of [transportTo(url), transportTo(url, { dispatcher: agent })]) {
        await transport.request(request, { deadline: deadlineAfter(5_000) });
      }
      const [own, other] = seen.splice(0).map((text) => text.split('\r\n').sort());
      expect(other).toEqual(own);
    }
  });

  it.each<[string, (handler: Dispatcher.DispatchHandler, controller: Dispatcher.DispatchController) => void]>([
    ['an error', (handler, controller) => handler.onResponseError?.(controller, new Error('late'))],
    ['silence', () => {}],
    ['too much', (handler, controller) => handler.onResponseData?.(controller, Buffer.alloc(100_000))],
  ])('is unknown when a dispatcher gives part of an answer without a write mark, then %s', async (_name, then) => {
    const dispatcher = new Agent();
    const controller = { abort: () => {} } as unknown as Dispatcher.DispatchController;
    dispatcher.dispatch = (_options, handler) => {
      handler.onResponseStart?.(controller, 200, {}, 'OK');
      then(handler, controller);
      return true;
    };
    const transport = transportTo('http://127.0.0.1:9', { dispatcher });
    const deadline = new ManualDeadline();
    const outcome = transport.request(post, { deadline });
    setImmediate(() => deadline.end('deadline_exceeded'));
    expect(await outcome).toMatchObject({ outcome: 'unknown' });
  });

  it('is unknown when an answer ends that never began', async () => {
    const dispatcher = new Agent();
    dispatcher.dispatch = (_options, handler) => {
      handler.onResponseEnd?.({} as Dispatcher.DispatchController, {});
      return true;
    };
    const transport = transportTo('http://127.0.0.1:9', { dispatcher });
    expect(await transport.request(post, { deadline: deadlineAfter(1_000) })).toMatchObject({
      outcome: 'unknown',
      code: 'invalid_response',
    });
  });
});
