import { deadlineAfter, type WebhookRequest } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { codesIn, rowsUnder } from './readme-tables.test.fixture.js';
import { twilioWebhooks } from './reports.js';
import { twilioSignature } from './signature.js';
import { signedForm, signedInbound, signedReport } from './simulator/signed-requests.js';
import { authToken, vectors } from './twilio.test.fixture.js';

const url = 'https://app.example/sms/twilio';
const sid = 'SM00000000000000000000000000000007';
const id = '01890a5d-ac96-774b-bcce-b302099a8057';
const to = '+15005550100';

const webhooks = twilioWebhooks(authToken);
const read = (request: WebhookRequest) =>
  webhooks.read(request, { deadline: deadlineAfter(5_000), now: 0, toleranceMs: 300_000 });

async function readRequest(request: Request) {
  const body = new Uint8Array(await request.arrayBuffer());
  return read({ method: request.method, url: request.url, headers: request.headers, body });
}

async function eventOf(report: Partial<Parameters<typeof signedReport>[0]>) {
  const reading = await readRequest(signedReport({ authToken, url, sid, status: 'delivered', ...report }));
  return reading.outcome === 'verified' ? reading.events[0] : undefined;
}

describe('a report', () => {
  it('names our id, Twilio’s and the phone, and is answered 204 and nothing', async () => {
    const reading = await readRequest(signedReport({ authToken, url, id, sid, to, status: 'delivered' }));
    expect(reading).toEqual({
      outcome: 'verified',
      events: [{ kind: 'report', id, reference: sid, to, state: 'delivered' }],
      reply: { status: 204 },
    });
  });

  it.each(rowsUnder('status').map(([status = '', state = '']) => [status.replaceAll('`', ''), state]))(
    'of the status %s is %s',
    async (status, state) => {
      const [expected, whenExpired] = state.split('; with 30036 ');
      expect(await eventOf({ status: status === 'others' ? 'partially_delivered' : status })).toMatchObject({
        state: expected,
      });
      expect(await eventOf({ status, errorCode: 30_036 })).toMatchObject({ state: whenExpired ?? expected });
    },
  );

  it.each(
    rowsUnder('error codes of a report').flatMap(([codes = '', reason = '']) =>
      codesIn(codes).map((code) => [code, reason.replaceAll('`', '')] as const),
    ),
  )('with the error code %s has the reason %s', async (code, reason) => {
    for (const status of ['undelivered', 'failed']) {
      const event = await eventOf({ status, errorCode: Number(code) });
      expect(event).toMatchObject({ reason, providerCode: code });
    }
  });

  it('without an error code has no reason, and delivered has none with one', async () => {
    expect(await eventOf({ status: 'undelivered' })).not.toHaveProperty('reason');
    expect(await eventOf({ status: 'delivered', errorCode: 30_003 })).toMatchObject({
      state: 'delivered',
      providerCode: '30003',
    });
    expect(await eventOf({ status: 'delivered', errorCode: 30_003 })).not.toHaveProperty('reason');
  });

  it('with a status or a code that nobody knows is a report all the same', async () => {
    expect(await eventOf({ status: 'teleported' })).toMatchObject({ state: 'queued', providerCode: 'teleported' });
    expect(await eventOf({ status: 'undelivered', errorCode: 39_999 })).toMatchObject({ reason: 'other' });
    expect(await eventOf({ status: 'undelivered', errorCode: 21_211 })).toMatchObject({ reason: 'unknown_subscriber' });
  });

  it('as recorded in the wild is read', async () => {
    const vector = vectors.webhookSignatures.vectors.find(({ name }) => name === 'status-callback-form');
    const { rawBody = '', signedUrl = '', signature = '', authToken: token = '' } = vector ?? {};
    const headers = new Headers({ 'x-twilio-signature': signature });
    const context = { deadline: deadlineAfter(5_000), now: 0, toleranceMs: 0 };
    const request = { method: 'POST', url: signedUrl, headers, body: Buffer.from(rawBody) };
    expect(await twilioWebhooks(token).read(request, context)).toMatchObject({
      outcome: 'verified',
      events: [{ reference: sid, to, state: 'undelivered', reason: 'unregistered_sender', providerCode: '30034' }],
    });
  });

  it('without a message tells nothing', async () => {
    expect(await eventOf({ sid: 'VE00000000000000000000000000000006' })).toBeUndefined();
  });

  it('by GET has everything in its URL', async () => {
    const target = `${url}?id=${id}&MessageSid=${sid}&MessageStatus=delivered&To=%2B15005550100`;
    const headers = new Headers({ 'x-twilio-signature': twilioSignature(authToken, { url: target, fields: [] }) });
    const reading = await read({ method: 'GET', url: target, headers, body: new Uint8Array() });
    expect(reading).toMatchObject({ events: [{ id, reference: sid, to, state: 'delivered' }] });
  });
});

describe('what a person writes', () => {
  const inbound = (text: string, fields?: Record<string, string>) =>
    readRequest(signedInbound({ authToken, url, sid, from: to, to: '+15005550006', text, fields }));

  it('is read as it was written, and answered with TwiML that sends nothing', async () => {
    const text = '  STOP it + “now” 👍\nline 2 ';
    expect(await inbound(text)).toEqual({
      outcome: 'verified',
      events: [{ kind: 'inbound', reference: sid, from: to, to: '+15005550006', text }],
      reply: {
        status: 200,
        headers: { 'content-type': 'text/xml; charset=utf-8' },
        body: '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
      },
    });
  });

  it.each([
    ['STOP', 'stop'],
    ['START', 'start'],
  ])('is %s where Advanced Opt-Out says so', async (OptOutType, optOut) => {
    expect(await inbound('arrêt', { OptOutType })).toMatchObject({ events: [{ optOut }] });
  });

  it('is neither where it says HELP', async () => {
    const reading = await inbound('HELP', { OptOutType: 'HELP' });
    expect(reading.outcome === 'verified' && reading.events[0]).not.toHaveProperty('optOut');
  });

  it('from what is no phone tells nothing', async () => {
    const request = signedInbound({
      authToken,
      url,
      sid,
      from: 'whatsapp:+15005550100',
      to: '+15005550006',
      text: 'Hi',
    });
    expect(await readRequest(request)).toMatchObject({ outcome: 'verified', events: [] });
  });
});

describe('is refused', () => {
  const { headers, body } = signedForm(authToken, url, [
    ['MessageSid', sid],
    ['MessageStatus', 'delivered'],
  ]);
  const request = { method: 'POST', url, headers: new Headers(headers), body: Buffer.from(body) };

  it('what is signed under another token, such as the secret of an API key', async () => {
    const reading = await twilioWebhooks('another-token').read(request, {
      deadline: deadlineAfter(5_000),
      now: 0,
      toleranceMs: 0,
    });
    expect(reading).toMatchObject({ outcome: 'rejected', reason: 'signature', reply: { status: 403 } });
  });

  it('what claims a shared key, even if it is signed under the token as well', async () => {
    const claiming = new Headers({ ...headers, 'x-twilio-webhooks-signature-settings': 'key=K,algorithm=HMAC_SHA256' });
    expect(await read({ ...request, headers: claiming })).toMatchObject({ outcome: 'rejected', reason: 'signature' });
    expect(await read(request)).toMatchObject({ outcome: 'verified' });
  });

  it('a body in JSON that is not the one of the signed hash', async () => {
    const { json } = vectors.webhookSignatures;
    const readJson = (text: string) =>
      twilioWebhooks(json.authToken).read(
        {
          method: 'POST',
          url: json.signedUrl,
          headers: new Headers({ 'x-twilio-signature': json.signature, 'content-type': 'application/json' }),
          body: Buffer.from(text),
        },
        { deadline: deadlineAfter(5_000), now: 0, toleranceMs: 0 },
      );
    expect(await readJson(json.rawBody)).toEqual({ outcome: 'verified', events: [], reply: { status: 204 } });
    expect(await readJson(json.rawBody.replace('DELIVERED', 'FAILED'))).toMatchObject({ reason: 'signature' });
  });

  it('a method that Twilio does not use', async () => {
    expect(await read({ ...request, method: 'PUT' })).toMatchObject({ reason: 'malformed', reply: { status: 405 } });
  });
});
