import {
  type ConformanceSubject,
  describeSmsProvider,
  type ReceivedMessage,
  type Situation,
} from '@polysms/conformance';
import { type Fault, ManualClock, type Simulator, startSimulator } from '@polysms/simulator';
import { describe, it } from 'vitest';
import { aliyunAt } from './aliyun.js';
import { pushedBody, pushOf, withToken } from './pushes.test.fixture.js';
import { aliyunDialect } from './simulator/index.js';

const none = Number.POSITIVE_INFINITY;
const credentials = { accessKeyId: 'canary-key-id-77', accessKeySecret: 'canary-key-secret-5c1f' };
const webhookSecret = 'canary-webhook-secret-81d0';
const signature = '示例签名';
const template = {
  template: 'SMS_100000002',
  params: [
    { name: 'order', value: 'order-42' },
    { name: 'carrier', value: 'SF Express' },
  ],
};
/** No value of the kit holds these words. */
const [opening, between] = [`【${signature}】[Shop] Order `, ' comes with '];
const text = '[Shop] Order $' + '{order} comes with $' + '{carrier}';

const faults: Readonly<Record<Exclude<Situation, 'unreachable'>, Fault>> = {
  refuse: { kind: 'answer', name: 'isv.MOBILE_NUMBER_ILLEGAL' },
  hang: { kind: 'hang', when: 'after-reading' },
  'lose-answer': { kind: 'drop', when: 'after-processing' },
  'reset-connection': { kind: 'reset', when: 'after-processing' },
  'cut-answer': { kind: 'drop', when: 'while-answering' },
  'server-error': { kind: 'http', httpStatus: 500, processed: true },
  garbage: { kind: 'http', httpStatus: 200, body: '<html>', contentType: 'text/html' },
};

async function create(): Promise<ConformanceSubject> {
  const clock = new ManualClock();
  const console = {
    ...credentials,
    templates: { [template.template]: { kind: 'notice', text } },
    limits: { othersPerDay: none },
    codes: { areLimited: false },
  } as const;
  const simulator = await startSimulator({ dialects: [aliyunDialect(console)], seed: 7, clock });
  const baseUrl = simulator.urlOf('aliyun');
  let count = 0;
  const next = () => String(++count);
  const provider = aliyunAt(
    { now: () => clock.now(), nonce: () => `nonce-${next()}` },
    {
      ...credentials,
      baseUrl,
      signature,
      webhooks: { secret: webhookSecret },
      verification: { signature: '示例赠送签名', template: '100001', baseUrl },
    },
  );
  const arrange = async (situation: Situation) => {
    if (situation === 'unreachable') return simulator.close();
    simulator.fail(faults[situation]);
  };
  return {
    provider,
    recipient: '+8613800138000',
    otherRecipient: '+8613900139000',
    secrets: [...Object.values(credentials), webhookSecret],
    samples: { template },
    received: () => receivedBy(simulator),
    requests: () => simulator.requests.length,
    arrange,
    refuseWith: ({ code = 'isv.MOBILE_NUMBER_ILLEGAL', sentence }) => {
      const body = JSON.stringify({ Code: code, Message: sentence, RequestId: 'request-1' });
      simulator.fail({ kind: 'http', httpStatus: 200, body, contentType: 'application/json' });
    },
    webhooks: {
      signed: (events) => pushOf(webhookSecret, pushedBody(events)),
      signedBody: (body) => pushOf(webhookSecret, body),
      replaceSignature: (request, replace) => withToken(request, replace(webhookSecret)),
      newReference: () => `${next().padStart(18, '1')}^0`,
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

/** What phones show, with the OutId of the request that brought it. */
function receivedBy({ messages, requests }: Simulator): readonly ReceivedMessage[] {
  return messages.map(({ id: messageId, to, text: shown, code }) => {
    const path = requests.find(({ messageIds }) => messageIds.includes(messageId))?.path ?? '';
    const id = new URLSearchParams(path.slice(path.indexOf('?'))).get('OutId') ?? undefined;
    if (!shown.startsWith(opening)) return { kind: 'verification', id, to, code: code ?? '' };
    return {
      kind: 'template',
      id,
      to,
      template: template.template,
      values: shown.slice(opening.length).split(between),
    };
  });
}

describeSmsProvider('aliyun, against the simulator', {
  test: { describe, it },
  capabilities: {
    text: false,
    template: true,
    senderId: false,
    verification: true,
    webhooks: true,
    lookup: true,
    messageId: true,
  },
  create,
  differences: {
    refusesSpecialCharacters: 'Aliyun takes no emoji in a value',
    requestsNotSigned: 'Alibaba Cloud signs nothing that it pushes; the URL holds a secret',
    timeNotSigned: 'Alibaba Cloud signs no time',
  },
});
