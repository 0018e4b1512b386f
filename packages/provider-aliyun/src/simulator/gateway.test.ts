import { describe, expect, it } from 'vitest';
import { type Bench, keys, startAliyun } from '../aliyun.test.fixture.js';
import { type Signing, signedRequest } from '../signature.js';

const sms = {
  PhoneNumbers: '13800138000',
  SignName: '示例签名',
  TemplateCode: 'SMS_100000001',
  TemplateParam: '{"code":"123456"}',
};

interface Changes {
  readonly action?: string;
  readonly signing?: Partial<Signing>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly method?: string;
  readonly body?: string;
}

async function call({ baseUrl, clock }: Bench, changes: Changes = {}) {
  const { action = 'SendSms', signing = {}, method = 'POST', body } = changes;
  const { path, headers } = signedRequest(
    { name: action, parameters: sms },
    { credentials: keys, host: new URL(baseUrl).host, now: clock.now(), nonce: String(Math.random()), ...signing },
  );
  const sent = { method, headers: { ...headers, ...changes.headers }, ...(body === undefined ? {} : { body }) };
  const response = await fetch(baseUrl + (changes.path ?? path), sent);
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    text,
    code: /"Code":"([^"]+)"/.exec(text)?.[1],
  };
}

describe('the gateway of the dialect', () => {
  it.each<[string, Changes, number, string]>([
    ['another version', { headers: { 'x-acs-version': '2018-05-01' } }, 400, 'InvalidVersion'],
    ['another action', { action: 'SendBatchSms' }, 404, 'InvalidAction.NotFound'],
    ['no authorization', { headers: { authorization: '' } }, 400, 'MissingAccessKeyId'],
    ['another key', { signing: { credentials: { ...keys, accessKeyId: 'x' } } }, 404, 'InvalidAccessKeyId.NotFound'],
    [
      'an unexpected token',
      { signing: { credentials: { ...keys, securityToken: 'x' } } },
      404,
      'InvalidAccessKeyId.NotFound',
    ],
    [
      'a time with milliseconds',
      { headers: { 'x-acs-date': '2025-01-02T03:04:05.000Z' } },
      400,
      'InvalidTimeStamp.Format',
    ],
    ['a clock 16 minutes slow', { signing: { now: Date.UTC(2025, 0, 2, 2, 48) } }, 400, 'InvalidTimeStamp.Expired'],
    ['a clock 16 minutes fast', { signing: { now: Date.UTC(2025, 0, 2, 3, 21) } }, 400, 'InvalidTimeStamp.Expired'],
    ['another secret', { signing: { credentials: { ...keys, accessKeySecret: 'x' } } }, 400, 'SignatureDoesNotMatch'],
    ['another host', { signing: { host: 'dysmsapi.aliyuncs.com' } }, 400, 'SignatureDoesNotMatch'],
    ['another query', { path: '/?PhoneNumbers=13900139000' }, 400, 'SignatureDoesNotMatch'],
    ['a header that is not signed', { headers: { 'x-acs-extra': '1' } }, 400, 'SignatureDoesNotMatch'],
    ['a body that is not signed', { body: 'PhoneNumbers=1' }, 400, 'SignatureDoesNotMatch'],
    ['a query that cannot be decoded', { path: '/?PhoneNumbers=%zz' }, 400, 'InvalidParameter'],
    ['GET', { method: 'GET' }, 400, 'UnsupportedHTTPMethod'],
  ])('refuses %s', async (_, changes, status, code) => {
    const bench = await startAliyun();
    expect(await call(bench, changes)).toMatchObject({ status, code });
    expect(bench.simulator.messages).toEqual([]);
  });

  it('takes a nonce once in 15 minutes', async () => {
    const bench = await startAliyun({ limits: { codesPerMinute: Number.POSITIVE_INFINITY } });
    const signing = { nonce: 'once' };
    expect(await call(bench, { signing })).toMatchObject({ code: 'OK' });
    expect(await call(bench, { signing })).toMatchObject({ status: 400, code: 'SignatureNonceUsed' });
    bench.clock.advance(15 * 60_000);
    expect(await call(bench, { signing })).toMatchObject({ code: 'OK' });
  });

  it('answers XML to whom asks for no JSON', async () => {
    const bench = await startAliyun();
    const headers = { accept: '*/*' };
    const refused = await call(bench, { headers, action: 'X<' });
    expect(refused).toMatchObject({ status: 404, type: 'text/xml;charset=utf-8' });
    expect(refused.text).toMatch(/^<\?xml .+\?><Error>.*<Code>InvalidAction.NotFound<\/Code>.*<\/Error>$/);
    expect((await call(bench, { headers })).text).toMatch(
      /<Response>.*<Code>OK<\/Code><BizId>\d+\^0<\/BizId><\/Response>$/,
    );
  });

  it('knows one path only', async () => {
    const bench = await startAliyun();
    expect((await fetch(`${bench.baseUrl}/sms`)).status).toBe(404);
  });
});

describe('a fault for one action', () => {
  it('leaves the others alone', async () => {
    const bench = await startAliyun();
    bench.simulator.fail({ kind: 'http', httpStatus: 503 }, { endpoint: 'QuerySendDetails', times: Infinity });
    expect((await call(bench)).code).toBe('OK');
    expect((await call(bench, { action: 'QuerySendDetails' })).status).toBe(503);
    // By the old signature the action can stand in the query.
    const query = '/?Action=QuerySendDetails&SignatureVersion=1.0';
    expect((await fetch(bench.baseUrl + query, { method: 'POST' })).status).toBe(503);
  });

  it('and one for all of them hit a call that names its action in the body, or none', async () => {
    const bench = await startAliyun();
    bench.simulator.fail({ kind: 'http', httpStatus: 503 }, { times: 3 });
    const body = new URLSearchParams({ Action: 'SendSms' });
    expect((await fetch(bench.baseUrl, { method: 'POST', body })).status).toBe(503);
    expect((await fetch(bench.baseUrl, { method: 'POST' })).status).toBe(503);
    expect((await call(bench, { action: 'constructor' })).status).toBe(503);
  });
});
