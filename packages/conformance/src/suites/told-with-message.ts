import type { OutboundMessage } from '@polysms/core/provider-kit';
import type { Bench } from '../bench.js';
import { demand, demandEqual } from '../demand.js';
import { ample } from '../operations.js';
import { demandAccepted } from '../sending.js';
import { settle } from '../settle.js';
import type { ReceivedMessage } from '../subject.js';
import type { SuitePlan } from '../suite.js';

const validForMs = 300_000;

/** What the vendor is told with a message, and no phone shows: our id, and how long it is worth anything. */
export function toldWithMessageTests({ capabilities, test }: SuitePlan): void {
  for (const kind of ['text', 'template'] as const) {
    if (!capabilities[kind]) continue;
    if (capabilities.messageId === true) {
      test(`hands the id of each ${kind} to the vendor`, async (bench) => {
        for (let index = 0; index < 3; index += 1) {
          const message = bench.message(kind);
          demandEqual(
            (await received(bench, message))?.id,
            message.id,
            'The vendor was not given the id of the message',
            'hand message.id over as the reference that the vendor repeats in its reports, and let received() show it',
          );
        }
      });
    }
    if (capabilities.validFor === true) {
      test(`tells the vendor how long a ${kind} is worth anything, never longer than it is`, async (bench) => {
        const told = (await received(bench, { ...bench.message(kind), validForMs }))?.validForMs;
        demand(
          told !== undefined && told > 0 && told <= validForMs,
          `The vendor was told ${told ?? 'nothing'} of a message that is worth something for ${validForMs} ms`,
          'hand validForMs over, rounded down to what the vendor takes, and let received() show it',
        );
        demandEqual(
          (await received(bench, bench.message(kind)))?.validForMs,
          undefined,
          'The vendor was told how long a message is worth anything that came without validForMs',
          "leave it out, so that the vendor's own time counts",
        );
      });
    }
  }
}

async function received(bench: Bench, message: OutboundMessage): Promise<ReceivedMessage | undefined> {
  const outcome = await settle('send()', () => bench.subject.provider.send(message, ample()));
  demandAccepted(outcome);
  return (await bench.received()).at(-1);
}
