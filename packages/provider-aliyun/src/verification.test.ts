import { parsePhoneNumber } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { abroad, type Bench, code, context, startAliyun, to } from './aliyun.test.fixture.js';
import type { AliyunSimulatorSettings } from './simulator/index.js';

const start = ({ provider }: Bench, phone = to) => provider.verification?.start({ id: code.id, to: phone }, context());
const check = ({ provider }: Bench, typed: string) => provider.verification?.check({ to, code: typed }, context());

async function sentCode(bench: Bench): Promise<string> {
  expect(await start(bench)).toMatchObject({ outcome: 'accepted' });
  return bench.simulator.messages.at(-1)?.code ?? '';
}

describe('codes that Alibaba Cloud makes', () => {
  it('are asked for with everything that must be in step', async () => {
    const bench = await startAliyun();
    const { reference } = { reference: undefined, ...(await start(bench)) };
    expect(reference).toMatch(/^\d{18}\^0$/);
    expect(bench.asked()).toEqual({
      PhoneNumber: '13800138000',
      CountryCode: '86',
      SignName: '示例赠送签名',
      TemplateCode: '100001',
      TemplateParam: '{"code":"##code##","min":"5"}',
      CodeLength: '6',
      ValidTime: '300',
      Interval: '60',
      OutId: code.id,
    });
    expect(bench.provider.verification?.limits).toEqual({ lifetimeMs: 300_000 });
  });

  it('have the length, lifetime, interval and scheme of the options', async () => {
    const { account, baseUrl, asked, simulator } = await startAliyun();
    const codes = { codeLength: 4, codeLifetimeMs: 600_000, intervalMs: 30_000, scheme: 'login' };
    const { verification } = account({
      verification: { signature: '示例赠送签名', template: '100001', baseUrl, ...codes },
    });
    await verification?.start({ id: code.id, to }, context());
    expect(asked()).toMatchObject({ CodeLength: '4', ValidTime: '600', Interval: '30', SchemeName: 'login' });
    expect(asked()['TemplateParam']).toBe('{"code":"##code##","min":"10"}');
    const sent = simulator.messages.at(-1)?.code ?? '';
    expect(sent).toHaveLength(4);
    expect(await verification?.check({ to, code: sent }, context())).toEqual({ outcome: 'approved' });
    expect(asked()).toEqual({ PhoneNumber: '13800138000', CountryCode: '86', SchemeName: 'login', VerifyCode: sent });
  });

  it.each<NonNullable<AliyunSimulatorSettings['codes']>>([{ wrong: 'ValidateFail' }, { wrong: 'UNKNOWN' }])(
    'are right, wrong, used up, expired and superseded, with %j',
    async (codes) => {
      const bench = await startAliyun({ codes });
      const first = await sentCode(bench);
      expect(await check(bench, first === '000000' ? '000001' : '000000')).toEqual({ outcome: 'incorrect' });
      expect(await check(bench, first)).toEqual({ outcome: 'approved' });
      expect(await check(bench, first)).toEqual({ outcome: 'incorrect' });
      bench.clock.advance(60_000);
      const second = await sentCode(bench);
      bench.clock.advance(60_000);
      const third = await sentCode(bench);
      expect(await check(bench, second)).toEqual({ outcome: 'incorrect' });
      bench.clock.advance(300_000);
      expect(await check(bench, third)).toEqual({ outcome: 'incorrect' });
    },
  );

  it('come no sooner than the interval says', async () => {
    const bench = await startAliyun();
    await start(bench);
    bench.clock.advance(59_999);
    expect(await start(bench)).toMatchObject({
      outcome: 'refused',
      code: 'recipient_rate_limited',
      providerCode: 'biz.FREQUENCY',
      retryAfterMs: 60_000,
    });
    bench.clock.advance(1);
    expect(await start(bench)).toMatchObject({ outcome: 'accepted' });
  });

  it('need a signature and a template of the console’s gifts', async () => {
    const { account, baseUrl } = await startAliyun();
    const { verification } = account({ verification: { signature: 'Shop', template: '100001', baseUrl } });
    expect(await verification?.start({ id: code.id, to }, context())).toMatchObject({
      outcome: 'refused',
      code: 'template_rejected',
      providerCode: 'isv.INVALID_PARAMETERS',
    });
  });

  it.each(['INVALID_PARAMETERS', 'isv.INVALID_PARAMETERS'])(
    '%s is about the template in a start only',
    async (Code) => {
      const bench = await startAliyun();
      bench.answer({ Code });
      expect(await start(bench)).toMatchObject({ code: 'template_rejected' });
      bench.answer({ Code });
      expect(await check(bench, '1234')).toMatchObject({ outcome: 'refused', code: 'invalid_request' });
    },
  );

  it('exist on the mainland only', async () => {
    const bench = await startAliyun();
    const notSent = { outcome: 'not-sent', code: 'unsupported_destination' };
    for (const phone of [abroad, parsePhoneNumber('+886912345678')])
      expect(await start(bench, phone)).toMatchObject(notSent);
    expect(await bench.provider.verification?.check({ to: abroad, code: '1' }, context())).toMatchObject(notSent);
    expect(bench.simulator.requests).toEqual([]);
  });

  it('are not checked if they can be none', async () => {
    const bench = await startAliyun();
    for (const typed of ['', '1'.repeat(33), undefined as never]) {
      expect(await check(bench, typed)).toMatchObject({ outcome: 'not-sent', code: 'invalid_request' });
    }
    expect(bench.simulator.requests).toEqual([]);
  });

  it.each([
    [{ Code: 'OK' }, 'unknown'],
    [{ Code: 'OK', Model: {} }, 'unknown'],
    [{ Code: 'OK', Model: { VerifyResult: 7 } }, 'unknown'],
    [{ Code: 'OK', Success: true, Model: { VerifyResult: 'pass' } }, 'incorrect'],
    [{ Code: 'OK', Model: { VerifyResult: 'UNKNOWN' } }, 'incorrect'],
    [{ Code: 'OK', Success: false, Model: { VerifyResult: 'PASS' } }, 'approved'],
    [{ Code: 'Ok', Model: { VerifyResult: 'PASS' } }, 'unknown'],
  ])('are judged by the result alone: %j is %s', async (body, outcome) => {
    const bench = await startAliyun();
    bench.answer(body);
    expect(await check(bench, '1234')).toMatchObject({ outcome });
  });

  it('are none without the option', async () => {
    const { account } = await startAliyun();
    expect(account({}).verification).toBeNull();
  });
});
