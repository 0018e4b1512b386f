import { setMaxListeners } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { callRaw, send, tinyBox } from '../simulator.test.fixture.js';
import { EventHub } from './events.js';
import { LongPolls, maxWaiting } from './long-polls.js';
import { Messages } from './messages.js';

const hour = 3_600_000;
const sent = {
  from: { vendor: 'tiny', title: 'Tiny SMS', receivedAt: 0 },
  content: { to: '+447700900123', text: 'Hello', reference: undefined },
};

function wait(polls: LongPolls, to: string, signal = new AbortController().signal) {
  return polls.within({ filter: { to }, waitMs: hour, signal });
}

test('no more programs wait than there are places', async () => {
  const messages = new Messages(new EventHub());
  const polls = new LongPolls(messages);
  const leaving = new AbortController();
  setMaxListeners(maxWaiting, leaving.signal);
  const [first, ...others] = Array.from({ length: maxWaiting }, (_, index) =>
    wait(polls, index === 0 ? sent.content.to : '+447700900999', leaving.signal),
  );
  expect(await wait(polls, sent.content.to)).toBeUndefined();

  messages.add(sent.from, sent.content, undefined);
  expect(await first).toMatchObject([{ text: 'Hello' }]);
  expect(polls.waiting).toBe(maxWaiting - 1);
  // What is there already needs no place.
  expect(await wait(polls, sent.content.to)).toMatchObject([{ text: 'Hello' }]);
  leaving.abort();
  expect(await Promise.all(others)).toEqual(others.map(() => []));
  expect(polls.waiting).toBe(0);
});

test('the control API says so too, and has the places again once they have left', async () => {
  const box = await tinyBox();
  const request = `GET /api/messages?wait=${hour / 60} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  const sockets = Array.from({ length: maxWaiting }, () => connect(box.port, '127.0.0.1'));
  for (const socket of sockets) socket.write(request);
  const probe = async () => (await callRaw(box, 'GET /api/messages?wait=1')).status;
  while ((await probe()) !== 503);
  const refused = await callRaw(box, 'GET /api/messages?wait=1');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await refused.json()).toEqual({ error: expect.stringContaining(`${maxWaiting} programs wait`) });
  expect((await callRaw(box, 'GET /api/messages')).status).toBe(200);
  for (const socket of sockets) socket.destroy();
  while ((await probe()) === 503);
  await send(box, { to: sent.content.to, text: 'Hello' });
  expect(await (await callRaw(box, 'GET /api/messages?wait=1')).json()).toHaveLength(1);
});
