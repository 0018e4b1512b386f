import { createRequire } from 'node:module';
import type * as dypnsapi from '@alicloud/dypnsapi20170525';
import type * as dysmsapi from '@alicloud/dysmsapi20170525';
import type * as openApi from '@alicloud/openapi-core';
import { parsePhoneNumber } from '@polysms/core/provider-kit';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { abroad, type Bench, code, context, keys, queryOf, startAliyun, to } from './aliyun.test.fixture.js';
import type { AliyunSimulatorSettings } from './simulator/index.js';

// The official SDKs, unchanged, as Node loads them: only their clock and their nonces are ours.
const require = createRequire(import.meta.url);
const dysms: typeof dysmsapi.default = require('@alicloud/dysmsapi20170525');
const dypns: typeof dypnsapi.default = require('@alicloud/dypnsapi20170525');
const { $OpenApiUtil: models, OpenApiUtil: util }: typeof openApi = require('@alicloud/openapi-core');
let nonces = 0;
beforeAll(() => {
  vi.spyOn(util, 'getNonce').mockImplementation(() => `sdk-nonce-${++nonces}`);
});

function configOf(bench: Bench, more: object = {}): openApi.$OpenApiUtil.Config {
  vi.spyOn(util, 'getTimestamp').mockImplementation(() =>
    new Date(bench.clock.now()).toISOString().replace('.000', ''),
  );
  onTestFinished(() => void vi.mocked(util.getTimestamp).mockRestore());
  return new models.Config({ ...keys, endpoint: new URL(bench.baseUrl).host, protocol: 'HTTP', ...more });
}

async function start(settings: AliyunSimulatorSettings = {}, more: object = {}) {
  const bench = await startAliyun(settings);
  const config = configOf(bench, more);
  return { ...bench, sms: new dysms.default(config), codes: new dypns.default(config) };
}

const message = {
  phoneNumbers: '13800138000',
  signName: '示例签名',
  templateCode: 'SMS_100000001',
  templateParam: '{"code":"123456"}',
  outId: code.id,
};
const day = { phoneNumber: '13800138000', sendDate: '20250102', pageSize: 20, currentPage: 1 };
const issued = {
  phoneNumber: '13800138000',
  countryCode: '86',
  signName: '示例赠送签名',
  templateCode: '100001',
  templateParam: '{"code":"##code##","min":"5"}',
  codeLength: 6,
  validTime: 300,
  interval: 60,
  outId: code.id,
};

it('the official SDK is led to the box by the line that the box prints', async () => {
  const bench = await startAliyun();
  configOf(bench);
  const line = bench.simulator.vendors[0]?.sdk ?? '';
  const printed = new Function('Dysmsapi', `return ${line};`)(dysms.default) as dysmsapi.default;
  const { body } = await printed.sendSms(new dysms.SendSmsRequest(message));
  expect(body).toMatchObject({ code: 'OK' });
});

describe.each([undefined, 'v2'])('the official SDK with the signature %s drives the dialect', (signatureAlgorithm) => {
  const signing = signatureAlgorithm === undefined ? {} : { signatureAlgorithm };

  it('sends, and reads what was sent', async () => {
    const { sms, clock, simulator } = await start({}, signing);
    const { body } = await sms.sendSms(new dysms.SendSmsRequest(message));
    expect(body).toMatchObject({ code: 'OK', message: 'OK', bizId: expect.stringMatching(/^\d{18}\^0$/) });
    expect(simulator.messages).toMatchObject([{ to: to.e164, code: '123456', reference: body?.bizId }]);
    clock.advance(10_000);
    const details = await sms.querySendDetails(new dysms.QuerySendDetailsRequest(day));
    expect(details.body?.totalCount).toBe('1');
    expect(details.body?.smsSendDetailDTOs?.smsSendDetailDTO).toMatchObject([
      { phoneNum: '13800138000', sendStatus: 3, errCode: 'DELIVERED', outId: code.id, sendDate: '2025-01-02 11:04:05' },
    ]);
  });

  it('has codes made and checked', async () => {
    const { codes, simulator } = await start({}, signing);
    const sent = await codes.sendSmsVerifyCode(new dypns.SendSmsVerifyCodeRequest(issued));
    expect(sent.body).toMatchObject({ code: 'OK', success: true, model: { outId: code.id } });
    const check = (verifyCode: string) =>
      codes.checkSmsVerifyCode(new dypns.CheckSmsVerifyCodeRequest({ phoneNumber: '13800138000', verifyCode }));
    await expect(check('1')).rejects.toMatchObject({ code: 'isv.ValidateFail' });
    const right = await check(simulator.messages[0]?.code ?? '');
    expect(right.body).toMatchObject({ code: 'OK', model: { verifyResult: 'PASS' } });
  });
});

describe('the official SDK', () => {
  it('reads every answer of the dialect', async () => {
    const { sms, simulator } = await start();
    const [vendor] = simulator.vendors;
    for (const { name } of vendor?.answers ?? []) {
      simulator.fail({ kind: 'answer', name });
      const read = await sms.sendSms(new dysms.SendSmsRequest(message)).then(
        ({ body }) => body?.code,
        (error: { readonly code?: string }) => error.code,
      );
      expect(read).toBe(name);
    }
    expect(simulator.messages).toEqual([]);
  });

  it('is told how long to wait, in milliseconds', async () => {
    const { sms, simulator } = await start();
    simulator.fail({ kind: 'rate-limit' });
    await expect(sms.sendSms(new dysms.SendSmsRequest(message))).rejects.toMatchObject({ retryAfter: 1_500 });
  });

  it('is refused with a wrong secret', async () => {
    const { sms } = await start({}, { accessKeySecret: 'another' });
    await expect(sms.sendSms(new dysms.SendSmsRequest(message))).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
  });
});

/** What the SDK sends besides, or otherwise, and why it may. */
const differences = [
  // Where its keys come from: for the vendor's statistics.
  'x-acs-credentials-provider',
  // Each names itself.
  'user-agent',
  // Signs the headers above as well; compared below, over equal headers.
  'authorization',
  // The connection's own.
  ...['accept-encoding', 'connection', 'keep-alive', 'host', 'content-length', 'transfer-encoding'],
  // Compared by what they are made of.
  ...['x-acs-signature-nonce'],
];

describe('our bytes are those of the SDK', () => {
  type Sdk = Awaited<ReturnType<typeof start>>;
  const odd = '~!*\'() +&=%/"é😀';
  const cases: Readonly<
    Record<string, readonly [theirs: (sdk: Sdk) => Promise<unknown>, ours: (sdk: Sdk) => Promise<unknown> | undefined]>
  > = {
    SendSms: [
      ({ sms }) => sms.sendSms(new dysms.SendSmsRequest(message)),
      ({ provider }) => provider.send(code, context()),
    ],
    'SendSms with special characters, abroad': [
      ({ sms }) =>
        sms.sendSms(
          new dysms.SendSmsRequest({
            ...message,
            phoneNumbers: '85251234567',
            templateParam: JSON.stringify({ name: odd }),
            outId: "a b~!*'()",
          }),
        ),
      ({ provider }) =>
        provider.send({ ...code, id: "a b~!*'()", to: abroad, params: [{ name: 'name', value: odd }] }, context()),
    ],
    QuerySendDetails: [
      ({ sms }) => sms.querySendDetails(new dysms.QuerySendDetailsRequest(day)),
      ({ provider, clock }) => {
        const at = clock.now();
        return provider.lookup?.find({ id: code.id, to, sentFrom: at, sentUntil: at }, context());
      },
    ],
    SendSmsVerifyCode: [
      ({ codes }) => codes.sendSmsVerifyCode(new dypns.SendSmsVerifyCodeRequest(issued)),
      ({ provider }) => provider.verification?.start({ id: code.id, to }, context()),
    ],
    CheckSmsVerifyCode: [
      ({ codes }) =>
        codes.checkSmsVerifyCode(
          new dypns.CheckSmsVerifyCodeRequest({ phoneNumber: '13800138000', countryCode: '86', verifyCode: '123456' }),
        ),
      ({ provider }) =>
        provider.verification?.check({ to: parsePhoneNumber('+8613800138000'), code: '123456' }, context()),
    ],
  };

  it.each(Object.entries(cases))('%s', async (_, [theirs, ours]) => {
    await compare(await start(), theirs, ours, keys);
  });

  it('SendSms with an STS token', async () => {
    const securityToken = 'testSecurityToken';
    const sdk = await start({ securityToken }, { securityToken });
    const provider = sdk.account({ securityToken });
    await compare({ ...sdk, provider }, cases['SendSms']?.[0], cases['SendSms']?.[1], keys);
  });

  async function compare(
    sdk: Sdk,
    theirs: ((sdk: Sdk) => Promise<unknown>) | undefined,
    ours: ((sdk: Sdk) => Promise<unknown> | undefined) | undefined,
    { accessKeyId, accessKeySecret }: typeof keys,
  ): Promise<void> {
    await theirs?.(sdk).catch(() => {});
    await ours?.(sdk);
    const [their, our] = sdk.simulator.requests;
    expect([our?.method, our?.body]).toEqual([their?.method, their?.body]);
    // The SDK signs `!*'()` encoded, and leaves them bare in its URL.
    const encoded = (path = '') =>
      path.replaceAll(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
    const sorted = (path: string) =>
      path
        .slice(path.indexOf('?') + 1)
        .split('&')
        .sort()
        .join('&');
    expect(sorted(our?.path ?? '')).toBe(sorted(encoded(their?.path)));
    const common = ({ headers }: { headers: Readonly<Record<string, string>> } = { headers: {} }) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => !differences.includes(name)));
    expect(common(our)).toEqual(common(their));
    // The SDK's own signature over our headers is the one that we sent.
    const { authorization, ...headers } = our?.headers ?? {};
    const request = { method: 'POST', pathname: '/', query: Object.fromEntries(queryOf(our?.path ?? '')), headers };
    const bodyHash = headers['x-acs-content-sha256'] ?? '';
    const sign: (...given: readonly never[]) => string = util.getAuthorization;
    const given = [request, 'ACS3-HMAC-SHA256', bodyHash, accessKeyId, accessKeySecret] as readonly unknown[];
    expect(Reflect.apply(sign, util, given)).toBe(authorization);
  }
});
