import { describe, expect, test } from 'vitest';
import type { MobSimulatorOptions } from './options.js';
import { minuteMs, post, simulate, TestClock, unlimited } from './simulator.test.helper.js';

const send = { appkey: 'k', zone: '86', phone: '13800138000' };
const to = '+8613800138000';

/** What can be refused, in the order in which it is looked at: each row breaks what the rows below it break as well. */
const sendmsgRefusals: [number, string, Record<string, string>, MobSimulatorOptions][] = [
  [405, 'Appkey is empty.', { ...send, appkey: '', phone: '' }, { allowedIps: [] }],
  [406, 'Appkey is illegal.', { ...send, phone: '' }, { appKey: 'other', allowedIps: [] }],
  [406, 'Appkey is illegal.', { ...send, appkey: 'k'.repeat(129) }, {}],
  [471, 'Request ip is error.', { ...send, phone: '' }, { allowedIps: ['192.0.2.1'], webApiEnabled: false }],
  [469, 'Web api is not opened.', { ...send, phone: '' }, { webApiEnabled: false, sendingEnabled: false }],
  [460, 'Sending is switched off.', { ...send, phone: '' }, { sendingEnabled: false }],
  [456, 'Phone or zone is empty.', { ...send, phone: '' }, { zones: [] }],
  [456, 'Phone or zone is empty.', { ...send, zone: '' }, { zones: [] }],
  [456, 'Phone or zone is empty.', { appkey: 'k' }, { zones: [] }],
  [457, 'Phone format error.', { ...send, phone: '12800138000' }, { zones: [], balance: 0 }],
  [457, 'Phone format error.', { ...send, phone: '1380013800' }, {}],
  [457, 'Phone format error.', { ...send, phone: '138001380001' }, {}],
  [457, 'Phone format error.', { ...send, zone: '+86' }, {}],
  [457, 'Phone format error.', { ...send, zone: '0086' }, {}],
  [457, 'Phone format error.', { ...send, zone: '1', phone: '212-555-0100' }, {}],
  [457, 'Phone format error.', { ...send, zone: '1', phone: '212' }, {}],
  [458, 'Phone is in the black list.', send, { blockedPhones: [to], zones: [], balance: 0 }],
  [461, 'Zone is not enabled.', { ...send, zone: '1', phone: '2125550100' }, { zones: ['86'], balance: 0 }],
  [470, 'Balance is not enough.', send, { balance: 0, limits: { perMinute: 0 } }],
];

describe('sendmsg', () => {
  test('makes a code and sends it', async () => {
    const clock = new TestClock();
    const simulator = await simulate({ clock });
    expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
    const [message] = simulator.messages;
    expect(message?.code).toMatch(/^\d{4}$/u);
    expect(message).toEqual({
      id: '1',
      to,
      zone: '86',
      phone: '13800138000',
      text: `【Mob】验证码：${message?.code}，5分钟内有效。`,
      code: message?.code,
      endpoint: '/sms/sendmsg',
      receivedAt: clock.now(),
    });
  });

  test.each(sendmsgRefusals)('%d %s %j %j', async (status, error, form, options) => {
    const simulator = await simulate(options);
    expect(await post(simulator, '/sms/sendmsg', form)).toEqual({ status, error });
    expect(simulator.messages).toEqual([]);
    expect(simulator.requests).toMatchObject([{ endpoint: '/sms/sendmsg', processed: true, status }]);
  });

  test('sends abroad, and takes a template number', async () => {
    const simulator = await simulate();
    const form = { appkey: 'k', zone: '852', phone: '51234567', templateCode: '12' };
    expect(await post(simulator, '/sms/sendmsg', form)).toEqual({ status: 200 });
    expect(simulator.messages).toMatchObject([{ to: '+85251234567', zone: '852', phone: '51234567' }]);
  });

  test('takes the address of the caller when it is on the list', async () => {
    const simulator = await simulate({ allowedIps: ['127.0.0.1'], appKey: 'k' });
    expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
  });

  test('a message costs one of the balance, a refusal nothing', async () => {
    const simulator = await simulate({ balance: 2, limits: unlimited });
    expect(await post(simulator, '/sms/sendmsg', { ...send, phone: '1' })).toMatchObject({ status: 457 });
    expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
    expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
    expect(await post(simulator, '/sms/sendmsg', send)).toMatchObject({ status: 470 });
    simulator.configure({ balance: 1 });
    expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
    expect(await post(simulator, '/sms/sendmsg', send)).toMatchObject({ status: 470 });
  });

  test('the same seed makes the same codes, of the length that is set', async () => {
    const codes = async (seed: number) => {
      const simulator = await simulate({ seed, codeLength: 6, limits: unlimited });
      for (let count = 0; count < 5; count += 1) await post(simulator, '/sms/sendmsg', send);
      return simulator.messages.map((message) => message.code);
    };
    const first = await codes(7);
    expect(first.every((code) => /^\d{6}$/u.test(code ?? ''))).toBe(true);
    expect(await codes(7)).toEqual(first);
    expect(await codes(8)).not.toEqual(first);
  });
});

describe('checkcode', () => {
  async function sent(options: MobSimulatorOptions = {}) {
    const clock = new TestClock();
    const simulator = await simulate({ clock, limits: unlimited, ...options });
    await post(simulator, '/sms/sendmsg', send);
    const code = (await simulator.waitForMessage({ to })).code ?? '';
    const check = (given: string) => post(simulator, '/sms/checkcode', { ...send, code: given });
    return { simulator, clock, code, check, wrong: code === '0000' ? '1111' : '0000' };
  }

  test('a right code is right once', async () => {
    const { check, code } = await sent();
    expect(await check(code)).toEqual({ status: 200 });
    expect(await check(code)).toEqual({ status: 468 });
  });

  test('a right code stays right where checks do not use it up', async () => {
    const { check, code } = await sent({ consumeOnApproval: false });
    expect(await check(code)).toEqual({ status: 200 });
    expect(await check(code)).toEqual({ status: 200 });
    expect(await check(code)).toEqual({ status: 200 });
    expect(await check(code)).toEqual({ status: 467 });
  });

  test('the third check may be right, the fourth is answered 467', async () => {
    const first = await sent();
    expect(await first.check(first.wrong)).toEqual({ status: 468 });
    expect(await first.check(first.wrong)).toEqual({ status: 468 });
    expect(await first.check(first.code)).toEqual({ status: 200 });
    const second = await sent();
    for (let count = 0; count < 3; count += 1) expect(await second.check(second.wrong)).toEqual({ status: 468 });
    expect(await second.check(second.code)).toEqual({ status: 467 });
  });

  test('a code lives five minutes, and is then wrong rather than checked too often', async () => {
    const fresh = await sent();
    fresh.clock.advance(5 * minuteMs);
    expect(await fresh.check(fresh.code)).toEqual({ status: 200 });
    const old = await sent();
    for (let count = 0; count < 4; count += 1) await old.check(old.wrong);
    old.clock.advance(5 * minuteMs + 1);
    expect(await old.check(old.code)).toEqual({ status: 468 });
  });

  test('a new code replaces the older one and its checks', async () => {
    const { simulator, check, code, wrong } = await sent();
    for (let count = 0; count < 3; count += 1) await check(wrong);
    await post(simulator, '/sms/sendmsg', send);
    const next = (await simulator.waitForMessage({ to })).code ?? '';
    expect(next).not.toBe(code);
    expect(await check(code)).toEqual({ status: 468 });
    expect(await check(next)).toEqual({ status: 200 });
  });

  test('codes belong to the app that sent them', async () => {
    const { simulator, code } = await sent();
    expect(await post(simulator, '/sms/checkcode', { ...send, appkey: 'other', code })).toEqual({ status: 468 });
  });

  test('a phone that was sent nothing has no code', async () => {
    const { simulator } = await sent();
    const form = { ...send, phone: '13900139000', code: '1234' };
    expect(await post(simulator, '/sms/checkcode', form)).toEqual({ status: 468 });
  });

  test.each([
    [405, 'Appkey is empty.', { appkey: '', code: '' }, {}],
    [406, 'Appkey is illegal.', { code: '' }, { appKey: 'other' }],
    [471, 'Request ip is error.', { code: '' }, { allowedIps: [], webApiEnabled: false }],
    [469, 'Web api is not opened.', { code: '' }, { webApiEnabled: false }],
    [456, 'Phone or zone is empty.', { phone: '', code: '' }, {}],
    [466, 'Code is empty.', { phone: '1', code: '' }, {}],
    [457, 'Phone format error.', { phone: '1', code: '1234' }, {}],
  ] as const)('%d %s', async (status, error, form, options) => {
    const simulator = await simulate(options);
    expect(await post(simulator, '/sms/checkcode', { ...send, ...form })).toEqual({ status, error });
  });
});

describe('verify', () => {
  test('checks codes of the mobile SDK, and only these', async () => {
    const simulator = await simulate();
    await post(simulator, '/sms/sendmsg', send);
    const sentByApi = (await simulator.waitForMessage({ to })).code ?? '';
    const sentBySdk = simulator.sendSdkCode(to);
    expect(sentBySdk).toMatchObject({ to, zone: '86', phone: '13800138000', endpoint: 'sdk' });
    const sdkCode = sentBySdk.code ?? '';
    expect(sdkCode).not.toBe(sentByApi);
    expect(await post(simulator, '/sms/checkcode', { ...send, code: sdkCode })).toEqual({ status: 468 });
    expect(await post(simulator, '/sms/verify', { ...send, code: sentByApi })).toEqual({ status: 468 });
    expect(await post(simulator, '/sms/verify', { ...send, code: sdkCode })).toEqual({ status: 200 });
    expect(await post(simulator, '/sms/verify', { ...send, code: sdkCode })).toEqual({ status: 468 });
    expect(await post(simulator, '/sms/checkcode', { ...send, code: sentByApi })).toEqual({ status: 200 });
  });

  test('the fourth check of a code is answered 467', async () => {
    const simulator = await simulate();
    const right = simulator.sendSdkCode(to).code ?? '';
    const wrong = right === '0000' ? '1111' : '0000';
    for (let count = 0; count < 3; count += 1) {
      expect(await post(simulator, '/sms/verify', { ...send, code: wrong })).toEqual({ status: 468 });
    }
    expect(await post(simulator, '/sms/verify', { ...send, code: right })).toEqual({ status: 467 });
  });

  test('asks neither for the Web-API switch nor for an address on the list', async () => {
    const simulator = await simulate({ webApiEnabled: false, allowedIps: [] });
    const code = simulator.sendSdkCode(to).code ?? '';
    expect(await post(simulator, '/sms/verify', { ...send, code })).toEqual({ status: 200 });
  });

  test.each([
    [405, 'Appkey is empty.', { appkey: '' }, { sdkVerificationEnabled: false }],
    [406, 'Appkey is illegal.', {}, { appKey: 'other', sdkVerificationEnabled: false }],
    [474, 'Server verification is not opened.', { phone: '' }, { sdkVerificationEnabled: false }],
    [456, 'Phone or zone is empty.', { phone: '' }, {}],
    [466, 'Code is empty.', { phone: '1' }, {}],
    [457, 'Phone format error.', { phone: '1', code: '1234' }, {}],
  ] as const)('%d %s', async (status, error, form, options) => {
    const simulator = await simulate(options);
    expect(await post(simulator, '/sms/verify', { ...send, ...form })).toEqual({ status, error });
  });

  test('a number that cannot be is refused before anything is sent', async () => {
    const simulator = await simulate();
    expect(() => simulator.sendSdkCode('13800138000')).toThrow(
      expect.objectContaining({ code: 'invalid_phone_number' }),
    );
    expect(simulator.messages).toEqual([]);
  });
});
