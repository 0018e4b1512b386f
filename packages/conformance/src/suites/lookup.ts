import { randomUUID } from 'node:crypto';
import type { LookupOutcome, MessageQuery } from '@polysms/core/provider-kit';
import { find, lookupOf, lookupSubjectOf, neverSent, untilListed } from '../asking.js';
import type { Bench } from '../bench.js';
import { demand, demandEqual } from '../demand.js';
import { ample } from '../operations.js';
import { settle } from '../settle.js';
import type { Suite } from '../suite.js';
import { describeValue } from '../well-formed.js';
import { lookupFailureTests } from './lookup-failures.js';

/** What became of a message: never more than the vendor says, since the client sends again what was never taken. */
export const lookupSuite: Suite = (plan) => {
  const { capabilities, test } = plan;
  if (capabilities.lookup !== true) {
    test('declares that nobody says what became of a message: lookup is null', async ({ subject }) => {
      demandEqual(
        subject.provider.lookup,
        null,
        "The provider's lookup is not null",
        'set it to null, or declare capabilities.lookup true',
      );
    });
    return;
  }
  const kind = capabilities.text ? 'text' : 'template';

  test('says when messages are listed, and what absence proves', async (bench) => {
    const { visibleAfterMs, absenceProves } = lookupOf(bench);
    demand(
      typeof visibleAfterMs === 'number' && visibleAfterMs >= 0 && visibleAfterMs < Infinity,
      `visibleAfterMs is ${describeValue(visibleAfterMs)}`,
      'make it a number of milliseconds, 0 or more',
    );
    demandEqual(
      typeof absenceProves,
      'boolean',
      'absenceProves is neither true nor false',
      'make it false if in doubt',
    );
  });

  test('finds what the vendor took, with and without its reference', async (bench) => {
    const { query, reference } = await sent(bench, kind);
    await untilListed(bench);
    for (const known of [undefined, reference]) {
      const outcome = await find(bench, { ...query, reference: known });
      demandFound(outcome);
      demand(
        outcome.reference === undefined || reference === undefined || outcome.reference === reference,
        'find() gave another reference than send() for the same message',
        "give the vendor's id of the message, as send() does",
      );
    }
  });

  test('finds what the vendor took although its answer was lost', async (bench) => {
    await bench.arrange('lose-answer', 'send');
    const { query } = await sent(bench, kind);
    demandEqual(
      await lookupSubjectOf(bench).vendorTook(query.id),
      true,
      'The environment has not taken the message whose answer it lost',
      'take it in the situation lose-answer, and let vendorTook() say so',
    );
    await untilListed(bench);
    demandFound(await find(bench, query));
  });

  test('says absent of what the vendor never took', async (bench) => {
    const query = neverSent(bench);
    demandEqual(
      await lookupSubjectOf(bench).vendorTook(query.id),
      false,
      'The environment took what nobody sent',
      'let vendorTook() compare ids',
    );
    await untilListed(bench);
    const outcome = await find(bench, query);
    demand(
      outcome.outcome === 'absent',
      `find() ended ${outcome.outcome} for a message that the vendor never took`,
      "answer absent when the vendor's whole list has no such message; absenceProves says what that is worth",
    );
  });

  test('does not take another message to the same phone, or one to another, for the one that is meant', async (bench) => {
    const { query } = await sent(bench, kind);
    await untilListed(bench);
    for (const other of [
      { ...query, id: randomUUID() },
      { ...query, to: bench.otherRecipient },
    ]) {
      const { outcome } = await find(bench, other);
      demand(
        outcome !== 'found',
        'find() took another message for the one that was meant',
        'compare our id and the phone; if the vendor lists neither, answer inconclusive unless there is only one it can be',
      );
    }
  });

  test('says absent of nothing before visibleAfterMs', async (bench) => {
    const { visibleAfterMs } = lookupOf(bench);
    const { query } = await sent(bench, kind);
    const never = neverSent(bench);
    for (const beforeMs of [visibleAfterMs, 1]) {
      if (visibleAfterMs < beforeMs) continue;
      await lookupSubjectOf(bench).advance(never.sentUntil + visibleAfterMs - beforeMs - lookupSubjectOf(bench).now());
      for (const each of visibleAfterMs === 0 ? [] : [query, never]) {
        const { outcome } = await find(bench, each);
        demand(
          outcome === 'inconclusive' || (outcome === 'found' && each === query),
          `find() ended ${outcome} ${beforeMs} ms before the vendor lists what it took`,
          'answer inconclusive until query.sentUntil + visibleAfterMs, unless the message is found: what is called absent is sent again',
        );
      }
    }
  });

  lookupFailureTests(plan);
};

/** Sends a message, whatever comes of it. */
async function sent(
  bench: Bench,
  kind: 'text' | 'template',
): Promise<{ readonly query: MessageQuery; readonly reference: string | undefined }> {
  const message = bench.message(kind);
  const sentFrom = lookupSubjectOf(bench).now();
  const outcome = await settle('send()', () => bench.subject.provider.send(message, ample()));
  const query = { id: message.id, to: message.to, sentFrom, sentUntil: lookupSubjectOf(bench).now() };
  return { query, reference: outcome.outcome === 'accepted' ? outcome.reference : undefined };
}

function demandFound(outcome: LookupOutcome): asserts outcome is Extract<LookupOutcome, { outcome: 'found' }> {
  demand(
    outcome.outcome === 'found',
    `find() ended ${outcome.outcome} for a message that the vendor took`,
    'hand our id to the vendor with the message, and compare it with those in all pages of its list',
  );
}
