import { expect, onTestFinished, test } from 'vitest';
import { call, callRaw, send, tinyBox } from '../simulator.test.fixture.js';
import { EventHub } from '../world/events.js';
import { eventStream, maxBufferedBytes, maxWatchers } from './event-stream.js';

const to = '+447700900123';
const signal = new AbortController().signal;

/** What a stream still holds, once it has been cut off. */
async function drained(response: Response): Promise<number> {
  let bytes = 0;
  for await (const chunk of response.body ?? []) bytes += chunk.byteLength;
  return bytes;
}

test('a watcher that does not read is cut off at so many bytes, however few events they are', async () => {
  const events = new EventHub();
  const response = eventStream(events, { signal });
  for (let index = 0; events.watchers > 0 && index < 1_000; index += 1) {
    events.publish('settings', { vendor: null, settings: 'x'.repeat(1024 * 1024) });
  }
  expect(events.watchers).toBe(0);
  const bytes = await drained(response);
  expect(bytes).toBeLessThanOrEqual(maxBufferedBytes);
  expect(bytes).toBeGreaterThan(maxBufferedBytes / 2);
});

test('whoever comes back for more than fits is told a part of it, from which it can go on', async () => {
  const events = new EventHub();
  // In JSON each of these characters is six bytes long.
  for (let index = 0; index < 4; index += 1) {
    events.publish('settings', { vendor: null, settings: '\u0001'.repeat(1_200_000) });
  }
  const first = await new Response(eventStream(events, { lastEventId: '0', signal }).body).text();
  expect(first).toContain('id: 1\n');
  expect(first.length).toBeLessThanOrEqual(maxBufferedBytes);
  expect(first).not.toContain('id: 4\n');
});

test('no more programs watch than there are places, and the next one is told so', async () => {
  const events = new EventHub();
  const leave = new AbortController();
  const streams = Array.from({ length: maxWatchers }, () => eventStream(events, { signal: leave.signal }));
  const refused = eventStream(events, { signal });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(await refused.json()).toEqual({ error: expect.stringContaining(`${maxWatchers} programs watch`) });
  await streams[0]?.body?.cancel();
  const next = eventStream(events, { signal });
  expect(next.status).toBe(200);
  await next.body?.cancel();
  leave.abort();
  expect(events.watchers).toBe(0);
});

test('who asks for the head alone does not watch', async () => {
  const box = await tinyBox();
  const asked = Array.from({ length: maxWatchers + 1 }, () => callRaw(box, 'HEAD /api/events'));
  for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
});

test('a fault is told as it changes, with the size of its body and not the body', async () => {
  const box = await tinyBox();
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const response = await fetch(`${box.url}/api/events`, { signal: controller.signal });
  const body = 'é'.repeat(1_000);
  await call(box, 'POST /api/faults', { fault: { kind: 'http', httpStatus: 503, body }, when: { times: 2 } });
  await call(box, 'POST /api/faults', { fault: { kind: 'html' }, when: { probability: 1 } });
  for (const _ of [1, 2, 3, 4]) await send(box, { to, text: 'Hello' });
  await call(box, 'DELETE /api/faults/2');
  await call(box, 'DELETE /api/faults');
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes('"all-gone"')) break;
  }
  const told = [...text.matchAll(/event: fault\ndata: (.+)\n/g)].map(([, data = '']): unknown => JSON.parse(data));
  const first = { id: '1', vendor: null, fault: { kind: 'http', httpStatus: 503, bodyBytes: 2_000 } };
  expect(told).toEqual([
    { change: 'set', entry: { ...first, when: { times: 2 }, left: 2 } },
    { change: 'set', entry: expect.objectContaining({ id: '2', left: null }) },
    { change: 'set', entry: { ...first, when: { times: 2 }, left: 1 } },
    { change: 'gone', id: '1' },
    // The second one hits twice: it strikes without end, so nothing has changed.
    { change: 'gone', id: '2' },
    { change: 'all-gone' },
  ]);
});
