import { get } from 'node:http';
import { expect, test } from 'vitest';
import { call, callRaw, send, tinyBox } from './simulator.test.fixture.js';
import { ManualClock } from './world/clock.js';

const to = '+447700900123';

test('a message arrives on a phone, with its code and its parts', async () => {
  const box = await tinyBox();
  const wait = box.waitForMessage({ to });
  expect((await send(box, { to, text: 'Your code is 0417.' })).status).toBe(202);
  const message = await wait;
  expect(message).toMatchObject({ id: '1', vendor: 'tiny', to, code: '0417', segments: 1, encoding: 'GSM-7' });
  expect(await call(box, 'GET /api/messages')).toEqual([message]);
});

test('a wait over HTTP answers once a message is there, and with nothing when the time is up', async () => {
  const box = await tinyBox();
  expect(await call(box, `GET /api/messages?to=${to}&wait=1`)).toEqual([]);
  const waiting = call(box, `GET /api/messages?to=${to}&wait=60000`);
  await send(box, { to: '+447700900999', text: 'Another phone' });
  await send(box, { to, text: 'Hello' });
  expect(await waiting).toMatchObject([{ to, text: 'Hello' }]);
  expect(await call(box, `GET /api/messages?after=2&wait=1`)).toEqual([]);
  expect(await call(box, 'GET /api/messages?limit=1')).toMatchObject([{ id: '2' }]);
  expect(await call(box, 'GET /api/messages?after=0&limit=1')).toMatchObject([{ id: '1' }]);
});

test('a message shows what happened to it, and its request on the wire', async () => {
  const box = await tinyBox({ clock: new ManualClock() });
  await send(box, { to, text: 'Hello' });
  expect(await call(box, 'GET /api/messages/1')).toMatchObject({
    id: '1',
    timeline: [
      { kind: 'request', text: 'The app calls POST /messages.' },
      { kind: 'delivered-to-phone', text: 'The message is on the phone.', detail: 'one part in GSM-7' },
      { kind: 'answer', text: 'The app gets the answer 202.' },
      { kind: 'report', text: 'The report sent is to come.' },
      { kind: 'report', text: 'The report delivered is to come.' },
    ],
    wire: [{ vendor: 'tiny', method: 'POST', path: '/messages', status: 202, messageIds: ['1'], processed: true }],
  });
  expect((await callRaw(box, 'GET /api/messages/2')).status).toBe(404);
});

test('phones belong to the box, and show what came and what was written', async () => {
  const clock = new ManualClock();
  const box = await tinyBox({ clock });
  await send(box, { to, text: 'One' });
  clock.advance(1);
  await send(box, { to: '+447700900999', text: 'Two' });
  clock.advance(1);
  await call(box, `POST /api/phones/${to}/replies`, { text: 'STOP' });
  expect(await call(box, 'GET /api/phones')).toMatchObject([
    { phone: to, messages: 2, last: { text: 'STOP', direction: 'out' } },
    { phone: '+447700900999', messages: 1, last: { text: 'Two', direction: 'in' } },
  ]);
  expect(await call(box, `GET /api/phones/${to}`)).toMatchObject({
    phone: to,
    conversation: [
      { direction: 'in', message: { text: 'One' } },
      { direction: 'out', reply: { text: 'STOP', to: '12345', messageId: '1', status: 'lost' } },
    ],
  });
  expect(await (await send(box, { to, text: 'Three' })).json()).toEqual({ error: 'stopped' });
});

test('the control API lists itself, and every line of its list works', async () => {
  const box = await tinyBox();
  const list = (await call(box, 'GET /api')) as { endpoints: { method: string; path: string; curl: string }[] };
  expect(list.endpoints.map(({ method, path }) => `${method} ${path}`)).toContain('POST /api/phones/:phone/replies');
  for (const { curl } of list.endpoints) expect(curl).toContain(`'${box.url}/api`);
  const nothing = await callRaw(box, 'GET /api/message');
  expect(nothing.status).toBe(404);
  expect(await nothing.json()).toEqual({
    error: 'There is nothing at /api/message; GET /api lists what there is.',
  });
  const wrongMethod = await callRaw(box, 'DELETE /api/messages');
  expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'GET']);
});

test.each([
  ['POST /api/faults', { fault: { kind: 'drop' } }, 'fail(): fault.when: must be one of on-connect'],
  [
    'POST /api/faults',
    { fault: { kind: 'answer', name: '9' } },
    'fault.name: must be one of slow-down, no-money, stopped',
  ],
  ['POST /api/faults', { vendor: 'huge', fault: { kind: 'html' } }, 'vendor: must be one of tiny'],
  [
    'POST /api/faults',
    { fault: { kind: 'status', status: 1 } },
    'fault.kind: the statuses of this vendor are no numbers',
  ],
  [
    'POST /api/faults',
    { fault: { kind: 'html' }, when: { probability: 0 } },
    'when.probability: must be a share above 0',
  ],
  [
    'POST /api/faults',
    { fault: { kind: 'html' }, when: { endpoint: '/x' } },
    'when.endpoint: must be one of /messages',
  ],
  ['POST /api/vendors/tiny/settings', {}, 'Tiny SMS has no settings.'],
  ['POST /api/vendors/huge/settings', {}, 'There is no vendor of this name in the box; use tiny.'],
  ['POST /api/vendors/tiny/calls/dance', {}, 'Tiny SMS has no such call.'],
  ['POST /api/reports/settings', { mode: 'off' }, 'mode: must be automatic or held'],
  ['POST /api/reports/settings', { reportsTo: 'here' }, 'reportsTo: must be an http or https URL'],
  ['POST /api/phones/+447700900123/replies', { text: '' }, 'text: must be a text of 1 to 1600 characters'],
  [
    'POST /api/phones/+447700900123/replies',
    { text: 'STOP' },
    'this phone has no message of a vendor that hands replies on',
  ],
  ['GET /api/messages?wait=soon', undefined, 'wait: must be a whole number of milliseconds, at most 600000'],
  ['GET /api/messages?form=1', undefined, 'form: is no field of this query (to, vendor, after, limit, wait)'],
])('%s %j is refused in words', async (line, body, message) => {
  const response = await callRaw(await tinyBox(), line, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ error: expect.stringContaining(message) });
});

test('a body that is no JSON is refused', async () => {
  const box = await tinyBox();
  const response = await fetch(`${box.url}/api/faults`, { method: 'POST', body: '{' });
  expect([response.status, await response.json()]).toEqual([400, { error: 'The body must be JSON.' }]);
});

test('what only one vendor may have is refused twice', async () => {
  await expect(tinyBox({ dialects: [] })).rejects.toThrow('dialects: must be a list of dialects');
  await expect(tinyBox({ ports: { huge: 1 } })).rejects.toThrow('ports.huge: there is no such vendor here; use tiny');
  const box = await tinyBox();
  await expect(tinyBox({ ports: { tiny: Number(new URL(box.urlOf('tiny')).port) } })).rejects.toThrow(
    'the port is taken',
  );
});

test('on one port there are both the vendor and the control API', async () => {
  const box = await tinyBox({ onePort: true });
  expect(box.urlOf('tiny')).toBe(box.url);
  expect((await send(box, { to, text: 'Hello' })).status).toBe(202);
  expect(await call(box, 'GET /api/messages')).toHaveLength(1);
});

test('a reset forgets everything, and the seed starts anew', async () => {
  const box = await tinyBox();
  const first = await (await send(box, { to, text: 'Hello' })).json();
  box.fail({ kind: 'html' }, { times: Number.POSITIVE_INFINITY });
  expect(await call(box, 'POST /api/reset')).toEqual({ ok: true });
  expect([box.messages, box.requests, box.reports, await call(box, 'GET /api/faults')]).toEqual([[], [], [], []]);
  expect(await (await send(box, { to, text: 'Hello' })).json()).toEqual(first);
});

test('the control API is nothing for other sites, though a link may lead to the page', async () => {
  const box = await tinyBox();
  const statusOf = (path: string, mode: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': mode };
      get(`${box.url}${path}`, { headers, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
  expect(await statusOf('/api/messages', 'no-cors')).toBe(403);
  expect(await statusOf('/api/messages', 'navigate')).toBe(403);
  expect(await statusOf('/', 'navigate')).toBe(200);
  const { headers } = await fetch(`${box.url}/api/messages`);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
});

test('webhooks are for vendors that are in the box', async () => {
  const url = 'http://127.0.0.1:1/hooks';
  const words = (name: string) => `reportsTo.${name}: there is no such vendor here; use tiny`;
  const unknown: Record<string, string>[] = [{ huge: url }, JSON.parse(`{"__proto__":"${url}"}`)];
  const box = await tinyBox();
  for (const reportsTo of unknown) {
    const [name = ''] = Object.keys(reportsTo);
    await expect(tinyBox({ reportsTo })).rejects.toThrow(words(name));
    expect(() => box.configureReports({ reportsTo })).toThrow(words(name));
    expect((await callRaw(box, 'POST /api/reports/settings', { reportsTo })).status).toBe(400);
  }
  expect(box.configureReports({ reportsTo: { tiny: url } }).reportsTo).toEqual({ tiny: url });
});
