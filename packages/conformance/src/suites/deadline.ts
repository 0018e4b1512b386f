import { type CallContext, type Deadline, deadlineAfter } from '@polysms/core/provider-kit';
import type { Bench } from '../bench.js';
import { demand, demandEqual } from '../demand.js';
import { ample, type Operation } from '../operations.js';
import { randomIntegers } from '../random-integers.js';
import { firstValueOf } from '../sending.js';
import { patienceMs, settle } from '../settle.js';
import type { Suite } from '../suite.js';
import { demandTruthful } from '../truth.js';
import { describeOutcome, type Outcome } from '../well-formed.js';
import { callIn } from './outcomes.js';

const hurriedCalls = 40;
const longestHurryMs = 20;
const abortAfterMs = 50;
const writeByMs = 50;

/** Every call settles by its deadline, ends when the caller wants it to, and says what that means. */
export const deadlineSuite: Suite = ({ capabilities, operations, seed, test }) => {
  for (const operation of operations.all) {
    const { name } = operation;

    test(`${name} is not-sent when its deadline has passed before`, (bench) =>
      demandEndedBefore(bench, operation, deadlineAfter(0), 'deadline_exceeded'));

    test(`${name} is not-sent when the caller has aborted before`, (bench) =>
      demandEndedBefore(bench, operation, deadlineAfter(patienceMs, { signal: AbortSignal.abort() }), 'aborted'));

    test(`${name} is unknown with the code timeout when the vendor never answers`, async (bench) => {
      const { outcome } = await callIn(bench, operation, 'hang');
      demand(
        outcome.outcome === 'unknown' && outcome.code === 'timeout',
        `${name} ended ${describeOutcome(outcome)} when the deadline ended before the vendor answered`,
        "answer unknown with the code 'timeout'",
      );
    });

    test(`${name} settles at once when the caller aborts it`, (bench) => demandAbortable(bench, operation));

    test(`${name} stops listening to its deadline and to writeBy when it is done`, async (bench) => {
      const call = await operation.prepare(bench);
      const deadline = watched(deadlineAfter(patienceMs));
      const writeBy = watched(deadlineAfter(patienceMs));
      await settle(name, () => call({ deadline: deadline.deadline, writeBy: writeBy.deadline }));
      for (const [moment, listeners] of [
        ['deadline', deadline.listeners()],
        ['writeBy', writeBy.listeners()],
      ] as const) {
        demandEqual(
          listeners,
          0,
          `${name} has settled and still has ${listeners} listeners at its ${moment}`,
          'call the function that onEnd() returned (or release() of deadlineSignal()) in a finally block',
        );
      }
    });

    if (capabilities.writeBy !== true) continue;
    test(`${name} is not-sent by writeBy, long before its deadline, when nothing can be written`, (bench) =>
      demandGivenUp(bench, operation));
  }

  for (const kind of ['text', 'template'] as const) {
    if (!capabilities[kind]) continue;
    for (const [moments, hurry] of Object.entries(hurries)) {
      test(`tells the truth about ${hurriedCalls} messages of kind ${kind} with ${moments} of 0 to ${longestHurryMs} ms (seed ${seed})`, async (bench) => {
        const random = randomIntegers(seed);
        const calls = Array.from({ length: hurriedCalls }, (_, index) => {
          const ms = random(0, longestHurryMs);
          return { value: `kit-${String(index).padStart(3, '0')}`, name: `send() with ${moments} of ${ms} ms`, ms };
        });
        const outcomes = await Promise.all(
          calls.map(({ value, name, ms }) => {
            const message = bench.message(kind, [value]);
            const { context, settlesInMs } = hurry(ms);
            return settle(name, () => bench.subject.provider.send(message, context), settlesInMs + bench.slackMs);
          }),
        );
        // The vendor works in order: once it has answered this call, the earlier ones are in the ledger.
        await settle('send()', () => bench.subject.provider.send(bench.message(kind, ['kit-last']), ample()));
        const values = (await bench.received()).map(firstValueOf);
        for (const [index, outcome] of outcomes.entries()) {
          const { name = 'send()', value } = calls[index] ?? {};
          demandTruthful(name, outcome, values.filter((each) => each === value).length);
        }
      });
    }
  }

  const [first] = operations.sending;
  test('goes on working after a call that was ended', async (bench) => {
    const call = await first.prepare(bench);
    await settle(first.name, () => call({ deadline: deadlineAfter(0) }));
    const outcome = await settle(first.name, () => call(ample()));
    demand(
      outcome.outcome === 'accepted',
      `${first.name} ended ${describeOutcome(outcome)} after an earlier call had been ended`,
      'end only the call whose deadline has ended, never a controller or connection that calls share',
    );
  });
};

/** Contexts of calls in a hurry, and how long such a call may take. */
const hurries: Readonly<
  Record<string, (ms: number) => { readonly context: CallContext; readonly settlesInMs: number }>
> = {
  deadlines: (ms) => ({ context: { deadline: deadlineAfter(ms) }, settlesInMs: ms }),
  // A provider that cannot see its write may leave writeBy; then an answer comes. What it says is true in any case.
  writeBys: (ms) => ({
    context: { deadline: deadlineAfter(patienceMs), writeBy: deadlineAfter(ms) },
    settlesInMs: patienceMs,
  }),
};

async function demandGivenUp(bench: Bench, operation: Operation): Promise<void> {
  const call = await operation.prepare(bench);
  const receivedBefore = (await bench.received()).length;
  const requestsBefore = await bench.requests();
  await bench.stallWrites();
  const outcome = await settle(
    `${operation.name}, to be written within ${writeByMs} ms,`,
    () => call({ deadline: deadlineAfter(patienceMs), writeBy: deadlineAfter(writeByMs) }),
    writeByMs + bench.slackMs,
  );
  demand(
    outcome.outcome === 'not-sent' && outcome.code === 'timeout',
    `${operation.name} ended ${describeOutcome(outcome)} when nothing could be written by writeBy`,
    "until the request is written, listen to context.writeBy instead of the deadline, and answer not-sent with the code 'timeout'",
  );
  demandTruthful(operation.name, outcome, (await bench.received()).length - receivedBefore);
  await bench.demandRequests(operation.name, requestsBefore, 0);
}

async function demandEndedBefore(
  bench: Bench,
  operation: Operation,
  deadline: Deadline,
  code: 'deadline_exceeded' | 'aborted',
): Promise<void> {
  const call = await operation.prepare(bench);
  const receivedBefore = (await bench.received()).length;
  const requestsBefore = await bench.requests();
  const outcome = await settle(operation.name, () => call({ deadline }), bench.slackMs);
  demand(
    outcome.outcome === 'not-sent' && outcome.code === code,
    `${operation.name} ended ${describeOutcome(outcome)}, although the call had ended before it began`,
    'look at context.deadline.ended first, and answer not-sent with it as the code',
  );
  demandTruthful(operation.name, outcome, (await bench.received()).length - receivedBefore);
  await bench.demandRequests(operation.name, requestsBefore, 0);
}

async function demandAbortable(bench: Bench, operation: Operation): Promise<void> {
  const call = await operation.prepare(bench);
  const receivedBefore = (await bench.received()).length;
  await bench.arrange('hang', operation.method);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), abortAfterMs);
  let outcome: Outcome;
  try {
    outcome = await settle(
      `${operation.name}, aborted after ${abortAfterMs} ms,`,
      () => call({ deadline: deadlineAfter(patienceMs, { signal: controller.signal }) }),
      abortAfterMs + bench.slackMs,
    );
  } finally {
    clearTimeout(timer);
  }
  demand(
    (outcome.outcome === 'unknown' || outcome.outcome === 'not-sent') && outcome.code === 'aborted',
    `${operation.name} ended ${describeOutcome(outcome)} when the caller aborted it`,
    "answer with the code 'aborted': unknown once the request is written, not-sent before",
  );
  demandTruthful(operation.name, outcome, (await bench.received()).length - receivedBefore);
}

/** A deadline that counts who listens. */
function watched(inner: Deadline): { readonly deadline: Deadline; listeners(): number } {
  const listening = new Set<object>();
  const deadline: Deadline = {
    remainingMs: () => inner.remainingMs(),
    get ended() {
      return inner.ended;
    },
    onEnd(listener) {
      const key = {};
      listening.add(key);
      const stop = inner.onEnd((reason) => {
        listening.delete(key);
        listener(reason);
      });
      return () => {
        listening.delete(key);
        stop();
      };
    },
  };
  return { deadline, listeners: () => listening.size };
}
