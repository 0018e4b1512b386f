import { randomUUID } from 'node:crypto';
import type { CallContext, LookupOutcome, MessageLookup, MessageQuery } from '@polysms/core/provider-kit';
import type { Bench } from './bench.js';
import { demand } from './demand.js';
import { ample } from './operations.js';
import type { LookupSubject } from './reporting-subjects.js';
import { settled } from './settle.js';
import { demandWellFormed } from './well-formed.js';
import { demandWellFormedState } from './well-formed-event.js';

/** A question for a message that nobody has sent. */
export function neverSent(bench: Bench): MessageQuery {
  const now = lookupSubjectOf(bench).now();
  return { id: randomUUID(), to: bench.recipient, sentFrom: now, sentUntil: now };
}

/** Lets the time pass until the vendor lists all that it has taken. */
export async function untilListed(bench: Bench): Promise<void> {
  await lookupSubjectOf(bench).advance(lookupOf(bench).visibleAfterMs);
}

/** Asks what became of a message, and demands an outcome as the contract describes it, in time. */
export async function find(
  bench: Bench,
  query: MessageQuery,
  context: CallContext = ample(),
  withinMs?: number,
): Promise<LookupOutcome> {
  const outcome = await settled('find()', () => lookupOf(bench).find(query, context), withinMs);
  switch (outcome?.outcome) {
    case 'absent':
    case 'inconclusive':
      return outcome;
    case 'found':
      demandWellFormedState('find()', outcome);
      return outcome;
    default:
      demandWellFormed('find()', outcome);
      return outcome;
  }
}

export function lookupOf(bench: Bench): MessageLookup {
  const { lookup } = bench.subject.provider;
  demand(
    lookup !== null && lookup !== undefined,
    'The provider has no lookup',
    'implement find(), or declare capabilities.lookup false',
  );
  return lookup;
}

export function lookupSubjectOf({ subject }: Bench): LookupSubject {
  demand(
    subject.lookup !== undefined,
    'The subject has no lookup',
    'let the environment say what it took, or leave the capability lookup out',
  );
  return subject.lookup;
}
