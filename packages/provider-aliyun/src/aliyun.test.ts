import { inspect } from 'node:util';
import { deadlineAfter, parsePhoneNumber } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { abroad, code, context, keys, startAliyun, to } from './aliyun.test.fixture.js';
import { aliyun } from './index.js';

const text = { kind: 'text', id: 'message-1', to, text: 'Hello' } as const;

describe('a message', () => {
  it('is a template with its values as texts, its signature, and our id', async () => {
    const { provider, asked, simulator } = await startAliyun();
    expect(await provider.send(code, context())).toEqual({
      outcome: 'accepted',
      reference: expect.stringMatching(/^\d{18}\^0$/),
    });
    expect(asked()).toEqual({
      PhoneNumbers: '13800138000',
      SignName: '示例签名',
      TemplateCode: 'SMS_100000001',
      TemplateParam: '{"code":"123456"}',
      OutId: code.id,
    });
    expect(simulator.messages).toMatchObject([
      { to: to.e164, text: '【示例签名】您的验证码为123456。', code: '123456' },
    ]);
  });

  it('without values has no TemplateParam', async () => {
    const { account, asked } = await startAliyun({ templates: { SMS_1: { kind: 'notice', text: 'Hello.' } } });
    const outcome = await account({}).send({ ...code, template: 'SMS_1', params: [] }, context());
    expect(outcome).toMatchObject({ outcome: 'accepted' });
    expect(Object.keys(asked())).not.toContain('TemplateParam');
  });

  it('takes the name of a variable in any script', async () => {
    const { account, asked } = await startAliyun({
      templates: { SMS_1: { kind: 'notice', text: '订单$' + '{单号}' } },
    });
    const message = { ...code, template: 'SMS_1', params: [{ name: '单号', value: '42' }] };
    expect(await account({}).send(message, context())).toMatchObject({ outcome: 'accepted' });
    expect(asked()['TemplateParam']).toBe('{"单号":"42"}');
  });

  it.each([
    ['+8613800138000', '13800138000'],
    ['+85251234567', '85251234567'],
    ['+85366123456', '85366123456'],
    ['+886912345678', '886912345678'],
    ['+12025550123', '12025550123'],
  ])('to %s goes to %s', async (e164, number) => {
    const { provider, asked } = await startAliyun();
    await provider.send({ ...code, to: parsePhoneNumber(e164) }, context());
    expect(asked()['PhoneNumbers']).toBe(number);
  });

  it('has signature and template of its country', async () => {
    const { account, asked, simulator } = await startAliyun({
      signatures: { 示例签名: 'approved', Shop: 'approved' },
    });
    const provider = account({
      signature: { CN: '示例签名', default: 'Shop' },
      templates: { SMS_100000001: { CN: 'SMS_100000001', default: 'SMS_200000001' } },
    });
    await provider.send(code, context());
    expect(asked()).toMatchObject({ SignName: '示例签名', TemplateCode: 'SMS_100000001' });
    expect(await provider.send({ ...code, to: abroad }, context())).toMatchObject({ outcome: 'accepted' });
    expect(asked()).toMatchObject({ SignName: 'Shop', TemplateCode: 'SMS_200000001' });
    expect(simulator.messages.at(-1)?.text).toBe('【Shop】Your code is 123456.');
    await provider.send({ ...code, signature: 'Other' }, context());
    expect(asked()).toMatchObject({ SignName: 'Other' });
  });

  it('is not sent where it can only fail', async () => {
    const { provider, account, simulator } = await startAliyun();
    const foreign = account({ signature: { HK: 'Shop' } });
    const outcomes = [
      await provider.send(text, context()),
      await provider.send({ ...code, params: [{ name: 'the code', value: '1' }] }, context()),
      await provider.send({ ...code, params: [...code.params, ...code.params] }, context()),
      await foreign.send(code, context()),
      await account({ templates: { constructor: 'SMS_7' }, signature: { default: 'x' } }).send(
        { ...text, kind: 'picture' } as never,
        context(),
      ),
    ];
    expect(outcomes.map((each) => `${each.outcome} ${'code' in each && each.code}`)).toEqual([
      'not-sent unsupported_message',
      'not-sent template_rejected',
      'not-sent template_rejected',
      'not-sent sender_rejected',
      'not-sent unsupported_message',
    ]);
    expect(simulator.requests).toEqual([]);
  });

  it('is sent again with the same OutId: Alibaba Cloud compares it with nothing', async () => {
    const { provider, simulator, clock } = await startAliyun();
    await provider.send(code, context());
    clock.advance(60_000);
    await provider.send(code, context());
    expect(simulator.messages).toHaveLength(2);
  });
});

describe('what Alibaba Cloud repeats of a request', () => {
  it('is never passed on: number, code and key of a signature that does not match', async () => {
    const { account, simulator } = await startAliyun();
    const provider = account({ accessKeySecret: 'another-secret-than-that' });
    const outcome = await provider.send(code, context());
    const answer = simulator.requests.at(-1)?.answer ?? '';
    for (const secret of ['13800138000', '123456', 'x-acs-date']) expect(answer).toContain(secret);
    expect(outcome).toMatchObject({
      outcome: 'refused',
      code: 'authentication_failed',
      providerCode: 'SignatureDoesNotMatch',
    });
    for (const secret of ['13800138000', '123456', keys.accessKeyId, 'another-secret', 'x-acs']) {
      expect(inspect([outcome, provider], { depth: null, showHidden: true })).not.toContain(secret);
    }
  });

  it.each(['drop', 'reset', 'hang'] as const)('stands in no error of the network (%s)', async (kind) => {
    const { provider, simulator } = await startAliyun();
    simulator.fail({ kind, when: 'after-processing' });
    const outcome = await provider.send(code, { deadline: deadlineAfter(kind === 'hang' ? 500 : 60_000) });
    expect(outcome).toMatchObject({ outcome: 'unknown' });
    for (const secret of ['13800138000', '123456', 'PhoneNumbers']) {
      expect(inspect(outcome, { depth: null, showHidden: true })).not.toContain(secret);
    }
  });
});

describe('credentials', () => {
  it('with a token are sent and signed', async () => {
    const { account, simulator } = await startAliyun({ securityToken: 'a-token' });
    expect(await account({ securityToken: 'a-token' }).send(code, context())).toMatchObject({ outcome: 'accepted' });
    const { headers = {} } = simulator.requests.at(-1) ?? {};
    expect(headers['authorization']).toContain('x-acs-accesskey-id;');
    expect(headers['authorization']).toContain('x-acs-security-token;');
    expect(await account({ securityToken: 'expired' }).send(code, context())).toMatchObject({
      outcome: 'refused',
      code: 'authentication_failed',
    });
  });

  it('of the moment are asked for with each request', async () => {
    const { account, clock } = await startAliyun({ securityToken: 'second' });
    const tokens = ['first', 'second'];
    const provider = account({ credentials: () => ({ ...keys, securityToken: tokens.shift() }) });
    expect(await provider.send(code, context())).toMatchObject({ code: 'authentication_failed' });
    clock.advance(1_000);
    expect(await provider.send(code, context())).toMatchObject({ outcome: 'accepted' });
  });

  it.each([
    () => {
      throw new Error('secret');
    },
    () => undefined as never,
    () => ({}) as never,
    async () => keys,
    // Nobody else listens to it: its failure would end the process.
    async () => {
      throw new Error('secret');
    },
    () => ({ accessKeySecret: keys.accessKeySecret }) as never,
    () => ({ accessKeyId: '', accessKeySecret: '' }),
    () => ({ ...keys, accessKeyId: ` ${keys.accessKeyId}` }),
    () => ({ ...keys, securityToken: 'token\n' }),
    () => ({ ...keys, securityToken: 5 }) as never,
  ])('that are none are a call that was not sent', async (credentials) => {
    const { account, simulator } = await startAliyun();
    const outcome = await account({ credentials: credentials as never }).send(code, context());
    expect(outcome).toEqual({
      ...{ outcome: 'not-sent', code: 'authentication_failed' },
      message: 'The option credentials must return accessKeyId and accessKeySecret, and no promise of them.',
    });
    expect(simulator.requests).toEqual([]);
  });
});

describe('an account with a pace', () => {
  it('has one for both of its addresses', async () => {
    const { account, baseUrl, simulator } = await startAliyun();
    const other = baseUrl.replace('127.0.0.1', 'localhost');
    const verification = { signature: '示例赠送签名', template: '100001', baseUrl: other };
    const provider = account({ verification, maxPerSecond: 1 / 3_600 });
    expect(await provider.send(code, context())).toMatchObject({ outcome: 'accepted' });
    const held = { outcome: 'not-sent', code: 'rate_limited' };
    expect(await provider.verification?.start({ id: code.id, to }, context())).toMatchObject(held);
    expect(await provider.send(code, context())).toMatchObject(held);
    expect(simulator.requests).toHaveLength(1);
  });

  it('waits as long as Alibaba Cloud asks', async () => {
    const { provider, simulator } = await startAliyun();
    simulator.fail({ kind: 'rate-limit' });
    expect(await provider.send(code, context())).toMatchObject({
      outcome: 'refused',
      code: 'rate_limited',
      providerCode: 'Throttling.User',
      retryAfterMs: 1_500,
    });
  });
});

describe('two addresses', () => {
  it('are signed each with its own host', async () => {
    const { account, baseUrl } = await startAliyun();
    const other = baseUrl.replace('127.0.0.1', 'localhost');
    const provider = account({ verification: { signature: '示例赠送签名', template: '100001', baseUrl: other } });
    expect(await provider.verification?.start({ id: code.id, to }, context())).toMatchObject({ outcome: 'accepted' });
    expect(await provider.send(code, context())).toMatchObject({ outcome: 'accepted' });
    await provider.close();
    for (const call of [provider.send(code, context()), provider.verification?.start({ id: code.id, to }, context())]) {
      expect(await call).toMatchObject({ outcome: 'not-sent', code: 'client_closed' });
    }
  });

  it('are those of the mainland by default', () => {
    const provider = aliyun({ ...keys, verification: { signature: 'x', template: '100001' } });
    expect([provider.id, provider.webhooks, provider.events]).toEqual(['aliyun', null, null]);
  });
});
