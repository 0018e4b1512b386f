import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startMobSimulator } from './simulator.js';
import { raw, requestBytes, simulate } from './simulator.test.helper.js';

const form = 'appkey=k&phone=13800138000&zone=86';

describe('requests that Mob would not see', () => {
  test('an unknown path is answered 404', async () => {
    const simulator = await simulate();
    for (const path of ['/sms', '/sms/sendmsg/', '/SMS/sendmsg', '/simulator/nothing', '/%00']) {
      expect((await fetch(`${simulator.url}${path}`)).status).toBe(404);
    }
    expect(simulator.requests).toEqual([]);
  });

  test.each(['PUT', 'DELETE', 'HEAD'])('%s is answered 405', async (method) => {
    const simulator = await simulate();
    const response = await fetch(`${simulator.url}/sms/sendmsg`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST, GET');
    expect(simulator.requests).toEqual([]);
  });

  test('a body of 64 KiB is read, one of a byte more is answered 413', async () => {
    const simulator = await simulate();
    const filled = (length: number) => `${form}&x=`.padEnd(length, 'x');
    const send = (length: number) => raw(simulator, requestBytes('POST /sms/sendmsg HTTP/1.1', [], filled(length)));
    expect(await send(65_536)).toMatchObject({ httpStatus: 200 });
    expect(await send(65_537)).toMatchObject({ httpStatus: 413, body: '{"error":"A body has at most 65536 bytes."}' });
    expect(simulator.requests).toHaveLength(1);
  });

  test('a body that does not end is answered 413 as well', async () => {
    const simulator = await simulate();
    const head = 'POST /sms/sendmsg HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    expect((await raw(simulator, head + chunk.repeat(20))).text).toContain('HTTP/1.1 413');
    expect(simulator.requests).toEqual([]);
  });

  test('a caller that waits for 100 Continue with too much is refused before it writes', async () => {
    const simulator = await simulate();
    const head = 'POST /sms/sendmsg HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 65537\r\n\r\n';
    const reply = await raw(simulator, head);
    expect(reply.httpStatus).toBe(413);
    expect(reply.text).not.toContain('100 Continue');
  });

  test.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['TLS where there is none', '\u0016\u0003\u0001\u0002\u0000\u0001', 400],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost a\r\n\r\n', 400],
    ['a wrong chunk', 'POST /sms/sendmsg HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx', 400],
    ['a head that is too long', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s ends the connection and not the process', async (_name, bytes, httpStatus) => {
    const simulator = await simulate();
    expect((await raw(simulator, bytes)).httpStatus).toBe(httpStatus);
    expect(await raw(simulator, requestBytes('POST /sms/sendmsg HTTP/1.1', [], form))).toMatchObject({
      httpStatus: 200,
    });
    expect(simulator.requests).toHaveLength(1);
  });

  test('a caller that leaves in the middle of its body leaves no trace', async () => {
    const simulator = await simulate();
    const socket = connect(simulator.port, '127.0.0.1');
    const head = `POST /sms/sendmsg HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n${form}`;
    await new Promise<void>((resolve) => socket.write(head, () => resolve()));
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.destroy();
    await closed;
    expect(await raw(simulator, requestBytes('POST /sms/sendmsg HTTP/1.1', [], form))).toMatchObject({
      httpStatus: 200,
    });
    expect([simulator.requests.length, simulator.messages.length]).toEqual([1, 1]);
  });
});

describe('the life of the server', () => {
  test('a taken port is named', async () => {
    const simulator = await simulate();
    await expect(startMobSimulator({ port: simulator.port })).rejects.toThrow(
      `Cannot listen on 127.0.0.1 port ${simulator.port}: the port is taken.`,
    );
  });

  test('an address that is not here is named', async () => {
    await expect(startMobSimulator({ host: '192.0.2.1' })).rejects.toThrow('Cannot listen on 192.0.2.1 port 0:');
  });

  test('closing destroys open connections, may be done twice, and frees the port', async () => {
    const simulator = await simulate();
    const idle = connect(simulator.port, '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    const ended = new Promise((resolve) => idle.once('close', resolve));
    idle.resume();
    await Promise.all([simulator.close(), simulator.close()]);
    await simulator[Symbol.asyncDispose]();
    await ended;
    const next = await simulate({ port: simulator.port });
    expect(next.url).toBe(`http://127.0.0.1:${simulator.port}`);
  });

  test('it listens for IPv6 too, and knows IPv4 callers by their own address', async () => {
    const simulator = await simulate({ host: '::', allowedIps: ['127.0.0.1'] });
    expect(simulator.url).toBe(`http://[::1]:${simulator.port}`);
    expect(await raw(simulator, requestBytes('POST /sms/sendmsg HTTP/1.1', [], form))).toMatchObject({
      httpStatus: 200,
    });
    expect(simulator.requests).toMatchObject([{ remoteAddress: '127.0.0.1', status: 200 }]);
  });
});
