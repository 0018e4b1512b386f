import type { OutboundMessage } from '@polysms/core/provider-kit';
import type { Bench } from './bench.js';
import { demand, demandEqual } from './demand.js';
import { ample } from './operations.js';
import { settle } from './settle.js';
import type { ReceivedMessage } from './subject.js';
import { demandTruthful } from './truth.js';
import { describeOutcome, type Outcome } from './well-formed.js';

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

/**
 * Sends a message, and demands that its phone has received exactly it.
 *
 * @param mayBeRefused whether the vendor may refuse it instead
 */
export async function sendUnchanged(bench: Bench, message: OutboundMessage, mayBeRefused = false): Promise<void> {
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

/** For a call in which nothing was wrong. */
export function demandAccepted(outcome: Outcome): void {
  demand(
    outcome.outcome === 'accepted',
    `send() ended ${describeOutcome(outcome)} where nothing was wrong`,
    "read the vendor's answer to a success, and see that the environment takes the sample",
  );
}
