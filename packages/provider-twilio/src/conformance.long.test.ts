import { randomUUID } from 'node:crypto';
import {
  type ConformanceSubject,
  describeSmsProvider,
  type ReceivedMessage,
  type Situation,
} from '@polysms/conformance';
import type { ProviderEvent, SmsProvider, WebhookRequest } from '@polysms/core/provider-kit';
import { type BoxMessage, type Fault, ManualClock, startSimulator } from '@polysms/simulator';
import { describe, it } from 'vitest';
import { twilioSignature } from './signature.js';
import { dialectOf, type OpenTwilio, openTwilio } from './simulator/dialect.js';
import { parseSettings } from './simulator/settings.js';
import { signedInbound, signedReport } from './simulator/signed-requests.js';
import { twilio } from './twilio.js';
import { accountSid, contentSid, from, serviceSid, verifySid } from './twilio.test.fixture.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const none = Number.POSITIVE_INFINITY;
const authToken = 'canary-auth-token-5c1f';
const apiKeySid = `SK${'2'.padStart(32, '0')}`;
const apiKeySecret = 'canary-key-secret-81d0';
const webhook = 'https://app.example/webhooks/twilio';
const template = {
  template: contentSid,
  params: [
    { name: 'order', value: 'order-42' },
    { name: '2', value: 'SF Express' },
  ],
};

const faults: Readonly<Record<Exclude<Situation, 'unreachable' | 'refuse'>, Fault>> = {
  hang: { kind: 'hang', when: 'after-reading' },
  'lose-answer': { kind: 'drop', when: 'after-processing' },
  'reset-connection': { kind: 'reset', when: 'after-processing' },
  'cut-answer': { kind: 'drop', when: 'while-answering' },
  'server-error': { kind: 'http', httpStatus: 500, processed: true },
  garbage: { kind: 'http', httpStatus: 200, body: '<html>', contentType: 'text/html' },
};

/** An account that sends with a number, or by a service. */
async function create(sender: { from?: string; messagingServiceSid?: string }): Promise<ConformanceSubject> {
  const clock = new ManualClock();
  const opens: OpenTwilio[] = [];
  const settings = parseSettings({
    ...{ accountSid, authToken, apiKeys: { [apiKeySid]: apiKeySecret }, maxSends: 1000, maxChecks: 1000 },
    templates: { [contentSid]: 'Order {{order}} comes with {{2}}' },
  });
  const dialect = dialectOf((world) => {
    const open = openTwilio(settings, world);
    opens.push(open);
    return open.dialect;
  });
  const simulator = await startSimulator({ dialects: [dialect], seed: 7, clock });
  const [open] = opens as [OpenTwilio];
  const account = twilio({
    ...{ accountSid, authToken, apiKeySid, apiKeySecret, verifyServiceSid: verifySid },
    ...{ baseUrl: simulator.urlOf('twilio'), ...sender },
  });
  const arrange = (situation: Situation, code: number) => {
    if (situation === 'unreachable') return simulator.close();
    const fault: Fault = situation === 'refuse' ? { kind: 'status', status: code } : faults[situation];
    // The look-up that comes after a lost answer is answered.
    simulator.fail(fault, { times: situation === 'lose-answer' ? 1 : none });
    return undefined;
  };
  return {
    provider: withReportUrl(account),
    recipient: '+8613800138000',
    otherRecipient: '+41791234567',
    secrets: [authToken, apiKeySecret],
    samples: { text: { text: 'Your order 42 has shipped.' }, template, senderId: 'Parcels' },
    received: () => simulator.messages.map((message) => receivedOf(message, open)),
    requests: () => simulator.requests.length,
    arrange: (situation, operation) => arrange(situation, operation === 'send' ? 21211 : 20429),
    refuseWith: ({ code = '21211', sentence }) => {
      const number = /^\d+$/.test(code) ? Number(code) : code;
      const body = JSON.stringify({ code: number, message: sentence, status: 400 });
      simulator.fail({ kind: 'http', httpStatus: 400, body, contentType: 'application/json' });
    },
    webhooks: {
      signed: ([event]) => requestOf(signedOf(event)),
      signedBody: (body) => {
        const fields = new URLSearchParams(Buffer.from(body).toString('utf8'));
        // Not signedForm(), which would write the fields once more: there may be a million.
        const headers = new Headers({
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': twilioSignature(authToken, { url: webhook, fields }),
        });
        return { method: 'POST', url: webhook, headers, body };
      },
      replaceSignature: (request, replace) => {
        const headers = new Headers(request.headers);
        const signature = replace(headers.get('x-twilio-signature') ?? '');
        if (signature === undefined) headers.delete('x-twilio-signature');
        else headers.set('x-twilio-signature', signature);
        return { ...request, headers };
      },
      newReference,
    },
    lookup: {
      vendorTook: (id) => open.twilio.messages.some((message) => idOf(message.fields) === id),
      now: () => clock.now(),
      advance: (ms) => clock.advance(ms),
      arrange: async (situation) => arrange(situation, 20429),
    },
    close: async () => {
      await account.close();
      await simulator.close();
    },
  };
}

/** As a client with a public URL has it sent. */
function withReportUrl(account: SmsProvider): SmsProvider {
  return {
    specification: 'v1',
    id: account.id,
    sends: account.sends,
    send: (message, context) => account.send({ ...message, reportUrl: webhook }, context),
    verification: account.verification,
    webhooks: account.webhooks,
    events: account.events,
    lookup: account.lookup,
    close: () => account.close(),
  };
}

function idOf(fields: ReadonlyMap<string, string>): string | undefined {
  return new URL(fields.get('StatusCallback') ?? webhook).searchParams.get('id') ?? undefined;
}

function receivedOf(
  { to, text, code = '', reference = '' }: BoxMessage,
  { twilio: vendor }: OpenTwilio,
): ReceivedMessage {
  const fields = vendor.get(reference)?.fields;
  if (fields === undefined) return { kind: 'verification', to, code };
  const validity = fields.get('ValidityPeriod');
  const told = { id: idOf(fields), validForMs: validity === undefined ? undefined : Number(validity) * 1000 };
  if (fields.has('ContentSid')) {
    const values: Record<string, string> = JSON.parse(fields.get('ContentVariables') ?? '{}');
    return {
      kind: 'template',
      to,
      template: contentSid,
      values: template.params.map(({ name }) => values[name] ?? ''),
      ...told,
    };
  }
  const sender = fields.get('From');
  return { kind: 'text', to, text, senderId: sender === from ? undefined : sender, ...told };
}

function newReference(): string {
  return `SM${randomUUID().replaceAll('-', '')}`;
}

function signedOf(event: ProviderEvent | undefined): Request {
  const sid = event?.reference ?? newReference();
  if (event?.kind === 'inbound') {
    return signedInbound({ authToken, url: webhook, sid, from: event.from, to: event.to, text: event.text });
  }
  const { id, to, state = 'queued', reason } = event ?? {};
  const errorCode = reason === 'unreachable' ? 30003 : undefined;
  return signedReport({ authToken, url: webhook, id, sid, to, status: state, errorCode });
}

async function requestOf(request: Request): Promise<WebhookRequest> {
  const { method, url, headers } = request;
  return { method, url, headers, body: new Uint8Array(await request.arrayBuffer()) };
}

const capabilities = {
  ...{ text: true, template: true, senderId: true, verification: true },
  ...{ webhooks: true, lookup: true, messageId: true, validFor: true },
};
const differences = {
  timeNotSigned: 'Twilio signs no time',
  oneEventPerRequest: 'Twilio makes a call for each report',
};

describeSmsProvider('twilio() with a number, against the simulator', {
  test: { describe, it },
  capabilities,
  create: () => create({ from }),
  differences,
});

/** Where the sender makes a difference. The long suite proves that it makes none elsewhere. */
const suitesOfSender = ['contract', 'send', 'outcomes', 'lookup'];
const name = 'twilio() with a Messaging Service, against the simulator';

describeSmsProvider(name, {
  test: {
    describe(title, body) {
      if (isLong || title.startsWith(name) || suitesOfSender.includes(title)) describe(title, body);
    },
    it,
  },
  capabilities,
  create: () => create({ messagingServiceSid: serviceSid }),
  differences,
});
