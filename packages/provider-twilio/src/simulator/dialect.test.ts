import { describe, expect, it } from 'vitest';
import {
  accountSid,
  authToken,
  contentSid,
  context,
  from,
  serviceSid,
  startTwilio,
  text,
  to,
} from '../twilio.test.fixture.js';

const basic = (user: string, password: string) => `Basic ${btoa(`${user}:${password}`)}`;

/** A request as any client may write it. */
async function ask(
  baseUrl: string,
  path: string,
  fields?: Record<string, string>,
  authorization = basic(accountSid, authToken),
) {
  const body = fields === undefined ? {} : { method: 'POST', body: new URLSearchParams(fields) };
  const response = await fetch(`${baseUrl}${path}`, { headers: { authorization }, ...body });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, answer };
}

const messages = `/2010-04-01/Accounts/${accountSid}/Messages.json`;
const right = { To: to.e164, From: from, Body: 'Hi' };

describe('Messages', () => {
  it('with a number are queued, and with a service accepted, whose sender is not known yet', async () => {
    const { baseUrl } = await startTwilio();
    expect(await ask(baseUrl, messages, right)).toMatchObject({
      ...{ status: 201, answer: { status: 'queued', from, messaging_service_sid: null, num_segments: '1' } },
    });
    const byService = { To: to.e164, MessagingServiceSid: serviceSid, Body: 'Hi' };
    expect(await ask(baseUrl, messages, byService)).toMatchObject({
      ...{
        status: 201,
        answer: { status: 'accepted', from: null, messaging_service_sid: serviceSid, num_segments: '0' },
      },
    });
  });

  it.each<[string, Record<string, string>, number]>([
    ['no To', { From: from, Body: 'Hi' }, 21604],
    ['no sender', { To: to.e164, Body: 'Hi' }, 21603],
    ['no content', { To: to.e164, From: from }, 21619],
    ['an empty body', { ...right, Body: '' }, 21619],
    ['a long body', { ...right, Body: 'x'.repeat(1601) }, 21617],
    ['no E.164', { ...right, To: '15005550100' }, 21211],
    ['an underscore in the callback', { ...right, StatusCallback: 'https://a_b.example' }, 21609],
    ['a validity of more than ten hours', { ...right, ValidityPeriod: '36001' }, 20001],
    ['a template that nobody knows', { To: to.e164, From: from, ContentSid: `HX${'9'.repeat(32)}` }, 21655],
    ['an empty variable', { To: to.e164, From: from, ContentSid: contentSid, ContentVariables: '{"1":""}' }, 21656],
    ['variables that are no JSON', { To: to.e164, From: from, ContentSid: contentSid, ContentVariables: '{' }, 21656],
  ])('with %s are refused', async (_, fields, code) => {
    const { baseUrl, simulator } = await startTwilio({ templates: { [contentSid]: 'Order {{1}}' } });
    const more_info = `https://www.twilio.com/docs/errors/${code}`;
    expect(await ask(baseUrl, messages, fields)).toMatchObject({
      status: 400,
      answer: { code, status: 400, more_info },
    });
    expect(simulator.messages).toEqual([]);
  });

  it.each([
    [{ To: '+15005550001' }, 21211],
    [{ To: '+15005550002' }, 21612],
    [{ To: '+15005550003' }, 21408],
    [{ To: '+15005550004' }, 21610],
    [{ To: '+15005550009' }, 21614],
    [{ From: '+15005550001' }, 21212],
    [{ From: '+15005550007' }, 21606],
    [{ From: '+15005550008' }, 21611],
  ])('with the magic numbers %j are refused, or with a service fail later', async (magic, code) => {
    const { baseUrl, simulator, twilio } = await startTwilio();
    expect((await ask(baseUrl, messages, { ...right, ...magic })).answer).toMatchObject({ code });
    if (!('To' in magic)) return;
    const later = { To: magic.To, MessagingServiceSid: serviceSid, Body: 'Hi' };
    expect(await ask(baseUrl, messages, later)).toMatchObject({ status: 201 });
    expect(simulator.messages).toMatchObject([{ failed: { state: 'rejected' } }]);
    await simulator.configureReports({ mode: 'held' });
    expect(twilio.messages).toHaveLength(1);
  });

  it('are for the account in the path, with its token or one of its keys', async () => {
    const sid = `SK${'2'.padStart(32, '0')}`;
    const { baseUrl } = await startTwilio({ apiKeys: { [sid]: 'secret' } });
    expect(await ask(baseUrl, messages, right, basic(sid, 'secret'))).toMatchObject({ status: 201 });
    for (const wrong of [basic(sid, 'secrets'), basic(accountSid, 'x'), '', 'Bearer x']) {
      expect(await ask(baseUrl, messages, right, wrong)).toMatchObject({ status: 401, answer: { code: 20003 } });
    }
    const another = messages.replace(accountSid, `AC${'9'.repeat(32)}`);
    expect(await ask(baseUrl, another, right)).toMatchObject({ status: 404, answer: { code: 20404 } });
    expect(await ask(baseUrl, messages.toLowerCase(), right)).toMatchObject({ status: 404 });
  });

  it('from a sender that is not of the account are refused', async () => {
    const { provider } = await startTwilio({ senders: ['Shop'] });
    expect(await provider.send(text, context())).toMatchObject({ code: 'sender_rejected', providerCode: '21606' });
    expect(await provider.send({ ...text, senderId: 'Shop' }, context())).toMatchObject({ outcome: 'accepted' });
  });

  it('are listed newest first, page after page, with filters', async () => {
    const { baseUrl, clock } = await startTwilio();
    for (const Body of ['1', '2', '3']) {
      await ask(baseUrl, messages, { ...right, Body });
      clock.advance(60_000);
    }
    const listed = async (query: string) => {
      const { answer } = await ask(baseUrl, query.startsWith('/') ? query : `${messages}?${query}`);
      const bodies = (answer['messages'] as { body: string }[]).map(({ body }) => body);
      return { bodies, next: String(answer['next_page_uri']) };
    };
    const first = await listed(`To=${encodeURIComponent(to.e164)}&PageSize=2&Unknown=1`);
    expect(first.bodies).toEqual(['3', '2']);
    expect(await listed(first.next)).toEqual({ bodies: ['1'], next: 'null' });
    expect((await listed('To=%2B15005550101')).bodies).toEqual([]);
    const since = new Date(clock.now() - 100_000).toISOString();
    expect((await listed(`DateSent%3E=${since}`)).bodies).toEqual(['3']);
  });

  it('have a balance beside them', async () => {
    const { baseUrl } = await startTwilio();
    const { answer } = await ask(baseUrl, messages.replace('Messages', 'Balance'));
    expect(answer).toEqual({ account_sid: accountSid, balance: '12.34', currency: 'USD' });
  });
});

it('settings can be changed and come back with a reset', async () => {
  const { simulator, provider } = await startTwilio();
  simulator.configure('twilio', { senders: [] });
  expect(await provider.send(text, context())).toMatchObject({ providerCode: '21606' });
  expect(() => simulator.configure('twilio', { codeLength: 3 })).toThrow(
    'codeLength: must be a whole number from 4 to 10',
  );
  simulator.reset();
  expect(await provider.send(text, context())).toMatchObject({ outcome: 'accepted' });
});

it('the common faults are Twilio’s own', async () => {
  const { simulator, provider } = await startTwilio();
  simulator.fail({ kind: 'rate-limit' });
  expect(await provider.send(text, context())).toMatchObject({ code: 'rate_limited', providerCode: '20429' });
  simulator.fail({ kind: 'balance' });
  expect(await provider.send(text, context())).toMatchObject({ code: 'insufficient_balance', providerCode: '20005' });
  expect(simulator.vendors[0]?.answers.map(({ name }) => name)).toContain('60410');
});
