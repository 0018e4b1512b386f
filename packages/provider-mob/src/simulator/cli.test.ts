import { get } from 'node:http';
import { request } from 'node:https';
import { describe, expect, test } from 'vitest';
import { listening, run, runHere } from './cli.test.helper.js';
import { simulate } from './simulator.test.helper.js';

describe('the command', () => {
  test('prints its URL, serves, and stops on SIGTERM', async () => {
    const { url, stop } = await listening('--', '--port', '0');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
    const response = await fetch(`${url}/sms/sendmsg`, { method: 'POST', body: 'appkey=k&phone=13800138000&zone=86' });
    expect(await response.json()).toEqual({ status: 200 });
    expect(await stop('SIGTERM')).toEqual({ exitStatus: 0, killedBy: null, stdout: `${url}\n`, stderr: '' });
  });

  test('takes its settings, and stops on SIGINT', async () => {
    const args = ['--app-key', 'secret', '--balance', '3', '--seed', '7', '--zones', '86,852', '--unlimited'];
    const { url, stop } = await listening(...args);
    const send = async (form: string) => (await fetch(`${url}/sms/sendmsg`, { method: 'POST', body: form })).json();
    expect(await send('appkey=k&phone=13800138000&zone=86')).toMatchObject({ status: 406 });
    expect(await send('appkey=secret&phone=2125550100&zone=1')).toMatchObject({ status: 461 });
    for (let count = 0; count < 3; count += 1) {
      expect(await send('appkey=secret&phone=13800138000&zone=86')).toEqual({ status: 200 });
    }
    expect(await send('appkey=secret&phone=13800138000&zone=86')).toMatchObject({ status: 470 });
    const same = await simulate({ seed: 7 });
    const expected = ['+8613800138000', '+8613800138000', '+8613800138000'].map((to) => same.sendSdkCode(to).code);
    const messages: unknown = await (await fetch(`${url}/simulator/messages`)).json();
    expect(messages).toMatchObject(expected.map((code) => ({ code })));
    expect(await stop('SIGINT')).toEqual({ exitStatus: 0, killedBy: null, stdout: `${url}\n`, stderr: '' });
  });

  test('takes any template, lists with spaces, and further hosts', async () => {
    const lists = ['--allowed-hosts', 'mob, sms.test', '--allowed-ips', '127.0.0.1, 192.168.10.1'];
    const { url, stop } = await listening('--any-template', ...lists);
    const body = 'appKey=k&templateCode=2901&phone=13800138000&zone=86&order=42';
    expect(await (await fetch(`${url}/custom/msg`, { method: 'POST', body })).json()).toEqual({ status: 200 });
    const httpStatus = (host: string) =>
      new Promise((resolve) => {
        get(`${url}/simulator/messages`, { headers: { host } }, (response) => resolve(response.resume().statusCode));
      });
    expect(await Promise.all(['mob:8090', 'sms.test', 'other.test'].map(httpStatus))).toEqual([200, 200, 403]);
    await stop('SIGTERM');
  });

  test('with --tls hands out its certificate', async () => {
    const { url, stop } = await listening('--tls', '--host', 'localhost');
    expect(url).toMatch(/^https:\/\/localhost:\d+$/u);
    const text = await new Promise<string>((resolve, reject) => {
      const outgoing = request(
        `${url}/simulator/certificate`,
        { rejectUnauthorized: false, agent: false },
        (response) => {
          response.setEncoding('utf8').once('data', (chunk: string) => resolve(chunk));
        },
      );
      outgoing.on('error', reject).end();
    });
    expect(text).toMatch(/^-----BEGIN CERTIFICATE-----/u);
    expect(await stop('SIGTERM')).toMatchObject({ exitStatus: 0 });
  });

  test('explains itself', async () => {
    const { exitStatus = 0, stdout, stderr } = await runHere('--help');
    expect([exitStatus, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: mob-simulator/u);
  });

  test.each([
    [['--colour', 'red'], "Unknown option '--colour'"],
    [['now'], "Unexpected argument 'now'"],
    [['--port', 'many'], '--port: must be a whole number\n'],
    [['--port', '65536'], '--port: must be a port number from 0 to 65535\n'],
    [['--host', ''], '--host: must not be empty\n'],
    [['--app-key', ''], '--app-key: must have 1 to 128 characters\n'],
    [['--seed', '1.5'], '--seed: must be a whole number\n'],
    [['--zones', '86,+1'], '--zones: entry 2 must be a country calling code in digits, such as 86\n'],
    [['--allowed-ips', 'localhost'], '--allowed-ips: entry 1 must be an IP address\n'],
    [['--allowed-ips', '127.0.0.1, 192.168.10'], '--allowed-ips: entry 2 must be an IP address\n'],
    [['--allowed-ips', '127.0.0.1,'], '--allowed-ips: entry 2 must be an IP address\n'],
    [
      ['--allowed-ips', Array.from({ length: 11 }, () => '::1').join()],
      '--allowed-ips: must be at most 10 addresses, as at Mob\n',
    ],
    [['--allowed-hosts', 'http://mob'], '--allowed-hosts: entry 1 must be a host name or an IP address'],
    [['--balance', '-1'], "Option '--balance' argument is ambiguous"],
    [['--balance=-1', '--port=65536'], '--balance: must be a whole number from 0 up, or infinite; --port: must be'],
  ])('%j is bad usage', async (args, problem) => {
    const { exitStatus, stdout, stderr } = await runHere(...args);
    expect([exitStatus, stdout]).toEqual([2, '']);
    expect(stderr.startsWith(`mob-simulator: ${problem}`)).toBe(true);
    expect(stderr).not.toMatch(/^\s+at /mu);
  });

  test('bad usage is the exit status of the process', async () => {
    const here = await runHere('--port', 'many');
    expect(here.exitStatus).toBe(2);
    expect(await run('--port', 'many')).toEqual(here);
  });

  test('a taken port is a failure', async () => {
    const taken = await simulate();
    expect(await runHere('--port', String(taken.port))).toEqual({
      exitStatus: 1,
      stdout: '',
      stderr: `mob-simulator: Cannot listen on 127.0.0.1 port ${taken.port}: the port is taken.\n`,
    });
  });
});
