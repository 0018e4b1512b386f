import { connect } from 'node:net';
import type { DelayFault, FaultMoment } from '@polysms/simulator';
import { describe, expect, test } from 'vitest';
import type { MobFault, MobSimulator } from './simulator.js';
import { post, raw, readRaw, requestBytes, simulate, unlimited } from './simulator.test.helper.js';

const send = { appkey: 'k', zone: '86', phone: '13800138000' };
const form = new URLSearchParams(send).toString();
const bytes = requestBytes('POST /sms/sendmsg HTTP/1.1', [], form);

/** What is left of a request at each moment: whether it is in the ledger, and whether a phone got a message. */
const moments: [FaultMoment, { readonly requests: number; readonly messages: number }][] = [
  ['before-reading', { requests: 0, messages: 0 }],
  ['after-reading', { requests: 1, messages: 0 }],
  ['after-processing', { requests: 1, messages: 1 }],
  ['while-answering', { requests: 1, messages: 1 }],
];

function traces(simulator: MobSimulator) {
  const requests = simulator.requests.filter((request) => request.endpoint === '/sms/sendmsg');
  return { requests: requests.length, messages: simulator.messages.length };
}

describe.each([
  ['http', false],
  ['https', true],
] as const)('over %s', (_name, tls) => {
  test.each(moments)('drop %s closes the connection with FIN', async (when, left) => {
    const simulator = await simulate({ tls });
    simulator.fail({ kind: 'drop', when });
    const reply = await raw(simulator, bytes);
    expect(reply.closedBy).toBe('end');
    expect(reply.body).toBe(when === 'while-answering' ? '{"statu' : '');
    expect(traces(simulator)).toEqual(left);
    expect(await raw(simulator, bytes)).toMatchObject({ closedBy: 'enough', body: '{"status":200}' });
  });

  test.each(moments)('reset %s closes the connection with RST', async (when, left) => {
    const simulator = await simulate({ tls });
    simulator.fail({ kind: 'reset', when });
    const reply = await raw(simulator, bytes);
    expect(reply.closedBy).toBe('reset');
    expect(reply.body).toBe(when === 'while-answering' ? '{"statu' : '');
    expect(traces(simulator)).toEqual(left);
  });

  test.each(['drop', 'reset'] as const)('%s on-connect hits a connection, before TLS and any request', async (kind) => {
    const simulator = await simulate({ tls });
    simulator.fail({ kind, when: 'on-connect' }, { after: 1 });
    expect(await raw(simulator, bytes)).toMatchObject({ closedBy: 'enough', httpStatus: 200 });
    // Without TLS of its own, so that what ends the connection is seen as it is.
    const reply = await readRaw(connect(simulator.port, '127.0.0.1'), /./u);
    expect(reply).toMatchObject({ closedBy: kind === 'drop' ? 'end' : 'reset', text: '' });
    expect(traces(simulator)).toEqual({ requests: 1, messages: 1 });
    expect(await raw(simulator, bytes)).toMatchObject({ closedBy: 'enough', httpStatus: 200 });
  });
});

test.each(['drop', 'reset'] as const)('%s on-connect ends a TLS handshake, and nothing else', async (kind) => {
  const simulator = await simulate({ tls: true, limits: unlimited });
  simulator.fail({ kind, when: 'on-connect' }, { times: 10 });
  for (let count = 0; count < 10; count += 1) {
    const closedBy = kind === 'drop' ? 'end' : 'reset';
    expect(await raw(simulator, bytes)).toMatchObject({ closedBy, text: '' });
  }
  expect(await raw(simulator, bytes)).toMatchObject({ closedBy: 'enough', httpStatus: 200 });
  expect(traces(simulator)).toEqual({ requests: 1, messages: 1 });
});

test('what is written to a connection that was dropped on connecting is not looked at', async () => {
  const simulator = await simulate();
  simulator.fail({ kind: 'drop', when: 'on-connect' });
  expect(await raw(simulator, bytes)).toMatchObject({ closedBy: 'end', text: '' });
  expect(await raw(simulator, bytes)).toMatchObject({ closedBy: 'enough' });
  expect(traces(simulator)).toEqual({ requests: 1, messages: 1 });
});

test('a dropped request before reading does not get its 100 Continue', async () => {
  const simulator = await simulate();
  simulator.fail({ kind: 'drop', when: 'before-reading' });
  const head = requestBytes('POST /sms/sendmsg HTTP/1.1', ['Expect: 100-continue'], form);
  expect(await raw(simulator, head)).toMatchObject({ closedBy: 'end', text: '' });
});

test.each(moments)('hang %s never answers, and holds nothing up when the simulator closes', async (when, left) => {
  const simulator = await simulate();
  simulator.fail({ kind: 'hang', when }, { endpoint: '/sms/sendmsg' });
  const socket = connect(simulator.port, '127.0.0.1');
  const hanging = readRaw(socket, /never/u);
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  // A connection that came later has been served, so the first has been looked at.
  expect(await post(simulator, '/sms/verify', send)).toMatchObject({ status: 466 });
  expect(traces(simulator)).toEqual(left);
  await simulator.close();
  const reply = await hanging;
  expect(reply.closedBy).not.toBe('enough');
  expect(reply.body).toBe(when === 'while-answering' ? '{"statu' : '');
});

test('delay acts at once and answers late', async () => {
  const simulator = await simulate();
  const fault: DelayFault = { kind: 'delay', delayMs: 80 };
  simulator.fail(fault);
  const startedAt = performance.now();
  const answer = post(simulator, '/sms/sendmsg', send);
  const message = await simulator.waitForMessage({ to: '+8613800138000' });
  expect(message.endpoint).toBe('/sms/sendmsg');
  expect(await answer).toEqual({ status: 200 });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(75);
});

test('a delay that is not over does not hold up the end', async () => {
  const simulator = await simulate();
  simulator.fail({ kind: 'delay', delayMs: 2_147_483_647 });
  const answer = raw(simulator, bytes);
  await simulator.waitForMessage({ to: '+8613800138000' });
  await simulator.close();
  expect((await answer).text).toBe('');
});

describe('http', () => {
  test.each([
    [{ httpStatus: 502, body: '<html>Bad Gateway</html>', contentType: 'text/html' }, 'text/html'],
    [{ httpStatus: 500 }, null],
    [{ httpStatus: 200, body: '' }, null],
    [{ httpStatus: 200, body: '{"status":2', contentType: 'application/json' }, 'application/json'],
    [{ httpStatus: 204 }, null],
    [{ httpStatus: 599, body: 'x'.repeat(20_000_000) }, null],
  ] as const)('answers what it is given, and nothing is sent (%#)', async (fault, contentType) => {
    const simulator = await simulate();
    simulator.fail({ kind: 'http', ...fault });
    const response = await fetch(`${simulator.url}/sms/sendmsg`, { method: 'POST', body: form });
    expect(response.status).toBe(fault.httpStatus);
    expect(response.headers.get('content-type')).toBe(contentType);
    expect((await response.text()) === ('body' in fault ? fault.body : '')).toBe(true);
    expect(traces(simulator)).toEqual({ requests: 1, messages: 0 });
    expect(simulator.requests).toMatchObject([{ processed: false, status: 'none', fault: 'http' }]);
  });

  test('has Mob act on the request if asked to', async () => {
    const simulator = await simulate();
    simulator.fail({ kind: 'http', httpStatus: 504, processed: true });
    const response = await fetch(`${simulator.url}/sms/sendmsg`, { method: 'POST', body: form });
    expect(response.status).toBe(504);
    expect(simulator.messages).toHaveLength(1);
    expect(simulator.requests).toMatchObject([{ processed: true, status: 'none', fault: 'http' }]);
  });
});

test.each([
  [{ kind: 'content-type', contentType: 'text/html' }, 'text/html'],
  [{ kind: 'content-type', contentType: undefined }, null],
  [{ kind: 'content-type' }, null],
] as const)('%j changes the header and nothing else', async (fault, contentType) => {
  const simulator = await simulate();
  simulator.fail(fault);
  const response = await fetch(`${simulator.url}/sms/sendmsg`, { method: 'POST', body: form });
  expect(response.headers.get('content-type')).toBe(contentType);
  expect(await response.json()).toEqual({ status: 200 });
  expect(simulator.messages).toHaveLength(1);
});

test('status answers in Mob’s place, and nothing is sent', async () => {
  const simulator = await simulate();
  simulator.fail({ kind: 'status', status: 500 });
  simulator.fail({ kind: 'status', status: 218, error: 'busy' }, { endpoint: '/custom/msg' });
  expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 500 });
  expect(await post(simulator, '/custom/msg', send)).toEqual({ status: 218, error: 'busy' });
  expect(simulator.messages).toEqual([]);
  expect(simulator.requests).toMatchObject([
    { processed: false, status: 500, fault: 'status' },
    { processed: false, status: 218, fault: 'status' },
  ]);
});

describe('a script', () => {
  async function statuses(simulator: MobSimulator, count: number, path = '/sms/sendmsg'): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (let done = 0; done < count; done += 1) {
      const answer = await post(simulator, path, send);
      answers.push(typeof answer === 'object' && answer !== null && 'status' in answer ? answer.status : answer);
    }
    return answers;
  }

  test('spares some requests, hits some, and is over', async () => {
    const simulator = await simulate({ limits: unlimited });
    simulator.fail({ kind: 'status', status: 418 }, { after: 2, times: 2 });
    expect(await statuses(simulator, 6)).toEqual([200, 200, 418, 418, 200, 200]);
  });

  test('runs in the order in which it was set', async () => {
    const simulator = await simulate({ limits: unlimited });
    simulator.fail({ kind: 'status', status: 1 });
    simulator.fail({ kind: 'status', status: 2 }, { times: 2 });
    simulator.fail({ kind: 'status', status: 3 }, { after: 1 });
    expect(await statuses(simulator, 6)).toEqual([1, 2, 2, 200, 3, 200]);
  });

  test('minds its endpoint, and may go on for ever', async () => {
    const simulator = await simulate({ limits: unlimited });
    simulator.fail({ kind: 'status', status: 9 }, { times: Number.POSITIVE_INFINITY, endpoint: '/sms/verify' });
    expect(await statuses(simulator, 2)).toEqual([200, 200]);
    expect(await statuses(simulator, 20, '/sms/verify')).toEqual(Array.from({ length: 20 }, () => 9));
    simulator.reset();
    expect(await statuses(simulator, 1, '/sms/verify')).toEqual([466]);
  });

  test.each([
    [{ kind: 'explode' }, {}, 'fault.kind: must be one of drop, reset, hang, delay, http, content-type, status'],
    [{ kind: 'drop' }, {}, 'fault.when: must be one of on-connect, before-reading'],
    [{ kind: 'hang', when: 'on-connect' }, {}, 'fault.when: must be one of before-reading'],
    [
      { kind: 'delay', delayMs: -1 },
      {},
      'fault.delayMs: must be a whole number of milliseconds from 0 up, at most 24 days',
    ],
    [undefined, {}, 'fault: must be one of drop, reset, hang'],
    [{ kind: 'delay' }, {}, 'fault.delayMs: must be a whole number of milliseconds'],
    [{ kind: 'http', httpStatus: 100 }, {}, 'fault.httpStatus: must be a whole number from 200 to 599'],
    [{ kind: 'content-type', contentType: 'a\r\nb' }, {}, 'fault.contentType: must be the value of a header'],
    [{ kind: 'status', status: '200' }, {}, 'fault.status: must be a whole number'],
    [{ kind: 'status', status: 1, colour: 1 }, {}, 'fault.colour: is no field of a fault of this kind'],
    [{ kind: 'status', status: 1 }, { times: 0 }, 'when.times: must be a whole number of requests from 1 up'],
    [{ kind: 'status', status: 1 }, { after: -1 }, 'when.after: must be a whole number of requests'],
    [{ kind: 'status', status: 1 }, { endpoint: '/sms' }, 'when.endpoint: must be one of /sms/sendmsg'],
    [{ kind: 'drop', when: 'on-connect' }, { endpoint: '/sms/verify' }, 'when.endpoint: a connection has no endpoint'],
  ])('refuses %j %j', async (fault, when, message) => {
    const simulator = await simulate();
    const act = () => simulator.fail(fault as MobFault, when as object);
    expect(act).toThrow(expect.objectContaining({ code: 'configuration_invalid' }));
    expect(act).toThrow(message);
  });
});
