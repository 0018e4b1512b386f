import { describe, expect, test } from 'vitest';
import type { MobSimulatorOptions } from './options.js';
import type { MobSimulator } from './simulator.js';
import { post, raw, requestBytes, simulate } from './simulator.test.helper.js';

const send = { appkey: 'k', zone: '86', phone: '13800138000' };
const controlPaths = ['messages', 'requests', 'certificate', 'faults', 'settings', 'reset', 'sdk-codes', 'nothing'];

/** Asks for the messages with a head as it is, and says what came of it. */
async function ask(simulator: MobSimulator, head: string) {
  const { httpStatus, text } = await raw(simulator, `${head}\r\n\r\n`, /\r\n\r\n.*[\]}]$/su);
  return { httpStatus, text };
}

const messagesBy = (host: string) => `GET /simulator/messages HTTP/1.1\r\nHost: ${host}`;

/** What is refused wherever the simulator listens, unless its owner has named it. */
const strangers = [
  'evil.example',
  'EVIL.example:80',
  '127.0.0.1.evil.example',
  'localhost.evil.example:80',
  'evillocalhost',
  'localhost..',
  '[2001:db8::1]:80',
  '192.0.2.7',
  '127.1',
  'localhost, evil.example',
  'localhost@evil.example',
  'evil.example#@localhost',
  'localhost/',
  'http://localhost',
  '::1',
  '[::1',
  '[localhost]',
  'localhost:80:80',
  '',
];

const itself = [
  '127.0.0.1:80',
  '127.0.0.53',
  'localhost',
  'LOCALHOST:8090',
  'localhost.:8090',
  'shop.localhost',
  'localhost:',
  '[::1]:80',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::FFFF:7f00:1]:1',
];

describe.each<[string, MobSimulatorOptions]>([
  ['the loopback address', {}],
  ['every address', { host: '0.0.0.0' }],
  ['every address, of IPv6 too', { host: '::' }],
])('a simulator on %s', (_name, options) => {
  test('shows nothing to a stranger’s Host, and says what to do', async () => {
    const simulator = await simulate(options);
    simulator.sendSdkCode('+8613800138000');
    const code = simulator.messages[0]?.code ?? 'no code';
    for (const host of strangers) {
      const { httpStatus, text } = await ask(simulator, messagesBy(host));
      expect([host, httpStatus]).toEqual([host, 403]);
      expect(text).toContain('--allowed-hosts, or the option allowedHosts');
      expect(text).not.toContain(code);
    }
  });

  test('answers to its own names', async () => {
    const simulator = await simulate(options);
    for (const host of itself) {
      expect([host, (await ask(simulator, messagesBy(host))).httpStatus]).toEqual([host, 200]);
    }
  });

  test('is called by the name of a container where messages are sent, as Mob itself', async () => {
    const simulator = await simulate(options);
    const form = 'appkey=k&phone=13800138000&zone=86';
    const bytes = requestBytes('POST /sms/sendmsg HTTP/1.1', [], form).replace('127.0.0.1', 'mob:8090');
    expect(await raw(simulator, bytes)).toMatchObject({ httpStatus: 200, body: '{"status":200}' });
  });
});

test.each(controlPaths)('/simulator/%s is behind it, whatever the method', async (path) => {
  const simulator = await simulate({ host: '0.0.0.0' });
  for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
    const bytes = `${method} /simulator/${path} HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0`;
    expect((await ask(simulator, bytes)).httpStatus).toBe(403);
  }
});

describe('the Host', () => {
  test('that its owner names is allowed, in every way of writing it, and no other', async () => {
    const allowedHosts = ['Mob', 'sms.test.', '2001:db8::5', '[2001:db8::6]', '192.0.2.7'];
    const simulator = await simulate({ host: '0.0.0.0', allowedHosts });
    for (const host of ['mob:8090', 'MOB', 'mob.', 'sms.test', '[2001:DB8:0::5]:1', '[2001:db8::6]', '192.0.2.7:80']) {
      expect([host, (await ask(simulator, messagesBy(host))).httpStatus]).toEqual([host, 200]);
    }
    for (const host of ['mob.test', 'a.mob', 'test', '[2001:db8::7]', '2001:db8::5', '192.0.2.70']) {
      expect([host, (await ask(simulator, messagesBy(host))).httpStatus]).toEqual([host, 403]);
    }
  });

  test('may be the address it listens on', async () => {
    const simulator = await simulate({ host: '0.0.0.0' });
    expect((await ask(simulator, messagesBy('0.0.0.0:80'))).httpStatus).toBe(200);
    const other = await simulate();
    expect((await ask(other, messagesBy('0.0.0.0:80'))).httpStatus).toBe(403);
  });

  test('of a whole URL as the target counts as well', async () => {
    const simulator = await simulate({ host: '0.0.0.0' });
    const by = (target: string, host: string) => ask(simulator, `GET ${target} HTTP/1.1\r\nHost: ${host}`);
    expect(await by('http://evil.example/simulator/messages', 'localhost')).toMatchObject({ httpStatus: 403 });
    expect(await by('HTTPS://EVIL.EXAMPLE:8090/simulator/messages', 'localhost')).toMatchObject({ httpStatus: 403 });
    expect(await by('http://localhost@evil.example/simulator/messages', 'localhost')).toMatchObject({
      httpStatus: 403,
    });
    expect(await by('http://localhost/simulator/messages', 'evil.example')).toMatchObject({ httpStatus: 403 });
    expect(await by('http://localhost:1/simulator/messages', 'localhost')).toMatchObject({ httpStatus: 200 });
    expect(await by('//localhost/simulator/messages', 'evil.example')).toMatchObject({ httpStatus: 403 });
  });

  test('must be there once', async () => {
    const simulator = await simulate();
    const head = 'GET /simulator/messages HTTP/1.1\r\nHost: localhost';
    expect(await ask(simulator, `${head}\r\nHost: evil.example`)).toMatchObject({ httpStatus: 403 });
    expect(await ask(simulator, `${head}\r\nHost: localhost`)).toMatchObject({ httpStatus: 403 });
    expect(await ask(simulator, 'GET /simulator/messages HTTP/1.0')).toMatchObject({ httpStatus: 403 });
  });

  test('does not matter to Mob’s clients: none with HTTP/1.0, two, or a whole URL', async () => {
    const simulator = await simulate();
    const form = 'appkey=k&phone=13800138000&zone=86';
    const length = `Content-Length: ${form.length}`;
    for (const head of [
      'POST /sms/sendmsg HTTP/1.0',
      'POST /sms/sendmsg HTTP/1.1\r\nHost: a\r\nHost: b',
      'POST http://webapi.sms.mob.com/sms/sendmsg HTTP/1.1\r\nHost: webapi.sms.mob.com',
    ]) {
      simulator.reset();
      expect(await raw(simulator, `${head}\r\n${length}\r\n\r\n${form}`)).toMatchObject({ body: '{"status":200}' });
    }
  });
});

describe('the Origin', () => {
  test.each(['http://example.com', 'http://localhost:3000', 'http://127.0.0.1:1', 'null', '', 'http://127.0.0.1, a'])(
    'of another page is refused: %s',
    async (origin) => {
      const simulator = await simulate({ allowedHosts: ['example.com'] });
      const bytes = requestBytes('POST /simulator/settings HTTP/1.1', [`Origin: ${origin}`], '{"balance":0}');
      expect(await raw(simulator, bytes)).toMatchObject({ httpStatus: 403 });
      expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
    },
  );

  test('of the simulator itself is not another page, and a stranger’s name is never its own', async () => {
    const simulator = await simulate();
    const by = (host: string) => ask(simulator, `${messagesBy(host)}\r\nOrigin: http://${host}`);
    expect((await by('localhost:8090')).httpStatus).toBe(200);
    expect((await by('evil.example')).httpStatus).toBe(403);
  });
});
