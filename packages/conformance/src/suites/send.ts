import type { OutboundMessage, PhoneNumber } from '@polysms/core/provider-kit';
import type { Bench } from '../bench.js';
import { demand, demandEqual } from '../demand.js';
import { ample } from '../operations.js';
import { demandAccepted, firstValueOf, sendUnchanged } from '../sending.js';
import { settle } from '../settle.js';
import type { Suite } from '../suite.js';
import { demandTruthful } from '../truth.js';
import { describeOutcome } from '../well-formed.js';
import { senderIdTests } from './sender-id.js';
import { templateParameterTests } from './template-parameters.js';
import { toldWithMessageTests } from './told-with-message.js';

type Kind = OutboundMessage['kind'];

/** What people write, each at most 10 characters long. */
const specialCharacters = [
  '😀👍🏽 ok',
  '中文【测试】',
  'a\nb\r\nc',
  'a&b=c',
  '50% +5',
  '%41+%zz',
  'x;y,z|w',
  '"q" \'s\' \\',
  '<b>{{x}}',
  '&amp; $y',
  'مرحبا',
  'é e\u0301',
];

/** What nobody should send, and a program still may. */
const oddTexts = ['', ' ', '\u0000', '\uD800', '\uDC00x', '\u202Ex', 'x'.repeat(5000)];

const concurrentSends = 20;

/** Messages that are handed to the vendor. */
export const sendSuite: Suite = (plan) => {
  const { capabilities, differences, test } = plan;
  for (const kind of ['text', 'template'] as const) {
    if (!capabilities[kind]) {
      test(`declares that it does not send messages of kind ${kind}, and refuses them`, (bench) =>
        refusesKind(bench, kind));
      continue;
    }

    test(`hands a ${kind} to the vendor, and the phone receives it once and unchanged`, async (bench) => {
      const before = await bench.requests();
      await sendUnchanged(bench, bench.message(kind));
      await bench.demandRequests(`send() of a ${kind}`, before, 1);
    });

    const { refusesSpecialCharacters } = differences;
    test(
      refusesSpecialCharacters === undefined
        ? `hands over every character of a ${kind}: emoji, line ends, quotes, &, =, %, +`
        : `hands over or refuses special characters in a ${kind}, but never changes them (${refusesSpecialCharacters})`,
      async (bench) => {
        for (const index of specialCharacters.keys()) {
          // Every parameter of a template has each of them once.
          const values = [...specialCharacters.slice(index), ...specialCharacters];
          await sendUnchanged(bench, bench.message(kind, values), refusesSpecialCharacters !== undefined);
        }
      },
    );

    test(`returns a truthful outcome for a ${kind}, however odd it is`, async (bench) => {
      for (const value of oddTexts) await demandTruthfulSend(bench, bench.message(kind, [value]));
    });

    test(`sends each ${kind} to the phone of its own call, one after the other`, async (bench) => {
      for (const [value, to] of toBothPhones(bench)) await sendUnchanged(bench, bench.message(kind, [value], to));
    });

    test(`sends ${concurrentSends} messages of kind ${kind} to two phones at once, each of them once`, (bench) =>
      demandAllAtOnce(bench, kind));
  }

  if (capabilities.template) templateParameterTests(plan);
  senderIdTests(plan);
  toldWithMessageTests(plan);
  if (!capabilities.text && !capabilities.template) return;
  test('returns an outcome for a template or text that the vendor does not know', (bench) => {
    const { recipient: to } = bench;
    return demandTruthfulSend(
      bench,
      capabilities.template
        ? { kind: 'template', id: 'message-1', to, template: 'no such template \uD800', params: [] }
        : {
            kind: 'text',
            id: 'message-1',
            to,
            text: '\uD800'.repeat(3),
            ...(capabilities.senderId ? { senderId: '\uDC00' } : {}),
          },
    );
  });
};

async function demandTruthfulSend(bench: Bench, message: OutboundMessage): Promise<void> {
  const before = (await bench.received()).length;
  const outcome = await settle('send()', () => bench.subject.provider.send(message, ample()));
  demandTruthful('send()', outcome, (await bench.received()).length - before);
}

/** Values of messages and their phones, each phone after itself and after the other. */
function toBothPhones(bench: Bench, length = 6): readonly (readonly [string, PhoneNumber])[] {
  const { recipient, otherRecipient } = bench;
  return Array.from({ length }, (_, index) => [
    `kit-${String(index).padStart(3, '0')}`,
    index % 4 === 0 || index % 4 === 3 ? recipient : otherRecipient,
  ]);
}

async function demandAllAtOnce(bench: Bench, kind: Kind): Promise<void> {
  const sent = await Promise.all(
    toBothPhones(bench, concurrentSends).map(async ([value, to]) => {
      const message = bench.message(kind, [value], to);
      return { value, to, outcome: await settle('send()', () => bench.subject.provider.send(message, ample())) };
    }),
  );
  const received = await bench.received();
  for (const { value, to, outcome } of sent) {
    demandAccepted(outcome);
    const copies = received.filter((message) => firstValueOf(message) === value);
    demandTruthful('One of several calls of send() at once', outcome, copies.length);
    demandEqual(
      copies[0]?.to,
      to.e164,
      'One of several messages sent at once went to the phone of another',
      'take the phone from the message of each call, and share nothing between calls that one of them changes',
    );
  }
}

async function refusesKind(bench: Bench, kind: Kind): Promise<void> {
  const to = bench.recipient;
  const before = await bench.requests();
  const message: OutboundMessage =
    kind === 'text'
      ? { kind, id: 'message-1', to, text: 'a text' }
      : { kind, id: 'message-1', to, template: 'a-template', params: [] };
  const outcome = await settle('send()', () => bench.subject.provider.send(message, ample()));
  demand(
    outcome.outcome === 'not-sent' && outcome.code === 'unsupported_message',
    `send() of a ${kind} ended ${describeOutcome(outcome)}, although sends.${kind} is false`,
    "answer not-sent with the code 'unsupported_message' before anything is sent",
  );
  demandTruthful('send()', outcome, (await bench.received()).length);
  await bench.demandRequests('send()', before, 0);
}
