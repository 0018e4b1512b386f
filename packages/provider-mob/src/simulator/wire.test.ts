import { describe, expect, test } from 'vitest';
import { raw, requestBytes, simulate, TestClock } from './simulator.test.helper.js';

const form = 'appkey=k&phone=13800138000&zone=86';
const accepted = { httpStatus: 200, body: '{"status":200}' };
const expectedMessage = { to: '+8613800138000', zone: '86', phone: '13800138000', endpoint: '/sms/sendmsg' };

/** What each sample of the handbook puts on the wire, with its host, appkey and phone replaced. */
const samples = {
  'the curl script': requestBytes(
    'POST /sms/sendmsg HTTP/1.1',
    ['User-Agent: curl/7.88.1', 'Accept: */*', 'Content-Type: application/x-www-form-urlencoded'],
    'appkey=k&amp;phone=13800138000&amp;zone=86',
  ),
  'the PHP sample': requestBytes(
    'POST /sms/sendmsg HTTP/1.1',
    ['Content-Type: application/x-www-form-urlencoded;charset=UTF-8', 'Accept: application/json'],
    form,
  ),
  'the PHP sample with a slash too many': requestBytes(
    'POST //sms/sendmsg HTTP/1.1',
    ['Content-Type: application/x-www-form-urlencoded;charset=UTF-8', 'Accept: application/json'],
    form,
  ),
  'the Java sample': requestBytes(
    'POST /sms/sendmsg HTTP/1.1',
    [
      'User-Agent: Java/1.8.0_91',
      'Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
      'Connection: keep-alive',
      'Content-type: application/x-www-form-urlencoded',
    ],
    'appkey=k&amp;phone=13800138000&amp;zone=86&amp;',
  ),
  'the Java sample without its HTML escapes': requestBytes(
    'POST /sms/sendmsg HTTP/1.1',
    ['User-Agent: Java/1.8.0_91', 'Connection: keep-alive', 'Content-type: application/x-www-form-urlencoded'],
    `${form}&`,
  ),
  'the same in Go, with net/http': requestBytes(
    'POST /sms/sendmsg HTTP/1.1',
    ['User-Agent: Go-http-client/1.1', 'Content-Type: application/x-www-form-urlencoded', 'Accept-Encoding: gzip'],
    form,
  ),
  'the same in Ruby, with Net::HTTP': requestBytes(
    'POST /sms/sendmsg HTTP/1.1',
    [
      'Content-Type: application/x-www-form-urlencoded',
      'Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3',
      'Accept: */*',
      'User-Agent: Ruby',
      'Connection: close',
    ],
    form,
  ),
  'the Python sample': requestBytes(
    'POST /sms/sendmsg HTTP/1.1',
    [
      'User-Agent: python-requests/2.10.0',
      'Accept-Encoding: gzip, deflate',
      'Accept: */*',
      'Connection: keep-alive',
      'Content-Type: application/x-www-form-urlencoded',
    ],
    form,
  ),
};

/** What clients in the wild send. */
const strangeClients = {
  'no content type': requestBytes('POST /sms/sendmsg HTTP/1.1', [], form),
  'the content type of JSON': requestBytes('POST /sms/sendmsg HTTP/1.1', ['Content-Type: application/json'], form),
  'the content type of HTML': requestBytes('POST /sms/sendmsg HTTP/1.1', ['Content-Type: text/html'], form),
  'empty pairs': requestBytes('POST /sms/sendmsg HTTP/1.1', [], '&&appkey=k&&phone=13800138000&&zone=86&&'),
  'a GET': `GET /sms/sendmsg?${form} HTTP/1.1\r\nHost: a\r\n\r\n`,
  'a GET with &amp;': `GET /sms/sendmsg?${form.replaceAll('&', '&amp;')} HTTP/1.1\r\nHost: a\r\n\r\n`,
  'a POST with its parameters in the query': requestBytes(`POST /sms/sendmsg?${form} HTTP/1.1`, [], ''),
  'an absolute request target': requestBytes('POST http://webapi.sms.mob.com/sms/sendmsg HTTP/1.1', [], form),
  'a chunked body':
    'POST /sms/sendmsg HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n' +
    `${(8).toString(16)}\r\nappkey=k\r\n${(26).toString(16)}\r\n&phone=13800138000&zone=86\r\n0\r\n\r\n`,
  'HTTP/1.0 without a host': `POST /sms/sendmsg HTTP/1.0\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
};

describe('the samples of the handbook work', () => {
  test.each(Object.entries(samples))('%s', async (_name, bytes) => {
    const simulator = await simulate();
    expect(await raw(simulator, bytes)).toMatchObject(accepted);
    expect(simulator.messages).toMatchObject([expectedMessage]);
  });

  test('the C# sample: no content type, and a body only after 100 Continue', async () => {
    const simulator = await simulate();
    const body = 'appkey=k&amp;phone=13800138000&amp;zone=86';
    const head = requestBytes('POST /sms/sendmsg HTTP/1.1', ['Expect: 100-continue', 'Connection: Keep-Alive'], body);
    const reply = await raw(simulator, head);
    expect(reply).toMatchObject(accepted);
    expect(reply.text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/u);
    expect(simulator.messages).toMatchObject([expectedMessage]);
  });
});

describe('strange clients are understood', () => {
  test.each(Object.entries(strangeClients))('%s', async (_name, bytes) => {
    const simulator = await simulate();
    expect(await raw(simulator, bytes)).toMatchObject(accepted);
    expect(simulator.messages).toMatchObject([expectedMessage]);
  });

  test('an unescaped plus sign before the zone is a wrong format, not a zone', async () => {
    const simulator = await simulate();
    const bytes = requestBytes('POST /sms/sendmsg HTTP/1.1', [], 'appkey=k&phone=13800138000&zone=+86');
    expect((await raw(simulator, bytes)).body).toBe('{"status":457,"error":"Phone format error."}');
  });
});

test('an answer looks like the one that was captured', async () => {
  const simulator = await simulate();
  const { headers } = await raw(simulator, samples['the Python sample']);
  expect(headers).toContain('HTTP/1.1 200 OK');
  expect(headers).toContain('Content-Type: text/plain; charset=utf-8');
  expect(headers).toContain('Content-Length: 14');
});

test('two requests on one connection are both answered', async () => {
  const simulator = await simulate();
  const bytes = samples['the Python sample'];
  const { text } = await raw(simulator, bytes + bytes, /200\}.*200\}$/su);
  expect(text.match(/\{"status":200\}/gu)).toHaveLength(2);
});

test('the ledger shows what was asked', async () => {
  const clock = new TestClock();
  const simulator = await simulate({ clock });
  await raw(simulator, samples['the PHP sample']);
  expect(simulator.requests).toEqual([
    {
      endpoint: '/sms/sendmsg',
      method: 'POST',
      parameters: { appkey: 'k', phone: '13800138000', zone: '86' },
      contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
      accept: 'application/json',
      remoteAddress: '127.0.0.1',
      processed: true,
      status: 200,
      fault: undefined,
      receivedAt: clock.now(),
    },
  ]);
});

test('the ledger keeps no more than 64 parameters of 256 characters', async () => {
  const simulator = await simulate();
  const many = Array.from({ length: 100 }, (_, index) => `p${index}=${'x'.repeat(300)}`).join('&');
  await raw(simulator, requestBytes('POST /sms/sendmsg HTTP/1.1', [], many));
  const parameters = simulator.requests[0]?.parameters ?? {};
  expect(Object.keys(parameters)).toHaveLength(64);
  expect(parameters['p0']).toHaveLength(256);
});
