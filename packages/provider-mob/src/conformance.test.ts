import { type ConformanceSubject, describeSmsProvider, type Situation } from '@polysms/conformance';
import { describe, it } from 'vitest';
import { mob } from './mob.js';
import { type MobFault, type SimulatedMessage, startMobSimulator } from './simulator/index.js';

const none = Number.POSITIVE_INFINITY;
const appKey = 'canary-appkey-5c1f';
const template = {
  template: '2901',
  params: [
    { name: 'order', value: 'order-42' },
    { name: 'carrier', value: 'SF Express' },
  ],
};
/** No value of the kit holds these words. */
const [opening, between] = ['[Shop] Order ', ' comes with '];

const faults: Readonly<Record<Exclude<Situation, 'unreachable'>, MobFault>> = {
  refuse: { kind: 'status', status: 205 },
  hang: { kind: 'hang', when: 'after-reading' },
  'lose-answer': { kind: 'drop', when: 'after-processing' },
  'reset-connection': { kind: 'reset', when: 'after-processing' },
  'cut-answer': { kind: 'drop', when: 'while-answering' },
  'server-error': { kind: 'http', httpStatus: 500, processed: true },
  garbage: { kind: 'http', httpStatus: 200, body: '<html>', contentType: 'text/html' },
};

async function create(): Promise<ConformanceSubject> {
  const simulator = await startMobSimulator({
    appKey,
    seed: 7,
    templates: { [template.template]: { text: `${opening}{order}${between}{carrier}` } },
    limits: {
      perMinute: none,
      perTwelveHours: none,
      perDayOnPlatform: none,
      custom: { perMinute: none, perTwelveHours: none },
    },
    maxChecks: none,
  });
  const provider = mob({ appKey, baseUrl: simulator.url });
  return {
    provider,
    recipient: '+8613800138000',
    otherRecipient: '+41791234567',
    secrets: [appKey],
    samples: { template },
    received: () => simulator.messages.map(received),
    requests: () => simulator.requests.length,
    arrange: async (situation, operation) => {
      if (situation === 'unreachable') return simulator.close();
      const fault =
        situation === 'refuse' && operation !== 'send' ? ({ kind: 'status', status: 457 } as const) : faults[situation];
      simulator.fail(fault, { times: none });
    },
    refuseWith: ({ code = '457', sentence }) =>
      simulator.fail({
        kind: 'http',
        httpStatus: 200,
        // Mob's statuses are numbers; what is none must not be taken for one.
        body: JSON.stringify({ status: /^\d+$/.test(code) ? Number(code) : code, error: sentence }),
        contentType: 'application/json',
      }),
    close: async () => {
      await provider.close();
      await simulator.close();
    },
  };
}

function received({ to, text, code }: SimulatedMessage) {
  if (code !== undefined) return { kind: 'verification', to, code } as const;
  return {
    kind: 'template',
    to,
    template: template.template,
    values: text.slice(opening.length).split(between),
  } as const;
}

describeSmsProvider('mob, against the simulator', {
  test: { describe, it },
  capabilities: { text: false, template: true, senderId: false, verification: true },
  create,
});
