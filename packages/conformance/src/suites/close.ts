import type { Bench } from '../bench.js';
import { closeProvider } from '../closing.js';
import { demand } from '../demand.js';
import { openResources, resourcesGone } from '../open-resources.js';
import { ample, type Operation } from '../operations.js';
import { deadlineAfterRunning } from '../running-time.js';
import { patienceMs, settle } from '../settle.js';
import type { Suite } from '../suite.js';
import { demandTruthful } from '../truth.js';
import { describeOutcome } from '../well-formed.js';
import { demandNothingInBackground } from './background.js';
import { hangDeadlineMs } from './outcomes.js';

/** A closed provider is silent and leaves nothing behind. */
export const closeSuite: Suite = ({ operations, test, withSubject }) => {
  test('closes without having been used', (bench) => closeProvider(bench));

  test('may be closed twice, and by two at once', async (bench) => {
    await Promise.all([closeProvider(bench), closeProvider(bench)]);
    await closeProvider(bench);
  });

  for (const operation of operations.all) {
    test(`${operation.name} is not-sent after close()`, (bench) => demandClosed(bench, operation));

    test(`${operation.name} settles when the provider is closed during it`, async (bench) => {
      const call = await operation.prepare(bench);
      const receivedBefore = (await bench.received()).length;
      const [outcome] = await Promise.all([settle(operation.name, () => call(ample())), closeProvider(bench)]);
      demandTruthful(operation.name, outcome, (await bench.received()).length - receivedBefore);
    });

    test(`${operation.name} settles by its deadline when the provider is closed and the vendor never answers`, async (bench) => {
      const call = await operation.prepare(bench);
      const receivedBefore = (await bench.received()).length;
      await bench.arrange('hang', operation.method);
      const withinMs = hangDeadlineMs + bench.slackMs;
      const [outcome] = await Promise.all([
        settle(operation.name, () => call({ deadline: deadlineAfterRunning(hangDeadlineMs) }), withinMs),
        closeProvider(bench, withinMs),
      ]);
      demand(
        outcome.outcome === 'unknown' || outcome.outcome === 'not-sent',
        `${operation.name} ended ${describeOutcome(outcome)}, although the vendor never answered`,
        'let the call end with its deadline, or end it yourself: unknown once the request is written',
      );
      demandTruthful(operation.name, outcome, (await bench.received()).length - receivedBefore);
    });
  }

  test('sends nothing more in the background after unknown outcomes, neither before close() nor after it', () =>
    demandNothingInBackground(operations, withSubject));

  test('leaves no timer and no connection open', async (bench) => {
    const before = openResources();
    for (const operation of operations.sending) {
      const call = await operation.prepare(bench);
      await settle(operation.name, () => call(ample()));
    }
    // The last call leaves a connection behind whose answer never comes.
    const [{ name, method, prepare }] = operations.sending;
    const call = await prepare(bench);
    await bench.arrange('hang', method);
    await settle(name, () => call({ deadline: deadlineAfterRunning(hangDeadlineMs) }), hangDeadlineMs + bench.slackMs);
    await closeProvider(bench);
    const left = await resourcesGone(before, patienceMs);
    demand(
      left === undefined,
      `After close() there was still open: ${left}`,
      'clear every timer and interval, and destroy the connection pool, in close()',
    );
  });
};

async function demandClosed(bench: Bench, operation: Operation): Promise<void> {
  const call = await operation.prepare(bench);
  const receivedBefore = (await bench.received()).length;
  const requestsBefore = await bench.requests();
  await closeProvider(bench);
  const outcome = await settle(operation.name, () => call(ample()));
  demand(
    outcome.outcome === 'not-sent',
    `${operation.name} ended ${describeOutcome(outcome)} after close()`,
    "remember that close() was called, and answer not-sent with the code 'client_closed'",
  );
  demandTruthful(operation.name, outcome, (await bench.received()).length - receivedBefore);
  await bench.demandRequests(operation.name, requestsBefore, 0);
}
