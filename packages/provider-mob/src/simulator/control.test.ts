import { expect, test } from 'vitest';
import type { MobSimulator } from './simulator.js';
import { post, simulate } from './simulator.test.helper.js';

const send = { appkey: 'k', zone: '86', phone: '13800138000' };

async function get(simulator: MobSimulator, path: string): Promise<unknown> {
  return (await fetch(`${simulator.url}${path}`)).json();
}

async function postJson(simulator: MobSimulator, path: string, body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${simulator.url}${path}`, { method: 'POST', body: text });
  return { httpStatus: response.status, json: (await response.json()) as unknown };
}

const done = { httpStatus: 200, json: { ok: true } };

test('messages are listed, all or those to one phone, newest last', async () => {
  const simulator = await simulate();
  await post(simulator, '/sms/sendmsg', send);
  await post(simulator, '/sms/sendmsg', { ...send, phone: '13900139000' });
  await post(simulator, '/sms/sendmsg', send);
  expect(await get(simulator, '/simulator/messages')).toEqual(simulator.messages);
  const ids = [{ id: '1' }, { id: '3' }];
  expect(await get(simulator, '/simulator/messages?to=%2B8613800138000')).toMatchObject(ids);
  expect(await get(simulator, '/simulator/messages?to=+8613800138000')).toMatchObject(ids);
  expect(await get(simulator, '/simulator/messages?to=8613800138000')).toMatchObject(ids);
  expect(await get(simulator, '/simulator/messages?to=%2B1')).toEqual([]);
});

test('requests are listed', async () => {
  const simulator = await simulate();
  await post(simulator, '/sms/sendmsg', { ...send, phone: '' });
  expect(await get(simulator, '/simulator/requests')).toMatchObject([
    { endpoint: '/sms/sendmsg', parameters: { ...send, phone: '' }, status: 456, processed: true },
  ]);
});

test('faults are set, and Infinity has a name in JSON', async () => {
  const simulator = await simulate();
  const when = { after: 1, times: 'Infinity', endpoint: '/sms/sendmsg' };
  expect(await postJson(simulator, '/simulator/faults', { fault: { kind: 'status', status: 500 }, when })).toEqual(
    done,
  );
  expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
  expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 500 });
  expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 500 });
});

test('settings are changed, and null brings a default back', async () => {
  const simulator = await simulate({ balance: 5 });
  const change = (settings: unknown) => postJson(simulator, '/simulator/settings', settings);
  expect(await change({ webApiEnabled: false })).toEqual(done);
  expect(await post(simulator, '/sms/sendmsg', send)).toMatchObject({ status: 469 });
  expect(await change({ webApiEnabled: null, limits: { perMinute: 1 } })).toEqual(done);
  expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
  expect(await post(simulator, '/sms/sendmsg', send)).toMatchObject({ status: 462 });
  expect(await change({ limits: { perMinute: 'Infinity' } })).toEqual(done);
  expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
  expect(await change({ allowedIps: [] })).toEqual(done);
  expect(await post(simulator, '/sms/sendmsg', send)).toMatchObject({ status: 471 });
});

test('the SDK sends a code', async () => {
  const simulator = await simulate();
  const { httpStatus, json } = await postJson(simulator, '/simulator/sdk-codes', { to: '+8613800138000' });
  expect(httpStatus).toBe(200);
  expect(json).toEqual(simulator.messages[0]);
  const code = simulator.messages[0]?.code ?? '';
  expect(await post(simulator, '/sms/verify', { ...send, code })).toEqual({ status: 200 });
});

test('a reset brings the start back', async () => {
  const simulator = await simulate();
  await post(simulator, '/sms/sendmsg', send);
  expect(await postJson(simulator, '/simulator/reset', '')).toEqual(done);
  expect([simulator.messages, simulator.requests]).toEqual([[], []]);
});

test.each([
  ['faults', '{', 'The body must be JSON.'],
  ['faults', {}, 'fail(): fault: must be one of drop, reset, hang'],
  ['faults', '', 'fail(): the call: must be an object with the call (vendor, fault, when)'],
  ['faults', { fault: { kind: 'hang', when: 'soon' } }, 'fail(): fault.when: must be one of before-reading'],
  ['settings', { balance: -1 }, 'configure(): balance: must be a whole number from 0 up, or infinite'],
  ['settings', { limits: { perMinute: 'x' } }, 'configure(): limits.perMinute: must be a whole number from 0 up'],
  ['settings', { colour: 1 }, 'configure(): colour: is no field of the settings of the simulator'],
  ['settings', [], 'configure(): must be an object with settings of the simulator'],
  ['settings', 'null', 'configure(): must be an object with settings of the simulator'],
  [
    'settings',
    { allowedIps: Array.from({ length: 11 }, () => '127.0.0.1') },
    'configure(): allowedIps: must be at most 10',
  ],
  ['sdk-codes', { to: 1 }, 'to: must be a phone number in E.164'],
  ['sdk-codes', { to: '13800138000' }, 'has no country calling code'],
])('POST /simulator/%s %j is answered 400 with the field', async (path, body, error) => {
  const simulator = await simulate();
  const answer = await postJson(simulator, `/simulator/${path}`, body);
  expect(answer).toEqual({ httpStatus: 400, json: { error: expect.stringContaining(error) } });
});

test('a method that a path does not take is answered 405', async () => {
  const simulator = await simulate();
  const response = await fetch(`${simulator.url}/simulator/faults`);
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
});

test('there is no certificate without TLS', async () => {
  const simulator = await simulate();
  expect((await fetch(`${simulator.url}/simulator/certificate`)).status).toBe(404);
});
