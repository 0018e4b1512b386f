import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ManualClock, type Simulator, startSimulator } from '@polysms/simulator';
import { expect, onTestFinished, test } from 'vitest';
import { twilioSignature } from '../signature.js';
import { accountSid, authToken, serviceSid } from '../twilio.test.fixture.js';
import { twilioDialect } from './dialect.js';

const clockStart = 1_800_000_000_000;

/** A box, and an app that answers these statuses and then 204. */
async function start(statuses: number[] = []) {
  const clock = new ManualClock(clockStart);
  const box = await startSimulator({ dialects: [twilioDialect({ accountSid, authToken })], clock, seed: 1 });
  const hits: { readonly url: string; readonly fields: URLSearchParams; readonly headers: NodeJS.Dict<unknown> }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    hits.push({ url: request.url ?? '', fields: new URLSearchParams(body), headers: request.headers });
    response.writeHead(statuses.shift() ?? 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await box.close();
  });
  return { box, clock, hits, port: (server.address() as AddressInfo).port };
}

async function send(box: Simulator, fields: Record<string, string>): Promise<void> {
  const path = `/2010-04-01/Accounts/${accountSid}/Messages.json`;
  await post(box, path, { To: '+14155550100', Body: 'Hi', ...fields });
}

async function post(box: Simulator, path: string, fields: Record<string, string>): Promise<void> {
  const headers = { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` };
  const response = await fetch(`${box.urlOf('twilio')}${path}`, {
    ...{ method: 'POST', headers, body: new URLSearchParams(fields) },
  });
  expect(response.status).toBe(201);
}

/** Lets time pass until nothing is to come any more. */
async function passed(box: Simulator, clock: ManualClock): Promise<void> {
  while (box.reports.some(({ status }) => status === 'scheduled')) {
    clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test('of a message by a service, queued is told as well; of one by a number and of a code, what Twilio tells of those', async () => {
  const { box } = await start();
  await send(box, { From: '+15005550006' });
  await send(box, { MessagingServiceSid: serviceSid });
  await send(box, { MessagingServiceSid: serviceSid, To: '+15005550001' });
  await post(box, '/v2/Services/VA00000000000000000000000000000001/Verifications', {
    ...{ To: '+14155550100', Channel: 'sms' },
  });
  const told = box.messages.map(({ id }) => {
    return box.reports.filter(({ messageId }) => messageId === id).map(({ state }) => state);
  });
  expect(told).toEqual([['sent', 'delivered'], ['queued', 'sent', 'delivered'], ['queued', 'rejected'], []]);
});

test.each([
  ['an error is not repeated', '', [500], 1],
  ['nor after a fragment that repeats other things', '#rc=5&rp=ct,rt', [500], 1],
  ['the fragment says after what it is repeated, and how often', '#rc=2&rp=5xx', [500, 503, 500, 500], 3],
  ['at most five times', '#rc=99&rp=all', [500, 404, 500, 404, 500, 404, 500, 404], 6],
  ['until the app takes it', '#rc=5&rp=4xx', [404, 404], 3],
])('%s', async (_, fragment, statuses, calls) => {
  const { box, clock, hits, port } = await start([204, ...statuses]);
  await send(box, { From: '+15005550006', StatusCallback: `http://127.0.0.1:${port}/hook${fragment}` });
  await passed(box, clock);
  const [first, ...rest] = hits;
  expect([first?.fields.get('MessageStatus'), rest.map(({ fields }) => fields.get('MessageStatus'))]).toEqual([
    'sent',
    Array.from({ length: calls }, () => 'delivered'),
  ]);
});

test('a connection that fails is tried once more', async () => {
  const { box, clock } = await start();
  const gone = await startSimulator({ dialects: [twilioDialect()] });
  await gone.close();
  await send(box, { From: '+15005550006', StatusCallback: `${gone.url}/hook` });
  await passed(box, clock);
  expect(box.reports.map(({ attempts, status }) => [attempts.length, status])).toEqual([
    [2, 'refused'],
    [2, 'refused'],
  ]);
});

test('user and password are sent as Basic, and not signed', async () => {
  const { box, clock, hits, port } = await start();
  await send(box, { From: '+15005550006', StatusCallback: `http://app:pass@127.0.0.1:${port}/hook?a=1#rc=3` });
  await passed(box, clock);
  const url = `http://127.0.0.1:${port}/hook?a=1`;
  for (const { fields, headers } of hits) {
    const signature = twilioSignature(authToken, { url, fields: [...fields] });
    expect(headers).toMatchObject({ authorization: `Basic ${btoa('app:pass')}`, 'x-twilio-signature': signature });
  }
  expect(hits).toHaveLength(2);
});
