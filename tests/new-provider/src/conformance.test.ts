import {
  type ConformanceSubject,
  describeSmsProvider,
  type ReceivedMessage,
  type Situation,
} from '@polysms/conformance';
import type { ProviderEvent, WebhookRequest } from '@polysms/core/provider-kit';
import { type Fault, ManualClock, type Simulator, startSimulator } from '@polysms/simulator';
import { describe, it } from 'vitest';
import { acme } from './acme.js';
import { acmeDialect, signatureHeaders } from './simulator/dialect.js';

const apiKey = 'canary-api-key-5c1f';
const webhookSecret = 'canary-webhook-secret-81d0';
const url = 'https://app.example/sms/acme';

const faults: Readonly<Record<Exclude<Situation, 'unreachable'>, Fault>> = {
  refuse: { kind: 'answer', name: 'invalid_number' },
  hang: { kind: 'hang', when: 'after-reading' },
  'lose-answer': { kind: 'drop', when: 'after-processing' },
  'reset-connection': { kind: 'reset', when: 'after-processing' },
  'cut-answer': { kind: 'drop', when: 'while-answering' },
  'server-error': { kind: 'http', httpStatus: 500, processed: true },
  garbage: { kind: 'http', httpStatus: 200, body: '<html>', contentType: 'text/html' },
};

async function create(): Promise<ConformanceSubject> {
  const clock = new ManualClock();
  const simulator = await startSimulator({ dialects: [acmeDialect({ apiKey, webhookSecret })], seed: 7, clock });
  const provider = acme({ apiKey, webhookSecret, baseUrl: simulator.urlOf('acme') });
  const arrange = async (situation: Situation) => {
    if (situation === 'unreachable') return simulator.close();
    simulator.fail(faults[situation]);
  };
  return {
    provider,
    recipient: '+8613800138000',
    otherRecipient: '+41791234567',
    secrets: [apiKey, webhookSecret],
    samples: { text: { text: 'Your order 42 has shipped.' }, senderId: 'Shop' },
    received: () => receivedBy(simulator),
    requests: () => simulator.requests.length,
    arrange,
    refuseWith: ({ code = 'invalid_number', sentence }) => {
      const body = JSON.stringify({ code, message: sentence });
      simulator.fail({ kind: 'http', httpStatus: 400, body, contentType: 'application/json' });
    },
    webhooks: {
      signed: (events, at) => signed(Buffer.from(JSON.stringify(events.map(rowOf))), at),
      signedBody: signed,
      replaceSignature: (request, replace) =>
        withHeader(request, 'acme-signature', replace(request.headers.get('acme-signature') ?? '')),
      replaceTime: (request, at) => withHeader(request, 'acme-time', String(at)),
    },
    lookup: {
      vendorTook: (id) => receivedBy(simulator).some((message) => message.id === id),
      now: () => clock.now(),
      advance: (ms) => clock.advance(ms),
      arrange,
    },
    close: async () => {
      await provider.close();
      await simulator.close();
    },
  };
}

/** What phones show, with our id from the request that brought it. */
function receivedBy({ messages, requests }: Simulator): readonly ReceivedMessage[] {
  return messages.map(({ id: messageId, to, text, from }) => {
    const body = requests.find(({ messageIds }) => messageIds.includes(messageId))?.body ?? '{}';
    const { reference } = JSON.parse(body);
    return { kind: 'text', id: reference, to, text, senderId: from };
  });
}

function signed(body: Uint8Array, at: number): WebhookRequest {
  const headers = new Headers(signatureHeaders({ secret: webhookSecret, url, at, body }));
  return { method: 'POST', url, headers, body };
}

function withHeader(request: WebhookRequest, name: string, value: string | undefined): WebhookRequest {
  const headers = new Headers(request.headers);
  if (value === undefined) headers.delete(name);
  else headers.set(name, value);
  return { ...request, headers };
}

/** An event as Acme writes it. */
function rowOf(event: ProviderEvent): object {
  const { reference: id, to } = event;
  if (event.kind === 'inbound') return { type: 'reply', id, from: event.from, to, text: event.text };
  const status = event.state === 'undelivered' ? 'phone_off' : event.state;
  return { type: 'report', id, reference: event.id, to, status, at: event.at };
}

describeSmsProvider('acme, against the simulator', {
  test: { describe, it },
  capabilities: {
    text: true,
    template: false,
    senderId: true,
    verification: false,
    webhooks: true,
    lookup: true,
    messageId: true,
  },
  create,
});
