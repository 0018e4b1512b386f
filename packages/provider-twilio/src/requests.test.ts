import { encodedFields, parsePhoneNumber } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { baseUrlsOf, parseTwilioOptions, type TwilioOptions } from './options.js';
import { TwilioRequests, templateProblem } from './requests.js';
import { from, serviceSid, to, vectors, verifySid } from './twilio.test.fixture.js';

const { accountSid, authToken, apiKeySid, apiKeySecret } = vectors.credentials;
const contentSid = 'HX00000000000000000000000000000004';

const requestsOf = (options: Partial<TwilioOptions> = {}) =>
  new TwilioRequests(parseTwilioOptions({ accountSid, authToken, from, ...options }));

/** What Twilio's library has written. */
function vector(name: string) {
  const [request] = vectors.requests.find((each) => each.name === name)?.requests ?? [];
  if (request === undefined) throw new Error(`There is no vector ${name}.`);
  const { method, path, body, rawQuery, headers } = request;
  return { method, path: rawQuery === undefined ? path : `${path}?${rawQuery}`, body, headers };
}

function written(requests: TwilioRequests, message: Parameters<TwilioRequests['message']>[0]) {
  const sender = requests.senderOf(message);
  if (sender === undefined) throw new Error('Nobody sends.');
  return requests.message(message, sender);
}

describe('our bytes are those of Twilio’s library', () => {
  it('for a text with a number', () => {
    const expected = vector('send-text');
    const request = written(requestsOf(), { kind: 'text', id: '1', to, text: 'Your code is 1234 & äöü 你好 👍' });
    expect(request).toMatchObject({ method: expected.method, path: expected.path, body: expected.body });
    expect(request.headers).toMatchObject({
      accept: expected.headers['Accept'],
      authorization: expected.headers['Authorization'],
      'content-type': expected.headers['Content-Type'],
    });
  });

  it('for a text by a service with an API key', () => {
    const expected = vector('send-service-apikey');
    const requests = requestsOf({ apiKeySid, apiKeySecret, from: undefined, messagingServiceSid: serviceSid });
    const request = written(requests, { kind: 'text', id: '1', to, text: "a+b=c\nline 2 (x) 'q' *~!" });
    expect(request).toMatchObject({ path: expected.path, body: expected.body });
    expect(request.headers).toMatchObject({ authorization: expected.headers['Authorization'] });
  });

  it('for a template', () => {
    const requests = requestsOf({ from: undefined, messagingServiceSid: serviceSid });
    const params = [
      { name: '1', value: '42' },
      { name: 'name', value: 'Zoë' },
    ];
    const request = written(requests, { kind: 'template', id: '1', to, template: contentSid, params });
    expect(request.body).toBe(vector('send-template').body);
  });

  it('for the fetch of a message', () => {
    const { method, path } = vector('fetch');
    expect(requestsOf().fetchMessage('SM00000000000000000000000000000007')).toMatchObject({ method, path });
  });

  it('for the start and the checks of a code', () => {
    const requests = requestsOf();
    const start = vector('verify-start');
    expect(requests.verification(verifySid, { id: '1', to, locale: 'de' })).toMatchObject({
      path: start.path,
      body: start.body,
    });
    for (const [name, check] of [
      ['verify-check-to', { to, code: '123456' }],
      ['verify-check-sid', { to, code: '000000', reference: 'VE00000000000000000000000000000006' }],
    ] as const) {
      const { path, body } = vector(name);
      expect(requests.verificationCheck(verifySid, check)).toMatchObject({ path, body });
    }
  });

  it('for all of its forms: the encoder writes every vector anew', () => {
    for (const { requests } of vectors.requests) {
      for (const { body, fields } of requests) {
        if (body === undefined || fields === undefined) continue;
        const list = [...new URLSearchParams(body)] as [string, string][];
        expect(encodedFields(list)).toBe(body);
      }
    }
  });

  it('for hosts with an edge and a region; a half of them is refused', () => {
    const hostsOf = (options: Partial<TwilioOptions>) => {
      const { api, verify } = baseUrlsOf(parseTwilioOptions({ accountSid, authToken, from, ...options }));
      return { api: new URL(api).host, verify: new URL(verify).host };
    };
    const host = (name: string) => {
      const { api, verify } = vectors.hosts.find(({ options }) => options === name) ?? {};
      return { api, verify };
    };
    expect(hostsOf({})).toEqual(host('default'));
    expect(hostsOf({ region: 'ie1', edge: 'dublin' })).toEqual(host('both-ie1'));
    expect(hostsOf({ region: 'au1', edge: 'sydney' })).toEqual(host('both-au1'));
    expect(() => hostsOf({ region: 'ie1' })).toThrow('edge: is missing');
    expect(() => hostsOf({ edge: 'dublin' })).toThrow('region: is missing');
  });
});

describe('a message', () => {
  const fieldsOf = (message: object, options?: Partial<TwilioOptions>) =>
    Object.fromEntries(
      new URLSearchParams(
        written(requestsOf(options), { kind: 'text', id: 'id-1', to, text: 'Hi', ...message } as never).body,
      ),
    );

  it('carries our id in the query of the callback, and has Twilio repeat reports', () => {
    const reportUrl = 'https://app.example/sms/twilio';
    expect(fieldsOf({ reportUrl })['StatusCallback']).toBe('https://app.example/sms/twilio?id=id-1#rc=5&rp=all');
    expect(fieldsOf({ reportUrl: `${reportUrl}?a=b` })['StatusCallback']).toContain('?a=b&id=id-1#');
    expect(fieldsOf({})).not.toHaveProperty('StatusCallback');
  });

  it('asks for no reports that could not be proven', () => {
    const key = { authToken: undefined, apiKeySid, apiKeySecret };
    expect(fieldsOf({ reportUrl: 'https://app.example' }, key)).not.toHaveProperty('StatusCallback');
  });

  it.each([
    [300_000, '300'],
    [1_999, '1'],
    [1, '1'],
    [36_000_000, '36000'],
    [86_400_000, '36000'],
  ])('that is worth something for %i ms is kept for %s seconds', (validForMs, seconds) => {
    expect(fieldsOf({ validForMs })['ValidityPeriod']).toBe(seconds);
  });

  it('is sent by the sender of its country, then by the service, and by its own sender alone', () => {
    const options = { from: { US: '+15005550006', '+49': 'Shop' }, messagingServiceSid: serviceSid };
    const german = parsePhoneNumber('+4915112345678');
    const swiss = parsePhoneNumber('+41791234567');
    expect(fieldsOf({ to: german }, options)).toMatchObject({ From: 'Shop' });
    expect(fieldsOf({ to: swiss }, options)).toMatchObject({ MessagingServiceSid: serviceSid });
    expect(fieldsOf({ to: swiss }, options)).not.toHaveProperty('From');
    expect(fieldsOf({ to: swiss, senderId: 'Parcels' }, options)).toMatchObject({ From: 'Parcels' });
    expect(fieldsOf({ to: swiss, senderId: 'Parcels' }, options)).not.toHaveProperty('MessagingServiceSid');
  });

  it('without variables has no ContentVariables, and one that is called __proto__ is kept', () => {
    const template = { kind: 'template', template: contentSid, params: [] };
    expect(fieldsOf(template)).not.toHaveProperty('ContentVariables');
    const odd = fieldsOf({ ...template, params: [{ name: '__proto__', value: 'x' }] });
    expect(odd['ContentVariables']).toBe('{"__proto__":"x"}');
  });
});

describe('a template is refused before Twilio is asked', () => {
  const problemOf = (template: string, ...params: { name: string; value: string }[]) =>
    templateProblem({ kind: 'template', id: '1', to, template, params });

  it.each([
    ['order', [], 'template: must be the ContentSid'],
    [contentSid, [{ name: '', value: 'x' }], 'is no name of a variable'],
    [contentSid, [{ name: 'a b', value: 'x' }], 'is no name of a variable'],
    [contentSid, [{ name: 'x'.repeat(17), value: 'x' }], 'is no name of a variable'],
    [contentSid, [{ name: 'a', value: '' }], 'must be a text, and not empty'],
    [
      contentSid,
      [
        { name: 'a', value: 'x' },
        { name: 'a', value: 'y' },
      ],
      'is given twice',
    ],
  ])('%s %j', (template, params, said) => {
    expect(problemOf(template, ...params)).toContain(said);
  });

  it('and taken if nothing is wrong', () => {
    expect(problemOf(contentSid, { name: '1', value: '42' })).toBeUndefined();
    expect(problemOf('order', { name: '1', value: '42' })).toMatch(/^template: /);
  });
});

it('the locale of a code is the nearest that Verify speaks', () => {
  const localeOf = (locale: string) => {
    const { body } = requestsOf().verification(verifySid, { id: '1', to, locale });
    return new URLSearchParams(body).get('Locale');
  };
  expect(['de', 'de-CH', 'pt-BR', 'zh-HK', 'zh-Hans-CN', 'en-US', 'eo', 'dev'].map(localeOf)).toEqual([
    'de',
    'de',
    'pt-BR',
    'zh-HK',
    'zh',
    'en',
    null,
    null,
  ]);
});

it('follows no page that is not of this list', () => {
  const requests = requestsOf();
  const { path } = requests.listMessages(to.e164);
  expect(path).toBe(`/2010-04-01/Accounts/${accountSid}/Messages.json?To=%2B15005550100&PageSize=50`);
  expect(requests.nextPage(`${path}&Page=1`)?.path).toBe(`${path}&Page=1`);
  for (const uri of ['https://evil.example/x', '//evil.example', '/2010-04-01/Accounts.json?Page=1', '']) {
    expect(requests.nextPage(uri)).toBeUndefined();
  }
});
