import type { ServerResponse } from 'node:http';
import { Agent } from 'undici';
import { beforeEach, describe, expect, it } from 'vitest';
import { deadlineAfter } from './deadline.js';
import { createHttpTransport } from './http-transport.js';
import { cleanups, post, serve, transportTo } from './http-transport.test.fixture.js';
import { createPace } from './pace.js';
import { VirtualClock } from './virtual-clock.test.fixture.js';

let clock: VirtualClock;
let dispatched: number;
beforeEach(() => {
  clock = new VirtualClock();
  dispatched = 0;
});

/** Answers 204 at once, and counts. */
function instantDispatcher(): Agent {
  const dispatcher = new Agent();
  cleanups.push(() => dispatcher.destroy());
  dispatcher.dispatch = (_options, handler) => {
    dispatched += 1;
    const controller = {} as Parameters<NonNullable<typeof handler.onRequestStart>>[0];
    handler.onRequestStart?.(controller, {});
    handler.onResponseStart?.(controller, 204, {}, '');
    handler.onResponseEnd?.(controller, {});
    return true;
  };
  return dispatcher;
}

const pacedTransport = (pace = createPace({ maxPerSecond: 2 }, clock)) =>
  transportTo('http://127.0.0.1:9', { dispatcher: instantDispatcher(), pace });
const context = () => ({ deadline: clock.deadlineAfter(10_000) });

describe('the requests of a transport with a pace', () => {
  it('leave when their turns come', async () => {
    const transport = pacedTransport();
    const answers = Array.from({ length: 5 }, () => transport.request(post, context()));
    await clock.advanceTo(1_000);
    expect(dispatched).toBe(3);
    await clock.advanceTo(2_000);
    expect((await Promise.all(answers)).map(({ outcome }) => outcome)).toEqual(Array(5).fill('answered'));
  });

  it('share it if they go to one account by two transports', async () => {
    const pace = createPace({ maxPerSecond: 2 }, clock);
    for (const transport of [pacedTransport(pace), pacedTransport(pace)]) {
      for (let number = 0; number < 2; number += 1) void transport.request(post, context());
    }
    await clock.advanceTo(999);
    expect(dispatched).toBe(2);
  });

  it('are not sent, as rate_limited, if their turns would come too late', async () => {
    const transport = pacedTransport();
    const hasty = () => transport.request(post, { ...context(), writeBy: clock.deadlineAfter(100) });
    expect(await hasty()).toMatchObject({ outcome: 'answered' });
    expect(await hasty()).toMatchObject({ outcome: 'not-sent', code: 'rate_limited', retryAfterMs: 425 });
    expect(dispatched).toBe(1);
  });

  it('that wait are not sent when it closes, and neither is one whose turn has just come', async () => {
    const transport = pacedTransport();
    const answers = Array.from({ length: 3 }, () => transport.request(post, context()));
    await transport.close();
    expect(await Promise.all(answers)).toEqual(
      Array(3).fill(expect.objectContaining({ outcome: 'not-sent', code: 'client_closed' })),
    );
    expect(dispatched).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it('are paced by maxPerSecond', async () => {
    const url = await serve((_request, response) => response.end());
    const transport = transportTo(url, { maxPerSecond: 0.001, burst: 2 });
    const request = () => transport.request(post, { deadline: deadlineAfter(5_000) });
    expect(await request()).toMatchObject({ outcome: 'answered' });
    expect(await request()).toMatchObject({ outcome: 'answered' });
    expect(await request()).toMatchObject({ outcome: 'not-sent', code: 'rate_limited' });
  });
});

it('a transport without a pace dispatches in the same turn', () => {
  const transport = transportTo('http://127.0.0.1:9', { dispatcher: instantDispatcher() });
  void transport.request(post, context());
  expect(dispatched).toBe(1);
});

it('a transport waits with closing for what is under way, not for what waits for its turn', async () => {
  let arrive = (_response: ServerResponse) => {};
  const arrived = new Promise<ServerResponse>((resolve) => {
    arrive = resolve;
  });
  const url = await serve((_request, response) => arrive(response));
  const transport = transportTo(url, { pace: createPace({ maxPerSecond: 1 }, clock) });
  const [first, second] = [0, 1].map(() => transport.request(post, { deadline: deadlineAfter(30_000) }));
  const response = await arrived;
  const closed = transport.close();
  expect(await second).toMatchObject({ outcome: 'not-sent', code: 'client_closed' });
  response.end();
  expect(await first).toMatchObject({ outcome: 'answered' });
  await closed;
});

describe('a pace that cannot work', () => {
  const baseUrl = 'https://example.com';
  it.each([
    [{ maxPerSecond: 0 }, /^createHttpTransport\(\): maxPerSecond: must be a number above 0/],
    [{ burst: 3 }, /^createHttpTransport\(\): burst: belongs to maxPerSecond/],
    [{ maxPerSecond: 1, pace: createPace({ maxPerSecond: 1 }) }, /maxPerSecond: belongs to the pace/],
  ])('is refused when the transport is made: %#', (options, message) => {
    expect(() => createHttpTransport({ baseUrl, ...options })).toThrow(message);
  });
});
