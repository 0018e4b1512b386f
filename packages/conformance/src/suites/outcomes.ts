import { deadlineAfter } from '@polysms/core';
import type { Bench } from '../bench.js';
import { demand } from '../demand.js';
import type { Operation } from '../operations.js';
import { describeOutcome, type Outcome, patienceMs, settle } from '../settle.js';
import { type Situation, situations } from '../subject.js';
import type { Suite } from '../suite.js';
import { demandTruthful } from '../truth.js';

/** Long enough to connect and write a request on a slow machine, short enough for a test. */
export const hangDeadlineMs = 200;

/** Every situation has the outcome that it must have, and phones have received what it says. */
export const outcomesSuite: Suite = ({ operations, differences, test }) => {
  for (const situation of situations) {
    const difference = situation === 'unreachable' ? differences.refusedConnectionIsUnknown : undefined;
    const expectation = difference === undefined ? expectations[situation] : refusedConnectionIsUnknown;
    for (const operation of operations.all) {
      const title = `${operation.name} ends ${expectation.outcomes.join(' or ')} ${expectation.when}`;
      test(difference === undefined ? title : `${title} (${difference})`, async (bench) => {
        const { outcome, received } = await callIn(bench, operation, situation);
        demand(
          expectation.outcomes.some((name) => name === outcome.outcome),
          `${operation.name} ended ${describeOutcome(outcome)} instead of ${expectation.outcomes.join(' or ')} ${expectation.when}`,
          expectation.remedy,
        );
        demandTruthful(operation.name, outcome, received);
        if (situation === 'lose-answer' && operation.method !== 'check') {
          demand(
            received === 1,
            'The environment lost the message too',
            'deliver it in the situation lose-answer, and drop the answer only',
          );
        }
      });
    }
  }
};

/** Makes one call in a situation. Demands that it settles in time and asks the vendor no more than once. */
export async function callIn(
  bench: Bench,
  operation: Operation,
  situation: Situation,
): Promise<{ readonly outcome: Outcome; readonly received: number }> {
  const call = await operation.prepare(bench);
  const receivedBefore = (await bench.received()).length;
  const requestsBefore = await bench.requests();
  await bench.arrange(situation, operation.method);
  const deadlineMs = situation === 'hang' ? hangDeadlineMs : patienceMs;
  const outcome = await settle(
    operation.name,
    () => call({ deadline: deadlineAfter(deadlineMs) }),
    deadlineMs + bench.slackMs,
  );
  await bench.demandRequests(operation.name, requestsBefore, situation === 'unreachable' ? 0 : 1);
  return { outcome, received: (await bench.received()).length - receivedBefore };
}

interface Expectation {
  readonly outcomes: readonly Outcome['outcome'][];
  readonly when: string;
  readonly remedy: string;
}

const expectations: Readonly<Record<Situation, Expectation>> = {
  refuse: {
    outcomes: ['refused'],
    when: 'when the vendor refuses',
    remedy: "read the vendor's refusals and map each status to refused with one of our codes",
  },
  unreachable: {
    outcomes: ['not-sent'],
    when: 'when the connection is refused',
    remedy:
      'record when the request is written; an error before that is not-sent, so that the next provider may be tried',
  },
  hang: {
    outcomes: ['unknown'],
    when: 'when the vendor reads the request and never answers',
    remedy:
      "answer unknown with the code 'timeout' when the deadline ends: the vendor has the request, so it may have been sent",
  },
  'lose-answer': {
    outcomes: ['unknown'],
    when: 'when the connection drops after the message was delivered',
    remedy:
      'answer unknown for every error after the request was written, and do not send it again: the message has arrived',
  },
  'server-error': {
    outcomes: ['unknown', 'refused'],
    when: 'when the vendor answers with a server error',
    remedy:
      'take only the answer of a success as a success; a server error is unknown, unless the vendor says that nothing was sent',
  },
  garbage: {
    outcomes: ['unknown'],
    when: 'when nobody can read the answer',
    remedy: "answer unknown with the code 'invalid_response'; a status 200 alone proves nothing",
  },
};

const refusedConnectionIsUnknown: Expectation = {
  ...expectations.unreachable,
  outcomes: ['unknown'],
  remedy: 'the declared difference has gone: remove refusedConnectionIsUnknown from the differences',
};
