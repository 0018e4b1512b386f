import type { OutboundMessage } from '@polysms/core';
import type { Bench } from '../bench.js';
import { demand, demandEqual } from '../demand.js';
import { ample } from '../operations.js';
import { describeOutcome, settle } from '../settle.js';
import type { ReceivedMessage } from '../subject.js';
import type { Suite } from '../suite.js';
import { demandTruthful } from '../truth.js';

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
export const sendSuite: Suite = ({ capabilities, differences, test }) => {
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
        for (const value of specialCharacters) {
          await sendUnchanged(bench, bench.message(kind, value), refusesSpecialCharacters !== undefined);
        }
      },
    );

    test(`returns a truthful outcome for a ${kind}, however odd it is`, async (bench) => {
      for (const value of oddTexts) {
        const before = (await bench.received()).length;
        const outcome = await settle('send()', () => bench.subject.provider.send(bench.message(kind, value), ample()));
        demandTruthful('send()', outcome, (await bench.received()).length - before);
      }
    });

    test(`sends ${concurrentSends} messages of kind ${kind} at once, each of them once`, async (bench) => {
      const values = Array.from({ length: concurrentSends }, (_, index) => `kit-${String(index).padStart(3, '0')}`);
      const outcomes = await Promise.all(
        values.map((value) => settle('send()', () => bench.subject.provider.send(bench.message(kind, value), ample()))),
      );
      const received = await bench.received();
      for (const [index, outcome] of outcomes.entries()) {
        demandAccepted(outcome);
        const count = received.filter((message) => firstValueOf(message) === values[index]).length;
        demandTruthful('One of several calls of send() at once', outcome, count);
      }
    });
  }

  if (!capabilities.text && !capabilities.template) return;
  test('returns an outcome for a template or text that the vendor does not know', async (bench) => {
    const { recipient: to, subject } = bench;
    const strange: OutboundMessage = capabilities.template
      ? { kind: 'template', to, template: 'no such template \uD800', params: [] }
      : { kind: 'text', to, text: '\uD800'.repeat(3), senderId: '\uDC00' };
    const before = (await bench.received()).length;
    const outcome = await settle('send()', () => subject.provider.send(strange, ample()));
    demandTruthful('send()', outcome, (await bench.received()).length - before);
  });
};

/** What tells one message of a kind from another. */
export function firstValueOf(message: ReceivedMessage): string | undefined {
  switch (message.kind) {
    case 'text':
      return message.text;
    case 'template':
      return message.values[0];
    case 'verification':
      return message.code;
  }
}

async function sendUnchanged(bench: Bench, message: OutboundMessage, mayBeRefused = false): Promise<void> {
  const before = (await bench.received()).length;
  const outcome = await settle('send()', () => bench.subject.provider.send(message, ample()));
  const received = (await bench.received()).slice(before);
  demandTruthful('send()', outcome, received.length);
  if (mayBeRefused && outcome.outcome === 'refused') return;
  demandAccepted(outcome);
  demandEqual(
    contentOf(received[0]),
    contentOf(expected(message)),
    'The phone did not receive the message as it was sent',
    "encode every field for the vendor's format with a library (URLSearchParams, JSON.stringify), never by hand, and change nothing",
  );
}

function expected(message: OutboundMessage): ReceivedMessage {
  const { e164 } = message.to;
  switch (message.kind) {
    case 'text':
      return { kind: 'text', to: e164, text: message.text };
    case 'template':
      return {
        kind: 'template',
        to: e164,
        template: message.template,
        values: message.params.map(({ value }) => value),
      };
  }
}

/** What is compared. Environments may show more of a message, in any order. */
function contentOf(message: ReceivedMessage | undefined): string {
  switch (message?.kind) {
    case undefined:
      return 'nothing';
    case 'text':
      return JSON.stringify([message.kind, message.to, message.text]);
    case 'template':
      return JSON.stringify([message.kind, message.to, message.template, message.values]);
    case 'verification':
      return JSON.stringify([message.kind, message.to, message.code]);
  }
}

function demandAccepted(outcome: Awaited<ReturnType<typeof settle>>): void {
  demand(
    outcome.outcome === 'accepted',
    `send() ended ${describeOutcome(outcome)} where nothing was wrong`,
    "read the vendor's answer to a success, and see that the environment takes the sample",
  );
}

async function refusesKind(bench: Bench, kind: Kind): Promise<void> {
  const to = bench.recipient;
  const before = await bench.requests();
  const message: OutboundMessage =
    kind === 'text' ? { kind, to, text: 'a text' } : { kind, to, template: 'a-template', params: [] };
  const outcome = await settle('send()', () => bench.subject.provider.send(message, ample()));
  demand(
    outcome.outcome === 'not-sent' && outcome.code === 'unsupported_message',
    `send() of a ${kind} ended ${describeOutcome(outcome)}, although sends.${kind} is false`,
    "answer not-sent with the code 'unsupported_message' before anything is sent",
  );
  demandTruthful('send()', outcome, (await bench.received()).length);
  await bench.demandRequests('send()', before, 0);
}
