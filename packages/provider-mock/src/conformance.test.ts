import {
  type ConformanceSubject,
  describeSmsProvider,
  type ReceivedMessage,
  type Situation,
} from '@polysms/conformance';
import { describe, it } from 'vitest';
import type { ScriptedOutcome } from './fault-script.js';
import { mock } from './mock.js';
import type { MockMessage } from './mock-message.js';
import type { MockOptions } from './options.js';

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
  test: { describe, it },
  capabilities: { text: false, template: true, senderId: false, verification: false },
  create: () => subjectOf({ sends: { text: false }, verification: false, latencyMs: { min: 0, max: 20 } }),
  differences,
});

describeSmsProvider('mock() without sender IDs', {
  test: { describe, it },
  capabilities: { text: true, template: false, senderId: false, verification: false },
  create: () => subjectOf({ sends: { template: false, senderId: false }, verification: false }),
  differences,
});

describeSmsProvider('mock() with a pace', {
  test: { describe, it },
  capabilities: { text: true, template: true, senderId: true, verification: true },
  create: () => subjectOf({ maxPerSecond: 500, burst: 5 }),
  differences,
});

function subjectOf(options: MockOptions): ConformanceSubject {
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
    arrange(situation, operation) {
      const { outcome, delivered } = scriptOf(situation);
      provider.fail(outcome, { operation, delivered });
    },
    refuseWith: ({ code }, operation) => provider.fail({ outcome: 'refused', providerCode: code }, { operation }),
    close: () => provider.close(),
  };
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
  const { to } = message;
  switch (message.kind) {
    case 'text':
      return { kind: 'text', to, text: message.text, senderId: message.senderId };
    case 'template':
      return { kind: 'template', to, template: message.template, values: message.params.map(({ value }) => value) };
    case 'verification':
      return { kind: 'verification', to, code: message.code };
  }
}
