import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parsePhoneNumber } from '@polysms/core/provider-kit';
import library, { RequestClient, type Twilio, validateRequest, validateRequestWithBody } from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageCodes, verifyCodes } from './errors.js';
import { isSignedBy, twilioSignature } from './signature.js';
import { signedInbound, signedReport } from './simulator/signed-requests.js';
import {
  accountSid,
  authToken,
  contentSid,
  context,
  from,
  openTwilioAccount,
  serviceSid,
  to,
  verifySid,
} from './twilio.test.fixture.js';

const apiKeySid = `SK${'2'.padStart(32, '0')}`;
const apiKeySecret = 'canary-key-secret-81d0';

let account: Awaited<ReturnType<typeof openTwilioAccount>>;
let client: Twilio;
beforeAll(async () => {
  account = await openTwilioAccount({
    templates: { [contentSid]: 'Order {{1}}' },
    apiKeys: { [apiKeySid]: apiKeySecret },
  });
  client = libraryAt(account.baseUrl, accountSid, authToken);
});
afterAll(() => account.close());

/** Twilio's library as it is, led to another host: it knows no other way than its own request client. */
function libraryAt(baseUrl: string, user: string, password: string): Twilio {
  const httpClient = new RequestClient();
  const request = httpClient.request.bind(httpClient);
  httpClient.request = (options) => {
    const { pathname, search } = new URL(options.uri);
    return request({ ...options, uri: `${baseUrl}${pathname}${search}` });
  };
  return library(user, password, { accountSid, httpClient });
}

function lastRequest() {
  const { method, path, body } = account.simulator.requests.at(-1) ?? {};
  return { method, path, body };
}

describe('Twilio’s library, unchanged, over the dialect', () => {
  it('is led there by the line that the box prints', async () => {
    const line = account.simulator.vendors[0]?.sdk ?? '';
    const printed = new Function('twilio', `${line} return client;`)(library) as Twilio;
    expect(await printed.messages.create({ to: to.e164, from, body: 'Hi' })).toMatchObject({ status: 'queued' });
    const { sid } = await printed.verify.v2.services(verifySid).verifications.create({ to: to.e164, channel: 'sms' });
    expect(sid).toMatch(/^VE/);
  });

  it('sends, fetches and lists', async () => {
    const sent = await client.messages.create({ to: to.e164, from, body: 'Hi from the library' });
    expect(sent).toMatchObject({ status: 'queued', to: to.e164, from, body: 'Hi from the library', numSegments: '1' });
    expect(await client.messages(sent.sid).fetch()).toMatchObject({ sid: sent.sid, status: 'queued' });
    for (let index = 0; index < 4; index += 1) {
      await client.messages.create({ to: '+15005550111', messagingServiceSid: serviceSid, body: `Page ${index}` });
    }
    const listed = await client.messages.list({ to: '+15005550111', pageSize: 3 });
    expect(listed.map(({ body }) => body)).toEqual(['Page 3', 'Page 2', 'Page 1', 'Page 0']);
    expect(listed.map(({ status, from: sender }) => [status, sender])).toEqual(Array(4).fill(['accepted', null]));
  });

  it('renders a template', async () => {
    const contentVariables = JSON.stringify({ 1: '42' });
    const sent = await client.messages.create({ to: to.e164, from, contentSid, contentVariables });
    expect(sent.body).toBe('Order 42');
  });

  it('reads the balance with an API key', async () => {
    const byKey = libraryAt(account.baseUrl, apiKeySid, apiKeySecret);
    expect(await byKey.balance.fetch()).toMatchObject({ accountSid, balance: '12.34', currency: 'USD' });
  });

  it.each([...messageCodes.keys()])('reads the error %s', async (name) => {
    account.simulator.fail({ kind: 'answer', name });
    const error: unknown = await client.messages.create({ to: to.e164, from, body: 'Hi' }).catch((each) => each);
    expect(error).toMatchObject({ code: Number(name), moreInfo: `https://www.twilio.com/docs/errors/${name}` });
    expect(error).toBeInstanceOf(library.RestException);
  });

  it.each([...verifyCodes.keys()])('reads the error %s of Verify', async (name) => {
    account.simulator.fail({ kind: 'answer', name });
    const { verifications } = client.verify.v2.services(verifySid);
    const error: unknown = await verifications.create({ to: to.e164, channel: 'sms' }).catch((each) => each);
    expect(error).toMatchObject({ code: Number(name) });
  });

  it('takes a 2xx without a SID for a success, which ours does not', async () => {
    const empty = { kind: 'http', httpStatus: 200, body: '{}', contentType: 'application/json' } as const;
    account.simulator.fail(empty, { times: 2 });
    const sent = await client.messages.create({ to: to.e164, from, body: 'Hi' });
    expect(sent.sid).toBeUndefined();
    const message = { kind: 'text', id: 'id-1', to, text: 'Hi' } as const;
    expect(await account.provider.send(message, context())).toMatchObject({
      outcome: 'unknown',
      code: 'invalid_response',
    });
  });

  it('starts, checks, fetches and cancels verifications', async () => {
    const phone = '+15005550122';
    const service = client.verify.v2.services(verifySid);
    const { sid, status, valid, sendCodeAttempts } = await service.verifications.create({ to: phone, channel: 'sms' });
    expect([status, valid, sendCodeAttempts.length]).toEqual(['pending', false, 1]);
    const code = account.simulator.messages.at(-1)?.code ?? '';
    const wrong = code === '000000' ? '111111' : '000000';
    const judge = async (guess: string) => (await service.verificationChecks.create({ to: phone, code: guess })).status;
    expect(await judge(wrong)).toBe('pending');
    expect(await service.verifications(sid).fetch()).toMatchObject({ sid, to: phone, status: 'pending' });
    expect(await judge(code)).toBe('approved');
    await expect(judge(code)).rejects.toMatchObject({ status: 404, code: 20404 });
    await service.verifications.create({ to: phone, channel: 'sms' });
    expect((await service.verifications(phone).update({ status: 'canceled' })).status).toBe('canceled');
    await expect(judge(code)).rejects.toMatchObject({ status: 404, code: 20404 });
  });
});

describe('our requests and those of the library', () => {
  /** Headers differ: ours has no Accept-Charset and another User-Agent, since neither means anything to Twilio. */
  it.each([
    ['a text', { kind: 'text', text: "Your code is 1234 & äöü 你好 👍 (x) 'q' *~! a+b=c\n\u0000" }],
    ['a text with a sender', { kind: 'text', text: 'Hi', senderId: 'My Shop' }],
    ['a text with a validity', { kind: 'text', text: 'Hi', validForMs: 120_999 }],
    ['a template', { kind: 'template', template: contentSid, params: [{ name: '1', value: 'Zoë "42"' }] }],
    ['a text with reports', { kind: 'text', text: 'Hi', reportUrl: 'https://app.example/sms/twilio' }],
  ] as const)('are the same bytes for %s', async (_, content) => {
    const message = { id: '0199aaaa-0000-7000-8000-000000000001', to, ...content };
    await account.provider.send(message, context());
    const ours = lastRequest();
    await client.messages.create({
      to: to.e164,
      from: 'senderId' in message ? message.senderId : from,
      ...('text' in message ? { body: message.text } : {}),
      ...('validForMs' in message ? { validityPeriod: 120 } : {}),
      ...('reportUrl' in message ? { statusCallback: `${message.reportUrl}?id=${message.id}#rc=5&rp=all` } : {}),
      ...('template' in message ? { contentSid, contentVariables: '{"1":"Zoë \\"42\\""}' } : {}),
    });
    expect(lastRequest()).toEqual(ours);
  });

  it('are the same bytes for Verify', async () => {
    const phone = parsePhoneNumber('+15005550133');
    const { verification } = account.provider;
    const service = client.verify.v2.services(verifySid);
    const started = await verification?.start({ id: 'id-1', to: phone, locale: 'de' }, context());
    const ours = lastRequest();
    await service.verifications.create({ to: phone.e164, channel: 'sms', locale: 'de' });
    expect(lastRequest()).toEqual(ours);
    const reference = (started?.outcome === 'accepted' && started.reference) || '';
    for (const [check, by] of [
      [{}, { to: phone.e164 }],
      [{ reference }, { verificationSid: reference }],
    ] as const) {
      await verification?.check({ to: phone, code: '000001', ...check }, context());
      const checked = lastRequest();
      await service.verificationChecks.create({ code: '000001', ...by });
      expect(lastRequest()).toEqual(checked);
    }
  });

  it('are the same bytes for a look-up, but for the filter that we leave out', async () => {
    await account.provider.lookup?.find({ id: 'none', to, sentFrom: 0, sentUntil: 0 }, context());
    const ours = account.simulator.requests.findLast(({ method }) => method === 'GET')?.path;
    await client.messages.list({ to: to.e164, pageSize: 50, limit: 1 });
    // The library asks for no more than its limit.
    expect(lastRequest().path?.replace('PageSize=1', 'PageSize=50')).toBe(ours);
  });
});

describe('signatures', () => {
  const url = 'https://app.example/sms/twilio';
  const sid = 'SM00000000000000000000000000000007';

  it('of the reports that the dialect sends are right for the library', async () => {
    let arrived: (request: { body: string; signature: string; target: string }) => void = () => {};
    const report = new Promise<{ body: string; signature: string; target: string }>((resolve) => {
      arrived = resolve;
    });
    const app = createServer(async (request, response) => {
      const body = (await request.setEncoding('utf8').toArray()).join('');
      arrived({ body, signature: String(request.headers['x-twilio-signature']), target: request.url ?? '' });
      response.writeHead(204).end();
    });
    app.listen(0, '127.0.0.1');
    await once(app, 'listening');
    const origin = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
    await client.messages.create({ to: to.e164, from, body: 'Hi', statusCallback: `${origin}/sms?id=1#rc=5&rp=all` });
    account.clock.advance(600);
    const { body, signature, target } = await report;
    const params = Object.fromEntries(new URLSearchParams(body));
    expect(params).toMatchObject({ MessageStatus: 'sent', To: to.e164, AddedWithoutNotice: '' });
    expect(validateRequest(authToken, signature, `${origin}${target}`, params)).toBe(true);
    expect(target).toBe('/sms?id=1');
    app.close();
  });

  it('of signedReport() and signedInbound() are right for the library', async () => {
    for (const request of [
      signedReport({ authToken, url, id: 'id-1', sid, status: 'undelivered', to: to.e164, errorCode: 30_003 }),
      signedInbound({ authToken, url, sid, from: to.e164, to: from, text: 'Ünal’s “STOP” 👍\n' }),
    ]) {
      const signature = request.headers.get('x-twilio-signature') ?? '';
      const params = Object.fromEntries(new URLSearchParams(await request.text()));
      expect(validateRequest(authToken, signature, request.url, params)).toBe(true);
      expect(validateRequest(authToken, signature, request.url, { ...params, More: '' })).toBe(false);
    }
  });

  it('of the library are right for ours, whatever the fields and the URL are', () => {
    const urls = [
      url,
      `${url}?a=b c&d=%27'`,
      'https://App.Example:8443',
      'http://app.example/x?y=ü',
      `${url}?q=a+b%20c@d`,
    ];
    const bodies = [{}, { To: '+1', to: '2', é: '3' }, { Tag: ['b', 'a', 'a'], Empty: '' }];
    for (const target of urls) {
      for (const params of bodies) {
        const fields = Object.entries(params).flatMap(([name, value]) =>
          [value].flat().map((each) => [name, each] as const),
        );
        const signature = library.getExpectedTwilioSignature(authToken, target, params);
        expect(twilioSignature(authToken, { url: target, fields })).toBe(signature);
        expect(isSignedBy(authToken, signature, { url: target, fields })).toBe(true);
        expect(validateRequest(authToken, signature, target, params)).toBe(true);
      }
    }
  });

  it('of a body in JSON are judged as the library judges them', () => {
    const body = '{"a":1}';
    const right = `${url}?bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862`;
    const signature = twilioSignature(authToken, { url: right, fields: [] });
    expect(validateRequestWithBody(authToken, signature, right, body)).toBe(true);
    expect(validateRequestWithBody(authToken, signature, right, `${body} `)).toBe(false);
  });
});
