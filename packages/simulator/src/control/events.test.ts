import { expect, test } from 'vitest';
import { send, tinyBox } from '../simulator.test.fixture.js';

const to = '+447700900123';

/** Reads server-sent events until so many have come, and leaves. */
async function read(url: string, count: number, headers: Record<string, string> = {}, onOpen = async () => {}) {
  const response = await fetch(`${url}/api/events`, { headers });
  await onOpen();
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const events = [...text.matchAll(/id: (\d+)\nevent: (.+)\ndata: (.+)\n\n/g)].map(([, id, name, data = '']) => {
      return { id, name, data: JSON.parse(data) as Record<string, unknown> };
    });
    if (events.length < count) continue;
    return events.slice(0, count);
  }
  throw new Error(`The stream ended after: ${text}`);
}

test('events tell what happens, as the API would show it', async () => {
  const box = await tinyBox();
  const events = await read(box.url, 3, {}, async () => void (await send(box, { to, text: 'Hello' })));
  expect(events).toMatchObject([
    { name: 'request', data: { id: '1', path: '/messages' } },
    { name: 'message', data: { id: '1', to, text: 'Hello' } },
    { name: 'report', data: { id: '1', messageId: '1', state: 'sent', status: 'scheduled' } },
  ]);
});

test('whoever was away is told what was missed', async () => {
  const box = await tinyBox();
  const [first] = await read(box.url, 1, {}, async () => void (await send(box, { to, text: 'One' })));
  expect(await read(box.url, 1, { 'Last-Event-ID': String(first?.id) })).toMatchObject([{ id: '2', name: 'message' }]);
});

test('whoever was away for too long, or knew another box, is told to read everything anew', async () => {
  const box = await tinyBox();
  for (const lastEventId of ['99', 'x', '-1']) {
    expect(await read(box.url, 1, { 'Last-Event-ID': lastEventId })).toMatchObject([{ name: 'reset', data: {} }]);
  }
});

test('a stream that is open holds up no end', async () => {
  const box = await tinyBox();
  const response = await fetch(`${box.url}/api/events`);
  const reading = response.text().catch(() => 'cut off');
  await box.close();
  expect(await reading).toBe('cut off');
});
