import { deadlineAfter } from '@polysms/core';
import type { Bench } from '../bench.js';
import { demand, reject } from '../demand.js';
import { openResources, resourcesGone } from '../open-resources.js';
import { ample, type Operation } from '../operations.js';
import { describeOutcome, inTime, patienceMs, settle } from '../settle.js';
import type { Suite } from '../suite.js';
import { demandTruthful } from '../truth.js';
import { hangDeadlineMs } from './outcomes.js';

/** A closed provider is silent and leaves nothing behind. */
export const closeSuite: Suite = ({ operations, test }) => {
  test('closes without having been used', (bench) => close(bench));

  test('may be closed twice, and by two at once', async (bench) => {
    await Promise.all([close(bench), close(bench)]);
    await close(bench);
  });

  for (const operation of operations.all) {
    test(`${operation.name} is not-sent after close()`, (bench) => demandClosed(bench, operation));

    test(`${operation.name} settles when the provider is closed during it`, async (bench) => {
      const call = await operation.prepare(bench);
      const receivedBefore = (await bench.received()).length;
      const [outcome] = await Promise.all([settle(operation.name, () => call(ample())), close(bench)]);
      demandTruthful(operation.name, outcome, (await bench.received()).length - receivedBefore);
    });

    test(`${operation.name} settles by its deadline when the provider is closed and the vendor never answers`, async (bench) => {
      const call = await operation.prepare(bench);
      const receivedBefore = (await bench.received()).length;
      await bench.arrange('hang', operation.method);
      const withinMs = hangDeadlineMs + bench.slackMs;
      const [outcome] = await Promise.all([
        settle(operation.name, () => call({ deadline: deadlineAfter(hangDeadlineMs) }), withinMs),
        close(bench, withinMs),
      ]);
      demand(
        outcome.outcome === 'unknown' || outcome.outcome === 'not-sent',
        `${operation.name} ended ${describeOutcome(outcome)}, although the vendor never answered`,
        'let the call end with its deadline, or end it yourself: unknown once the request is written',
      );
      demandTruthful(operation.name, outcome, (await bench.received()).length - receivedBefore);
    });
  }

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
    await settle(name, () => call({ deadline: deadlineAfter(hangDeadlineMs) }), hangDeadlineMs + bench.slackMs);
    await close(bench);
    const left = await resourcesGone(before, patienceMs);
    demand(
      left === undefined,
      `After close() there was still open: ${left}`,
      'clear every timer and interval, and destroy the connection pool, in close()',
    );
  });
};

async function close(bench: Bench, withinMs = patienceMs): Promise<void> {
  const end = await inTime(() => bench.subject.provider.close(), withinMs);
  switch (end.status) {
    case 'fulfilled':
      return;
    case 'late':
      return reject(
        `close() had not settled after ${withinMs} ms`,
        'wait only for calls in flight, which end by their deadlines, and destroy connections instead of waiting for them',
      );
    case 'rejected':
      return reject(
        `close() rejected with ${String(end.error)}`,
        'close() never fails; keep the promise of the first call and return it again',
      );
  }
}

async function demandClosed(bench: Bench, operation: Operation): Promise<void> {
  const call = await operation.prepare(bench);
  const receivedBefore = (await bench.received()).length;
  const requestsBefore = await bench.requests();
  await close(bench);
  const outcome = await settle(operation.name, () => call(ample()));
  demand(
    outcome.outcome === 'not-sent',
    `${operation.name} ended ${describeOutcome(outcome)} after close()`,
    "remember that close() was called, and answer not-sent with the code 'aborted'",
  );
  demandTruthful(operation.name, outcome, (await bench.received()).length - receivedBefore);
  await bench.demandRequests(operation.name, requestsBefore, 0);
}
