import type { TextMessage } from '@polysms/core/provider-kit';
import type { Bench } from '../bench.js';
import { demand, demandEqual } from '../demand.js';
import { ample } from '../operations.js';
import { demandAccepted } from '../sending.js';
import { settle } from '../settle.js';
import type { SuitePlan } from '../suite.js';
import { demandTruthful } from '../truth.js';
import { describeOutcome } from '../well-formed.js';

/** The sender that an app chose for a text: handed over, or refused, and never dropped. */
export function senderIdTests({ capabilities, test }: SuitePlan): void {
  if (!capabilities.text) return;
  if (capabilities.senderId) {
    test('hands the sender ID of each text to the vendor, and none for a text without one', async (bench) => {
      const senderId = sampleOf(bench);
      for (const chosen of [senderId, undefined, senderId]) await demandSender(bench, chosen);
    });
    return;
  }
  test('declares that it takes no sender ID, and refuses a text with one', async (bench) => {
    const before = await bench.requests();
    const outcome = await settle('send()', () => bench.subject.provider.send(textFrom(bench, 'Polysms'), ample()));
    demand(
      outcome.outcome === 'not-sent' && outcome.code === 'unsupported_message',
      `send() of a text with a senderId ended ${describeOutcome(outcome)}, although sends.senderId is false`,
      "hand the sender ID to the vendor and make sends.senderId true, or answer not-sent with the code 'unsupported_message' before anything is sent: an app's sender is never dropped",
    );
    demandTruthful('send()', outcome, (await bench.received()).length);
    await bench.demandRequests('send()', before, 0);
  });
}

async function demandSender(bench: Bench, senderId: string | undefined): Promise<void> {
  const before = (await bench.received()).length;
  const outcome = await settle('send()', () => bench.subject.provider.send(textFrom(bench, senderId), ample()));
  demandAccepted(outcome);
  const [message] = (await bench.received()).slice(before);
  const given = message?.kind === 'text' ? message.senderId : undefined;
  demandEqual(
    given,
    senderId,
    `The vendor was given ${given === undefined ? 'no sender ID' : `the sender ID ${JSON.stringify(given)}`} for a text ${senderId === undefined ? 'without one' : 'with one'}`,
    'hand senderId of each message to the vendor, or make sends.senderId false and answer a text with one with unsupported_message; let received() show it',
  );
}

function textFrom(bench: Bench, senderId: string | undefined): TextMessage {
  const message = bench.message('text') as TextMessage;
  return senderId === undefined ? message : { ...message, senderId };
}

function sampleOf({ subject }: Bench): string {
  const { senderId } = subject.samples;
  demand(
    senderId !== undefined && senderId !== '',
    'The subject has no sample of a sender ID',
    'give samples.senderId a sender that the environment accepts',
  );
  return senderId;
}
