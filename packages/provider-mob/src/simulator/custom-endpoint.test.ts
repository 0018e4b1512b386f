import { describe, expect, test } from 'vitest';
import type { MobSimulatorOptions } from './options.js';
import { post, simulate, TestClock } from './simulator.test.helper.js';

const options: MobSimulatorOptions = {
  templates: {
    order: { text: 'Hello {name}, your order {number} is on its way, {name}.' },
    notice: { text: 'The office is closed today.' },
    long: { text: `${'x'.repeat(69)}{value}` },
  },
  sensitiveWords: ['casino'],
};
const send = { appKey: 'k', templateCode: 'order', zone: '86', phone: '13800138000', name: 'Li', number: '7' };
const notice = { appKey: 'k', templateCode: 'notice', zone: '86', phone: '13800138000' };

test('fills in the template and sends it, without a code', async () => {
  const clock = new TestClock();
  const simulator = await simulate({ ...options, clock, balance: 1 });
  expect(await post(simulator, '/custom/msg', send)).toEqual({ status: 200 });
  expect(simulator.messages).toEqual([
    {
      id: '1',
      to: '+8613800138000',
      zone: '86',
      phone: '13800138000',
      text: 'Hello Li, your order 7 is on its way, Li.',
      endpoint: '/custom/msg',
      receivedAt: clock.now(),
    },
  ]);
  expect(await post(simulator, '/custom/msg', send)).toMatchObject({ status: 213 });
});

test('a template may have no variables', async () => {
  const simulator = await simulate(options);
  expect(await post(simulator, '/custom/msg', notice)).toEqual({ status: 200 });
  expect(simulator.messages).toMatchObject([{ text: 'The office is closed today.' }]);
});

test('values are text, whatever they look like', async () => {
  const simulator = await simulate(options);
  expect(await post(simulator, '/custom/msg', { ...send, name: '$&{number}', number: '你好😀' })).toEqual({
    status: 200,
  });
  expect(simulator.messages[0]?.text).toBe('Hello $&{number}, your order 你好😀 is on its way, $&{number}.');
});

const { name: _name, ...withoutName } = send;

/** What can be refused, in the order in which it is looked at. */
const refusals: [number, Record<string, string>, MobSimulatorOptions][] = [
  [201, { ...send, appKey: '', phone: '' }, { allowedIps: [] }],
  [201, { ...send, appKey: '', appkey: 'k' }, {}],
  [203, { ...send, phone: '' }, { appKey: 'other', allowedIps: [] }],
  [214, { ...send, phone: '' }, { allowedIps: ['192.0.2.1'], accountNormal: false }],
  [211, { ...send, phone: '' }, { accountNormal: false, customEnabled: false }],
  [212, { ...send, templateCode: '', phone: '' }, { customEnabled: false }],
  [202, { ...send, templateCode: '', phone: '' }, {}],
  [204, { ...send, phone: '' }, { zones: [] }],
  [204, { ...send, zone: '' }, { zones: [] }],
  [205, { ...send, phone: '1380013800' }, { zones: [] }],
  [205, { ...send, zone: '+86' }, { zones: [] }],
  [210, send, { blockedPhones: ['+8613800138000'], zones: [] }],
  [221, { ...send, zone: '1', phone: '2125550100', templateCode: '#' }, { zones: ['86'] }],
  [207, { ...send, templateCode: 'no such number' }, {}],
  [206, { ...send, templateCode: 'missing' }, {}],
  [206, { ...send, templateCode: 'constructor' }, {}],
  [208, withoutName, {}],
  [208, { ...send, name: '' }, {}],
  [208, { ...send, colour: 'red' }, {}],
  [208, { ...send, appkey: 'k' }, {}],
  [208, { ...notice, name: 'Li' }, {}],
  [215, { ...send, name: 'x'.repeat(11) }, {}],
  [215, { ...send, name: 'casino-royale' }, {}],
  [209, { ...send, name: 'a casino b' }, { balance: 0 }],
  [213, send, { balance: 0, limits: { custom: { perMinute: 0 } } }],
  [219, send, { limits: { custom: { perMinute: 0 } } }],
];

test.each(refusals)('%d %j %j', async (status, form, changes) => {
  const simulator = await simulate({ ...options, ...changes });
  expect(await post(simulator, '/custom/msg', form)).toEqual({ status, error: expect.stringMatching(/\.$/u) });
  expect(simulator.messages).toEqual([]);
});

test('222: a text has at most 70 characters, or as many as are set', async () => {
  const simulator = await simulate(options);
  const long = { appKey: 'k', templateCode: 'long', zone: '86', phone: '13800138000' };
  expect(await post(simulator, '/custom/msg', { ...long, value: 'x' })).toEqual({ status: 200 });
  expect(await post(simulator, '/custom/msg', { ...long, value: 'xx' })).toMatchObject({ status: 222 });
  simulator.configure({ textMaxLength: 71 });
  expect(await post(simulator, '/custom/msg', { ...long, value: 'xx' })).toEqual({ status: 200 });
});

test('215: the length of a value can be set', async () => {
  const simulator = await simulate({ ...options, templateValueMaxLength: 16 });
  expect(await post(simulator, '/custom/msg', { ...send, name: 'x'.repeat(16) })).toEqual({ status: 200 });
  expect(await post(simulator, '/custom/msg', { ...send, name: 'x'.repeat(17) })).toMatchObject({ status: 215 });
});

describe('any template', () => {
  const any: MobSimulatorOptions = { anyTemplate: true, sensitiveWords: ['casino'] };
  const unknown = { appKey: 'k', templateCode: '2901', zone: '86', phone: '13800138000' };

  test('is taken, and its message lists what came', async () => {
    const simulator = await simulate(any);
    expect(await post(simulator, '/custom/msg', { ...unknown, order: '42', 承运: '顺丰' })).toEqual({ status: 200 });
    expect(await post(simulator, '/custom/msg', unknown)).toEqual({ status: 200 });
    expect(simulator.messages.map(({ text }) => text)).toEqual(['Template 2901: order=42, 承运=顺丰', 'Template 2901']);
  });

  test('that is known keeps its text and its variables', async () => {
    const simulator = await simulate({ ...options, ...any });
    expect(await post(simulator, '/custom/msg', send)).toEqual({ status: 200 });
    expect(simulator.messages).toMatchObject([{ text: 'Hello Li, your order 7 is on its way, Li.' }]);
    expect(await post(simulator, '/custom/msg', { ...send, colour: 'red' })).toMatchObject({ status: 208 });
  });

  test.each([
    [207, { templateCode: 'no such number' }],
    [208, { order: '' }],
    [215, { order: 'x'.repeat(11) }],
    [209, { order: 'casino' }],
  ])('is still answered %d for %j', async (status, fields) => {
    const simulator = await simulate(any);
    expect(await post(simulator, '/custom/msg', { ...unknown, ...fields })).toMatchObject({ status });
  });

  test('is refused unless the option says so, and the option can change at run time', async () => {
    const simulator = await simulate();
    expect(await post(simulator, '/custom/msg', unknown)).toMatchObject({ status: 206 });
    simulator.configure({ anyTemplate: true });
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`name${index}`, 'ten digits']));
    expect(await post(simulator, '/custom/msg', { ...unknown, ...many })).toEqual({ status: 200 });
  });
});

test('the endpoint speaks its own table, and has its own switch', async () => {
  const simulator = await simulate({ ...options, sendingEnabled: false, webApiEnabled: false });
  expect(await post(simulator, '/custom/msg', send)).toEqual({ status: 200 });
});
