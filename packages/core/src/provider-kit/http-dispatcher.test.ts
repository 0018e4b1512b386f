import type net from 'node:net';
import { Agent, type Dispatcher, interceptors, RetryAgent } from 'undici';
import { describe, expect, it } from 'vitest';
import { deadlineAfter } from './deadline.js';
import { cleanups, post, serveRaw, transportTo } from './http-transport.test.fixture.js';
import { ManualDeadline } from './manual-deadline.test.fixture.js';

describe('a request through a dispatcher of the caller', () => {
  const retries = { maxRetries: 3, minTimeout: 1, maxTimeout: 5, methods: ['POST' as const] };
  it.each<[string, (agent: Agent) => Dispatcher, (socket: net.Socket) => unknown]>([
    ['RetryAgent, after a reset', (agent) => new RetryAgent(agent, retries), (socket) => socket.resetAndDestroy()],
    ['RetryAgent, in the middle of an answer', (agent) => new RetryAgent(agent, retries), halfAnAnswer],
    [
      'the retry interceptor, after a reset',
      (agent) => agent.compose(interceptors.retry(retries)),
      (socket) => socket.resetAndDestroy(),
    ],
    [
      'the retry interceptor, in the middle of an answer',
      (agent) => agent.compose(interceptors.retry(retries)),
      halfAnAnswer,
    ],
  ])('is never repeated, not even by %s', async (_name, retrying, answer) => {
    let requests = 0;
    const url = await serveRaw((socket) =>
      socket.on('data', (chunk) => {
        requests += String(chunk).split('POST ').length - 1;
        answer(socket);
      }),
    );
    const agent = new Agent();
    cleanups.push(() => agent.destroy());
    const transport = transportTo(url, { dispatcher: retrying(agent) });
    expect(await transport.request(post, { deadline: deadlineAfter(5_000) })).toMatchObject({ outcome: 'unknown' });
    await transport.close();
    expect(requests).toBe(1);
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

function halfAnAnswer(socket: net.Socket): void {
  socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"st');
}
