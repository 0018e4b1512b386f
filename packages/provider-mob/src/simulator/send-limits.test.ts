import { describe, expect, test } from 'vitest';
import type { MobSimulatorOptions } from './options.js';
import { hourMs, minuteMs, post, simulate, TestClock, unlimited } from './simulator.test.helper.js';

const to = '+8613800138000';
const template = { text: 'Your order {number} is on its way.' };

async function account(options: MobSimulatorOptions = {}) {
  const clock = new TestClock();
  const simulator = await simulate({ clock, templates: { order: template }, ...options });
  const status = async (path: string, form: Record<string, string>) => {
    const verdict = await post(simulator, path, { zone: '86', phone: '13800138000', ...form });
    return typeof verdict === 'object' && verdict !== null && 'status' in verdict ? verdict.status : verdict;
  };
  return {
    clock,
    simulator,
    send: (form: Record<string, string> = {}) => status('/sms/sendmsg', { appkey: 'k', ...form }),
    sendTemplate: (form: Record<string, string> = {}) =>
      status('/custom/msg', { appKey: 'k', templateCode: 'order', number: '7', ...form }),
  };
}

async function times(count: number, act: () => Promise<unknown>): Promise<unknown[]> {
  const results: unknown[] = [];
  for (let done = 0; done < count; done += 1) results.push(await act());
  return results;
}

describe('codes', () => {
  test('462: as many as are set within any 60 seconds, for a phone in an app', async () => {
    const { clock, send } = await account({ limits: { perMinute: 2 } });
    expect(await send()).toBe(200);
    clock.advance(minuteMs - 1);
    expect(await send()).toBe(200);
    expect(await send()).toBe(462);
    expect(await send({ phone: '13900139000' })).toBe(200);
    expect(await send({ appkey: 'other' })).toBe(200);
    clock.advance(1);
    expect(await send()).toBe(200);
    expect(await send()).toBe(462);
  });

  test('478: the sixth within any 12 hours, and no 462 before it', async () => {
    const { send } = await account();
    expect(await times(7, send)).toEqual([200, 200, 200, 200, 200, 478, 478]);
    expect(await send({ phone: '13900139000' })).toBe(200);
    expect(await send({ appkey: 'other' })).toBe(200);
  });

  test('478: each code counts for 12 hours, also over midnight, and a refusal counts nothing', async () => {
    const { clock, send } = await account();
    // The first at 18:00, four at 23:50.
    clock.advance(6 * hourMs);
    expect(await send()).toBe(200);
    clock.advance(6 * hourMs - 10 * minuteMs);
    expect(await times(5, send)).toEqual([200, 200, 200, 200, 478]);
    clock.advance(20 * minuteMs);
    expect(await send()).toBe(478);
    // The first is 12 hours old at 6:00, the four at 11:50.
    clock.advance(6 * hourMs - 10 * minuteMs - 1);
    expect(await send()).toBe(478);
    clock.advance(1);
    expect(await times(2, send)).toEqual([200, 478]);
    clock.advance(6 * hourMs - 10 * minuteMs - 1);
    expect(await send()).toBe(478);
    clock.advance(1);
    expect(await times(5, send)).toEqual([200, 200, 200, 200, 478]);
  });

  describe('with a window until midnight', () => {
    const untilMidnight = { limits: { twelveHourWindow: 'midnight' } } as const;

    test('478: five within 12 hours of the first', async () => {
      const { clock, send } = await account(untilMidnight);
      // From noon, 12 hours would end at midnight: begin earlier, so that the day is not what ends them.
      clock.advance(-10 * hourMs);
      expect(await send()).toBe(200);
      clock.advance(6 * hourMs);
      expect(await times(5, send)).toEqual([200, 200, 200, 200, 478]);
      clock.advance(6 * hourMs - 1);
      expect(await send()).toBe(478);
      clock.advance(1);
      expect(await times(5, send)).toEqual([200, 200, 200, 200, 200]);
    });

    test('478 starts anew at midnight in China', async () => {
      const { clock, send } = await account(untilMidnight);
      clock.advance(12 * hourMs - 1);
      expect(await times(6, send)).toEqual([200, 200, 200, 200, 200, 478]);
      clock.advance(1);
      expect(await send()).toBe(200);
    });

    test('220 starts anew at midnight in China', async () => {
      const { clock, sendTemplate } = await account(untilMidnight);
      clock.advance(12 * hourMs - minuteMs);
      expect(await times(5, sendTemplate)).toEqual([200, 200, 200, 200, 200]);
      clock.advance(minuteMs - 1);
      expect(await sendTemplate()).toBe(219);
      clock.advance(1);
      expect(await sendTemplate()).toBe(200);
    });
  });

  test('477 and 463 start anew at midnight in China', async () => {
    const { clock, send } = await account({ limits: { ...unlimited, perDay: 2, perDayOnPlatform: 3 } });
    clock.advance(11 * hourMs);
    expect(await times(3, send)).toEqual([200, 200, 463]);
    expect(await send({ appkey: 'other' })).toBe(200);
    clock.advance(hourMs - 1);
    expect(await send()).toBe(463);
    expect(await send({ appkey: 'other' })).toBe(477);
    clock.advance(1);
    expect(await send()).toBe(200);
    expect(await send({ appkey: 'other' })).toBe(200);
  });

  test.each([
    [462, { perMinute: 3 }],
    [478, { perTwelveHours: 3 }],
    [463, { perDay: 3 }],
    [477, { perDayOnPlatform: 3 }],
    [460, { appPerMinute: 3 }],
  ])('%d: a limit that is set at run time sees what was sent before', async (status, limits) => {
    const { simulator, send } = await account({ limits: unlimited });
    await times(3, send);
    simulator.configure({ limits });
    expect(await send()).toBe(status);
  });

  test('478: a limit higher than the times that are kept by default', async () => {
    const { clock, send } = await account({ limits: { ...unlimited, perTwelveHours: 25 } });
    expect(await times(26, send)).toEqual([...Array.from({ length: 25 }, () => 200), 478]);
    clock.advance(12 * hourMs);
    expect(await send()).toBe(200);
  });

  test('463: the daily limit of a phone in an app, off by default', async () => {
    const { send } = await account({ limits: { ...unlimited, perDay: 3 } });
    expect(await times(4, send)).toEqual([200, 200, 200, 463]);
    expect(await send({ appkey: 'other' })).toBe(200);
    const free = await account({ limits: unlimited });
    expect(await times(30, free.send)).toEqual(Array.from({ length: 30 }, () => 200));
  });

  test('477: ten a day for a phone over all apps, those of the mobile SDK included', async () => {
    const { simulator, send } = await account();
    await times(5, send);
    for (let count = 0; count < 4; count += 1) simulator.sendSdkCode(to);
    expect(await send({ appkey: 'second' })).toBe(200);
    expect(await send({ appkey: 'third' })).toBe(477);
    expect(simulator.sendSdkCode(to).endpoint).toBe('sdk');
    expect(await send({ phone: '13900139000' })).toBe(200);
  });

  test('476: twenty a day for an app that is not reviewed', async () => {
    const { clock, send } = await account({ reviewed: false });
    let phone = 13_800_138_000;
    const next = () => {
      phone += 1;
      return send({ phone: String(phone) });
    };
    expect(await times(20, next)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(await next()).toBe(476);
    expect(await send({ appkey: 'other' })).toBe(200);
    clock.advance(12 * hourMs);
    expect(await next()).toBe(200);
  });

  test('460: an app over its limit for a minute is suspended for a time', async () => {
    const { clock, send, sendTemplate } = await account({
      limits: { ...unlimited, appPerMinute: 3, suspensionMs: 5 * minuteMs },
    });
    expect(await times(4, send)).toEqual([200, 200, 200, 460]);
    expect(await sendTemplate()).toBe(211);
    expect(await send({ appkey: 'other' })).toBe(200);
    clock.advance(5 * minuteMs - 1);
    expect(await send()).toBe(460);
    clock.advance(1);
    expect(await send()).toBe(200);
  });

  test('a refusal counts towards no limit', async () => {
    const { simulator, send } = await account({ balance: 0, limits: { perMinute: 2 } });
    expect(await times(5, send)).toEqual([470, 470, 470, 470, 470]);
    simulator.configure({ balance: 10 });
    expect(await times(3, send)).toEqual([200, 200, 462]);
  });
});

describe('templates', () => {
  test('219: five within any 60 seconds, for a phone in an app', async () => {
    const { clock, send, sendTemplate } = await account({ limits: { custom: { perTwelveHours: 100 } } });
    expect(await times(6, sendTemplate)).toEqual([200, 200, 200, 200, 200, 219]);
    expect(await sendTemplate({ phone: '13900139000' })).toBe(200);
    expect(await send()).toBe(200);
    clock.advance(minuteMs);
    expect(await sendTemplate()).toBe(200);
  });

  test('220: five within any 12 hours', async () => {
    const { clock, sendTemplate } = await account();
    expect(await times(5, sendTemplate)).toEqual([200, 200, 200, 200, 200]);
    clock.advance(minuteMs);
    expect(await sendTemplate()).toBe(220);
    clock.advance(12 * hourMs - minuteMs - 1);
    expect(await sendTemplate()).toBe(220);
    clock.advance(1);
    expect(await sendTemplate()).toBe(200);
  });

  test('211: one more than an app may send in a minute suspends it', async () => {
    const { send, sendTemplate } = await account({ limits: { ...unlimited, appPerMinute: 2 } });
    expect(await times(3, sendTemplate)).toEqual([200, 200, 211]);
    expect(await send()).toBe(460);
  });

  test('count towards the ten messages a day on the platform, which refuse codes alone', async () => {
    const { send, sendTemplate } = await account({ limits: { perDayOnPlatform: 3 } });
    expect(await send()).toBe(200);
    expect(await times(2, sendTemplate)).toEqual([200, 200]);
    expect(await send()).toBe(477);
    expect(await send({ appkey: 'other' })).toBe(477);
    expect(await sendTemplate()).toBe(200);
    expect(await send({ phone: '13900139000' })).toBe(200);
  });

  test('count towards the daily limit of the phone, which refuses codes alone', async () => {
    const { send, sendTemplate } = await account({ limits: { perDay: 3 } });
    expect(await times(3, sendTemplate)).toEqual([200, 200, 200]);
    expect(await send()).toBe(463);
    expect(await sendTemplate()).toBe(200);
    expect(await send({ appkey: 'other' })).toBe(200);
  });

  test('do not count towards the five codes of 12 hours', async () => {
    const { send, sendTemplate } = await account();
    expect(await times(5, sendTemplate)).toEqual([200, 200, 200, 200, 200]);
    expect(await times(5, send)).toEqual([200, 200, 200, 200, 200]);
  });
});
