import {
  type ConformanceSubject,
  describeSmsProvider,
  type EventsSubject,
  type LookupSubject,
  type ReceivedMessage,
  type Situation,
  type TestFunctions,
  type VendorRefusal,
} from '@polysms/conformance';
import type { WebhookRequest } from '@polysms/core/provider-kit';
import { describe, it } from 'vitest';
import type { MockOperation, ScriptedOutcome } from './fault-script.js';
import { mock } from './mock.js';
import type { MockMessage } from './mock-message.js';
import type { MockProvider } from './mock-provider.js';
import type { MockOptions } from './options.js';
import { signatureHeaders, signatureOf } from './signature.js';
import { signedInbound, signedReport } from './signed-requests.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';

/** Of a mock with one option more, the short suite runs the suites in which that option shows. */
function only(...suites: readonly string[]): TestFunctions {
  return {
    describe(title, body) {
      if (isLong || title.startsWith('mock()') || suites.includes(title)) describe(title, body);
    },
    it,
  };
}

const differences = {
  noCredentials: 'the mock has no vendor to log in to',
  requestsNotCounted: 'the mock makes no requests',
};

describeSmsProvider('mock()', {
  test: { describe, it },
  capabilities: { text: true, template: true, senderId: true, verification: true },
  create: () => subjectOf({}),
  differences,
});

describeSmsProvider('mock() of templates only, with latency', {
  test: only('contract', 'send', 'outcomes', 'abort and deadline', 'close'),
  capabilities: { text: false, template: true, senderId: false, verification: false },
  create: () => subjectOf({ sends: { text: false }, verification: false, latencyMs: { min: 0, max: 20 } }),
  differences,
});

describeSmsProvider('mock() without sender IDs', {
  test: only('contract', 'send'),
  capabilities: { text: true, template: false, senderId: false, verification: false },
  create: () => subjectOf({ sends: { template: false, senderId: false }, verification: false }),
  differences,
});

describeSmsProvider('mock() with a pace', {
  test: only('contract', 'send', 'abort and deadline', 'close'),
  capabilities: { text: true, template: true, senderId: true, verification: true },
  create: () => subjectOf({ maxPerSecond: 500, burst: 5 }),
  differences,
});

describeSmsProvider('mock() whose vendor tells what became of messages', {
  test: { describe, it },
  capabilities: {
    text: true,
    template: true,
    senderId: true,
    verification: true,
    webhooks: true,
    events: true,
    lookup: true,
    messageId: true,
    validFor: true,
  },
  create: reportingSubject,
  differences: { requestsNotCounted: differences.requestsNotCounted },
});

describeSmsProvider('mock() whose vendor lists messages at once', {
  test: only('contract', 'lookup', 'privacy'),
  capabilities: { text: false, template: true, senderId: false, verification: false, lookup: true },
  create: () => {
    const time = machine();
    const subject = subjectOf({ sends: { text: false }, verification: false, lookup: true, clock: time });
    return { ...subject, lookup: lookupOf(subject.provider, time) };
  },
  differences,
});

/** A clock that stands still. */
function machine() {
  let now = 1_000_000;
  return {
    now: () => now,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

function reportingSubject(): ConformanceSubject {
  const secret = 'canary-secret-81d0';
  const url = 'https://app.example/webhooks/mock?tenant=7';
  const time = machine();
  const lookup = { visibleAfterMs: 30_000 };
  const subject = subjectOf({ webhooks: { secret }, events: true, lookup, clock: time });
  const { provider } = subject;
  const signed = (body: Uint8Array, at: number): WebhookRequest => {
    const timestamp = String(at);
    const signature = signatureOf({ timestamp, url, body }, secret);
    const { timestamp: timeHeader, signature: signatureHeader } = signatureHeaders;
    return {
      method: 'POST',
      url,
      headers: new Headers({ [timeHeader]: timestamp, [signatureHeader]: signature }),
      body,
    };
  };
  const connection = connectionOf(provider);
  return {
    ...subject,
    secrets: [secret],
    webhooks: {
      signed: async (events, at) => {
        const reports = events.filter((event) => event.kind === 'report');
        const inbound = events.filter((event) => event.kind === 'inbound');
        const request =
          inbound.length > 0
            ? signedInbound({ secret, url, events: inbound, at })
            : signedReport({ secret, url, events: reports, at });
        const { method, headers } = request;
        return { method, url: request.url, headers, body: new Uint8Array(await request.arrayBuffer()) };
      },
      signedBody: signed,
      replaceSignature: (request, replace) =>
        withHeader(request, signatureHeaders.signature, replace(request.headers.get(signatureHeaders.signature) ?? '')),
      replaceTime: (request, at) => withHeader(request, signatureHeaders.timestamp, String(at)),
    },
    events: connection,
    lookup: lookupOf(provider, time),
  };
}

function connectionOf(provider: MockProvider): EventsSubject {
  return {
    async deliver(event) {
      provider.tell(event);
      await provider.answered();
      return provider.unanswered.includes(event) ? 'refused' : 'taken';
    },
    // Nobody reads what the mock writes, since it writes nothing.
    deliverGarbage: () => {},
    repeat: () => provider.redeliver(),
  };
}

function lookupOf(provider: MockProvider, { now, advance }: ReturnType<typeof machine>): LookupSubject {
  return {
    vendorTook: (id) => provider.outbox.some((message) => message.id === id),
    now,
    advance,
    arrange(situation) {
      const { outcome, delivered } = scriptOf(situation);
      provider.fail(outcome, { operation: 'lookup', delivered });
    },
  };
}

function withHeader(request: WebhookRequest, name: string, value: string | undefined): WebhookRequest {
  const headers = new Headers(request.headers);
  if (value === undefined) headers.delete(name);
  else headers.set(name, value);
  return { ...request, headers };
}

function subjectOf(options: MockOptions) {
  const provider = mock({ ...options, seed: 42 });
  return {
    provider,
    recipient: '+8613800138000',
    otherRecipient: '+41791234567',
    secrets: [],
    samples: {
      text: { text: 'Your parcel is here' },
      template: {
        template: 'parcel',
        params: [
          { name: 'name', value: 'Anneliese' },
          { name: 'box', value: '7' },
        ],
      },
      senderId: 'Parcels',
    },
    received: () => provider.outbox.map(receivedOf),
    arrange(situation: Situation, operation: MockOperation) {
      const { outcome, delivered } = scriptOf(situation);
      provider.fail(outcome, { operation, delivered });
    },
    refuseWith: ({ code }: VendorRefusal, operation: MockOperation) =>
      provider.fail({ outcome: 'refused', providerCode: code }, { operation }),
    close: () => provider.close(),
  } satisfies ConformanceSubject;
}

function scriptOf(situation: Situation): { readonly outcome: ScriptedOutcome; readonly delivered: boolean } {
  switch (situation) {
    case 'refuse':
      return { outcome: { outcome: 'refused' }, delivered: false };
    case 'unreachable':
      return { outcome: { outcome: 'not-sent' }, delivered: false };
    case 'hang':
      return { outcome: 'hang', delivered: true };
    case 'lose-answer':
    case 'reset-connection':
    case 'cut-answer':
      return { outcome: { outcome: 'unknown', code: 'network_error' }, delivered: true };
    case 'server-error':
      return { outcome: { outcome: 'unknown', code: 'provider_unavailable' }, delivered: true };
    case 'garbage':
      return { outcome: { outcome: 'unknown', code: 'invalid_response' }, delivered: true };
  }
}

function receivedOf(message: MockMessage): ReceivedMessage {
  const { id, to, validForMs } = message;
  switch (message.kind) {
    case 'text':
      return { kind: 'text', id, to, text: message.text, senderId: message.senderId, validForMs };
    case 'template': {
      const values = message.params.map(({ value }) => value);
      return { kind: 'template', id, to, template: message.template, values, validForMs };
    }
    case 'verification':
      return { kind: 'verification', id, to, code: message.code };
  }
}
