import { describe, expect, test } from 'vitest';
import type { MobSimulatorOptions } from './options.js';
import { startMobSimulator } from './simulator.js';
import { post, simulate } from './simulator.test.helper.js';

const send = { appkey: 'k', zone: '86', phone: '13800138000' };

describe('options that cannot work are refused by name', () => {
  test.each([
    [{ port: 65_536 }, 'port: must be a port number from 0 to 65535'],
    [{ host: '' }, 'host: must not be empty'],
    [{ allowedHosts: 'mob' }, 'allowedHosts: must be an array'],
    [{ allowedHosts: ['mob', 'http://mob'] }, 'allowedHosts.1: must be a host name or an IP address, without scheme'],
    [{ allowedHosts: ['mob:8090'] }, 'allowedHosts.0: must be a host name or an IP address, without scheme and port'],
    [{ allowedHosts: ['*'] }, 'allowedHosts.0: must be a host name or an IP address, without scheme and port'],
    [{ allowedHosts: [''] }, 'allowedHosts.0: must be a host name or an IP address, without scheme and port'],
    [{ tls: 'yes' }, 'tls: must be true, false or { key, cert }, both in PEM'],
    [{ tls: { key: 'x', cert: 'y' } }, 'tls'],
    [{ clock: {} }, 'clock: must have a function now()'],
    [{ seed: 1.5 }, 'seed: must be a whole number'],
    [{ appKey: '' }, 'appKey: must have 1 to 128 characters'],
    [{ balance: -1 }, 'balance: must be a whole number from 0 up'],
    [{ balance: Number.NaN }, 'balance: must be a whole number from 0 up'],
    [{ allowedIps: ['localhost'] }, 'allowedIps.0: must be an IP address'],
    [{ allowedIps: Array.from({ length: 11 }, () => '127.0.0.1') }, 'allowedIps: must be at most 10 addresses'],
    [{ zones: ['+86'] }, 'zones.0: must be a country calling code in digits'],
    [{ blockedPhones: ['13800138000'] }, 'blockedPhones.0: must be a phone number in E.164'],
    [{ webApiEnabled: 1 }, 'webApiEnabled: must be true or false'],
    [{ anyTemplate: 'yes' }, 'anyTemplate: must be true or false'],
    [{ templates: { 'a b': { text: '' } } }, 'must be a template number'],
    [{ templates: { a: { text: 'Call {phone}' } } }, 'templates.a.text: must have no variable named'],
    [{ templates: { a: {} } }, 'templates.a.text: must be the text'],
    [{ sensitiveWords: [''] }, 'sensitiveWords.0: must be a word'],
    [{ codeLength: 3 }, 'codeLength: must be a whole number from 4 to 8'],
    [{ codeLifetimeMs: 0 }, 'codeLifetimeMs: must be a whole number of milliseconds from 1 up'],
    [{ limits: { perMinute: 1.5 } }, 'limits.perMinute: must be a whole number from 0 up'],
    [{ limits: { twelveHourWindow: 'until-midnight' } }, 'limits.twelveHourWindow: must be rolling or midnight'],
    [{ limits: { custom: { perHour: 1 } } }, 'limits.custom.perHour: is no field of the limits of custom/msg'],
    [{ colour: 'red' }, 'colour: is no field of the options of the simulator'],
    [5, 'must be an object with the options of the simulator'],
  ])('%j', async (options, message) => {
    await expect(startMobSimulator(options as MobSimulatorOptions)).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringContaining(message),
    });
  });
});

test('everything has a default', async () => {
  const simulator = await startMobSimulator();
  expect(simulator.url).toBe(`http://127.0.0.1:${simulator.port}`);
  expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
  expect(Math.abs((simulator.messages[0]?.receivedAt ?? 0) - Date.now())).toBeLessThan(60_000);
  expect(simulator.messages[0]?.code).toMatch(/^\d{4}$/u);
  await simulator.close();
});

test('settings that cannot work change nothing, and a change leaves what it does not name', async () => {
  const simulator = await simulate({ balance: 1, limits: { perMinute: 7, custom: { perMinute: 9 } } });
  expect(() => simulator.configure({ webApiEnabled: false, balance: -1 })).toThrow(
    expect.objectContaining({ code: 'configuration_invalid' }),
  );
  expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
  simulator.configure({ reviewed: true, limits: { perTwelveHours: 3 } });
  expect(await post(simulator, '/sms/sendmsg', send)).toMatchObject({ status: 470 });
  simulator.configure({ balance: undefined });
  expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
  expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
  expect(await post(simulator, '/sms/sendmsg', send)).toMatchObject({ status: 478 });
});
