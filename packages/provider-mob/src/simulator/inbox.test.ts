import { expect, test, vi } from 'vitest';
import { post, simulate, unlimited } from './simulator.test.helper.js';

const send = { appkey: 'k', zone: '86', phone: '13800138000' };
const to = '+8613800138000';

test('a wait returns a message that is already there, once', async () => {
  const simulator = await simulate();
  await post(simulator, '/sms/sendmsg', send);
  expect(await simulator.waitForMessage({ to })).toBe(simulator.messages[0]);
  await expect(simulator.waitForMessage({ to, timeoutMs: 1 })).rejects.toThrow(
    'no new message to the number that ends in 8000 came within 1 ms',
  );
});

test('a wait returns the newest of several', async () => {
  const simulator = await simulate();
  await post(simulator, '/sms/sendmsg', send);
  await post(simulator, '/sms/sendmsg', send);
  expect((await simulator.waitForMessage({ to })).id).toBe('2');
});

test('a wait returns the next message to its phone, to all who wait', async () => {
  const simulator = await simulate({ limits: unlimited });
  const waits = [simulator.waitForMessage({ to }), simulator.waitForMessage({ to })];
  await post(simulator, '/sms/sendmsg', { ...send, phone: '13900139000' });
  const sent = simulator.sendSdkCode(to);
  expect(await Promise.all(waits)).toEqual([sent, sent]);
  const next = simulator.waitForMessage({ to });
  await post(simulator, '/sms/sendmsg', send);
  expect((await next).id).toBe('3');
});

test('closing ends waits, and leaves none of their timers', async () => {
  const simulator = await simulate();
  const wait = expect(simulator.waitForMessage({ to, timeoutMs: 600_000 })).rejects.toThrow('was closed');
  await simulator.close();
  await wait;
  await expect(simulator.waitForMessage({ to })).rejects.toThrow('the simulator is closed');
});

test('a wait for something that is no number is refused at once', async () => {
  const simulator = await simulate();
  const refused = { code: 'configuration_invalid', message: expect.stringContaining('E.164') };
  await expect(simulator.waitForMessage({ to: '13800138000' })).rejects.toMatchObject(refused);
  await expect(simulator.waitForMessage({ to, timeoutMs: -1 })).rejects.toMatchObject({
    message: 'waitForMessage(): timeoutMs: must be a number of milliseconds from 0 up, at most 24 days',
  });
});

test('a reset forgets everything but the waits', async () => {
  const simulator = await simulate({ balance: 3 });
  await post(simulator, '/sms/sendmsg', send);
  const [first] = simulator.messages;
  await post(simulator, '/sms/sendmsg', send);
  simulator.configure({ webApiEnabled: false, balance: 0 });
  simulator.fail({ kind: 'status', status: 500 }, { times: Number.POSITIVE_INFINITY });
  const wait = simulator.waitForMessage({ to: '+8613900139000' });
  simulator.reset();
  expect([simulator.messages, simulator.requests]).toEqual([[], []]);
  expect(await post(simulator, '/sms/sendmsg', send)).toEqual({ status: 200 });
  expect(simulator.messages).toMatchObject([{ id: '1', code: first?.code }]);
  simulator.sendSdkCode('+8613900139000');
  expect((await wait).endpoint).toBe('sdk');
});

test('times come from the clock that was given', async () => {
  const now = vi.fn(() => 42);
  const simulator = await simulate({ clock: { now } });
  await post(simulator, '/sms/sendmsg', send);
  expect(simulator.messages[0]?.receivedAt).toBe(42);
  expect(simulator.requests[0]?.receivedAt).toBe(42);
});
