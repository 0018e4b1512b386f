import { deadlineAfter } from '@polysms/core/provider-kit';
import type { Bench } from '../bench.js';
import { demand, demandEqual } from '../demand.js';
import { ample, type Operation } from '../operations.js';
import { deadlineAfterRunning } from '../running-time.js';
import { patienceMs, settle } from '../settle.js';
import { type Situation, situations } from '../situations.js';
import type { Suite } from '../suite.js';
import { demandTruthful } from '../truth.js';
import { describeOutcome, type Outcome } from '../well-formed.js';
import { expectationFor } from './expectations.js';

/** Long enough to write a request to an open connection, short enough for many tests. */
export const hangDeadlineMs = 100;

/** Vendor codes that an object without entries seems to have: a table looked up by `[code]` finds no error code. */
const hostileCodes = ['toString', 'constructor', '__proto__', 'hasOwnProperty', 'no such code', ''];

/** Every situation has the outcome that it must have, and phones have received what it says. */
export const outcomesSuite: Suite = ({ operations, differences, test }) => {
  for (const situation of situations) {
    const { outcome: expected, when, remedy, delivers, difference } = expectationFor(situation, differences);
    for (const operation of operations.all) {
      const { name, method } = operation;
      const title = `${name} ends ${expected} ${when}`;
      test(difference === undefined ? title : `${title} (${difference})`, async (bench) => {
        const { outcome, received } = await callIn(bench, operation, situation);
        const problem = `${name} ended ${describeOutcome(outcome)} instead of ${expected} ${when}`;
        demand(outcome.outcome === expected, problem, remedy);
        demandTruthful(name, outcome, received);
        if (!delivers || method === 'check') return;
        demandEqual(
          received,
          1,
          `The environment has not delivered the message of ${name}`,
          `deliver it in the situation ${situation}: only the answer is lost or bad`,
        );
      });
    }
  }

  for (const operation of operations.all) {
    test(`${operation.name} is not misled by a vendor code that nobody knows, such as toString`, (bench) =>
      demandNotMisled(bench, operation));
  }
};

/** Makes one call in a situation. Demands that it settles in time and asks the vendor no more than once. */
export async function callIn(
  bench: Bench,
  operation: Operation,
  situation: Situation,
): Promise<{ readonly outcome: Outcome; readonly received: number }> {
  const call = await operation.prepare(bench);
  const hangs = situation === 'hang';
  // With a connection at hand the request is written long before the short deadline. A check has one from its start.
  if (hangs && operation.method !== 'check') await settle(operation.name, () => call(ample()));
  const receivedBefore = (await bench.received()).length;
  const requestsBefore = await bench.requests();
  await bench.arrange(situation, operation.method);
  const deadlineMs = hangs ? hangDeadlineMs : patienceMs;
  const outcome = await settle(
    operation.name,
    () => call({ deadline: hangs ? deadlineAfterRunning(deadlineMs) : deadlineAfter(deadlineMs) }),
    deadlineMs + bench.slackMs,
  );
  await bench.demandRequests(operation.name, requestsBefore, situation === 'unreachable' ? 0 : 1);
  return { outcome, received: (await bench.received()).length - receivedBefore };
}

async function demandNotMisled(bench: Bench, { name, method, prepare }: Operation): Promise<void> {
  for (const code of hostileCodes) {
    const call = await prepare(bench);
    const receivedBefore = (await bench.received()).length;
    await bench.refuseWith({ code, sentence: 'No.' }, method);
    const outcome = await settle(`${name}, refused with the vendor code "${code}",`, () => call(ample()));
    demand(
      outcome.outcome === 'refused' || outcome.outcome === 'unknown',
      `${name} ended ${describeOutcome(outcome)} when the vendor refused with the code "${code}"`,
      "look codes up in a Map or with Object.hasOwn(), and answer 'unrecognized_provider_code' for those that you do not know",
    );
    demandTruthful(name, outcome, (await bench.received()).length - receivedBefore);
  }
}
