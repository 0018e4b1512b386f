import { parsePhoneNumber, type TemplateMessage } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { abroad, type Bench, code, context, startAliyun } from '../aliyun.test.fixture.js';
import type { AliyunSimulatorSettings } from './settings.js';

const notice = {
  ...code,
  template: 'SMS_100000002',
  params: [
    { name: 'order', value: '42' },
    { name: 'carrier', value: 'SF' },
  ],
} as const;
const value = (given: string) => ({ ...notice, params: [{ name: 'order', value: given }, notice.params[1]] });
const codeOf = (given: string) => ({ ...code, params: [{ name: 'code', value: given }] });

async function answerTo({ provider }: Bench, message: TemplateMessage): Promise<string> {
  const outcome = await provider.send(message, context());
  return outcome.outcome === 'accepted' ? 'OK' : String('providerCode' in outcome && outcome.providerCode);
}

describe('SendSms of the dialect', () => {
  it.each<[string, TemplateMessage, AliyunSimulatorSettings, string]>([
    [
      'no number of the mainland',
      { ...code, to: { ...code.to, nationalNumber: '1380013800' } },
      {},
      'isv.MOBILE_NUMBER_ILLEGAL',
    ],
    ['no signature of the account', { ...code, signature: 'Shop' }, {}, 'isv.SMS_SIGNATURE_ILLEGAL'],
    ['a signature under review', code, { signatures: { 示例签名: 'reviewing' } }, 'isv.SIGN_STATE_ILLEGAL'],
    ['no template of the account', { ...code, template: 'SMS_1' }, {}, 'isv.SMS_TEMPLATE_ILLEGAL'],
    [
      'an international template for the mainland',
      { ...code, template: 'SMS_200000001' },
      {},
      'isv.DOMESTIC_NUMBER_NOT_SUPPORTED',
    ],
    ['a mainland template for abroad', { ...code, to: abroad }, {}, 'isv.SMS_TEMPLATE_ILLEGAL'],
    ['a variable too few', { ...notice, params: [notice.params[0]] }, {}, 'isv.TEMPLATE_MISSING_PARAMETERS'],
    ['a code of 7', codeOf('1234567'), {}, 'isv.TEMPLATE_PARAMS_ILLEGAL'],
    ['a code with a dash', codeOf('12-34'), {}, 'isv.TEMPLATE_PARAMS_ILLEGAL'],
    ['a value of 36', value('x'.repeat(36)), {}, 'isv.PARAM_LENGTH_LIMIT'],
    ['a value with a URL', value('https://a.example'), {}, 'isv.PARAM_NOT_SUPPORT_URL'],
    ['a value with an emoji', value('😀'), {}, 'isv.UNSUPPORTED_CONTENT'],
    ['a blocked phone', code, { blockedPhones: ['+8613800138000'] }, 'isv.BLACK_KEY_CONTROL_LIMIT'],
    ['an account without money', code, { balance: 0 }, 'isv.AMOUNT_NOT_ENOUGH'],
    ['nothing', value('x'.repeat(35)), {}, 'OK'],
  ])('finds fault with %s', async (_, message, settings, expected) => {
    const bench = await startAliyun(settings);
    expect(await answerTo(bench, message)).toBe(expected);
    expect(bench.simulator.messages).toHaveLength(expected === 'OK' ? 1 : 0);
  });

  it('counts codes of a phone in a minute, an hour and a day, all rolling', async () => {
    const bench = await startAliyun();
    const wait = async (minutes: number) => {
      bench.clock.advance(minutes * 60_000);
      const outcome = await bench.provider.send(code, context());
      return outcome.outcome === 'accepted' ? 'OK' : 'retryAfterMs' in outcome && outcome.retryAfterMs;
    };
    expect([await wait(0), await wait(0.5), await wait(0.5)]).toEqual(['OK', 60_000, 'OK']);
    expect([await wait(1), await wait(1), await wait(1), await wait(1)]).toEqual(['OK', 'OK', 'OK', 3_600_000]);
    const later = [];
    for (let hours = 0; hours < 6; hours += 1) later.push(await wait(61));
    expect(later).toEqual(['OK', 'OK', 'OK', 'OK', 'OK', 86_400_000]);
    expect(await answerTo(bench, { ...code, to: parsePhoneNumber('+8613900139000') })).toBe('OK');
    expect(await answerTo(bench, notice)).toBe('OK');
    expect(await wait(24 * 60)).toBe('OK');
  });

  it('takes one from the balance for each, and what a setting changes at once', async () => {
    const bench = await startAliyun({ balance: 1 });
    expect([await answerTo(bench, notice), await answerTo(bench, notice)]).toEqual(['OK', 'isv.AMOUNT_NOT_ENOUGH']);
    bench.simulator.configure('aliyun', { balance: 5 });
    expect(await answerTo(bench, notice)).toBe('OK');
    expect(() => bench.simulator.configure('aliyun', { balance: -1 })).toThrow(/balance: must be 0 or more/);
    expect(() => bench.simulator.configure('aliyun', { balence: 1 })).toThrow(/balence/);
    bench.simulator.reset();
    expect([await answerTo(bench, notice), await answerTo(bench, notice)]).toEqual(['OK', 'isv.AMOUNT_NOT_ENOUGH']);
  });
});
