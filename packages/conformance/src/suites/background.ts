import { setTimeout as wait } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import { closeProvider } from '../closing.js';
import { demandEqual } from '../demand.js';
import type { Operation, Operations } from '../operations.js';
import type { Situation } from '../situations.js';
import type { SuitePlan } from '../suite.js';
import { callIn } from './outcomes.js';

/** How long a provider is watched before and after `close()`. What never comes can only be waited for. */
const watchMs = { open: 150, closed: 250 };

/** What invites a provider to send again: the answer was lost, or did not come in time. */
const invitations = ['lose-answer', 'hang'] as const satisfies readonly Situation[];

/**
 * Demands that no operation is repeated later, by a queue or a timer, whose outcome is unknown: the caller was told
 * so and has decided what to do. All are watched at once, each with a subject of its own.
 */
export async function demandNothingInBackground(
  { all }: Operations,
  withSubject: SuitePlan['withSubject'],
): Promise<void> {
  const watches = all.flatMap((operation) =>
    invitations.map((situation) => withSubject((bench) => watch(bench, operation, situation))),
  );
  // Each takes its environment down before the first failure is thrown.
  const ends = await Promise.allSettled(watches);
  for (const end of ends) {
    if (end.status === 'rejected') throw end.reason;
  }
}

async function watch(bench: Bench, operation: Operation, situation: Situation): Promise<void> {
  await callIn(bench, operation, situation);
  const received = (await bench.received()).length;
  const requests = await bench.requests();
  await wait(watchMs.open);
  await closeProvider(bench);
  await wait(watchMs.closed);
  const later = (await bench.received()).length - received;
  demandEqual(
    later,
    0,
    `${later} more messages arrived in the background after ${operation.name} had ended unknown`,
    'never send again by yourself, neither soon nor later nor when closing; what is unknown is for the caller to decide',
  );
  await bench.demandRequests(`In the background, ${operation.name}`, requests, 0);
}
