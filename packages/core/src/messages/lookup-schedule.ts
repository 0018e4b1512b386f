import type { MessageLookup } from '../contract/lookup.js';
import type { AttemptRecord, MessageRecord } from './message-record.js';
import { outcomeOf } from './message-state.js';

/** The look-up of a provider; null if it has none, undefined if this client has no such provider. */
export type LookupOf = (provider: string) => MessageLookup | null | undefined;

/** A call that was cut off is looked at a little after its end: its settlement may still be on its way. */
export const afterEndMs = 1_000;
/** A vendor that has not listed a message by then will not: the waits grow from seconds to six hours. */
const mostLookups = 12;
const shortestWaitMs = 10_000;
const longestWaitMs = 6 * 3_600_000;

/**
 * When the first provider is to be asked about a message next, in milliseconds since 1970; undefined if none is. What
 * the record says stands for providers of other clients: only they know when these are to be asked.
 */
export function nextLookup(record: MessageRecord, lookupOf: LookupOf): number | undefined {
  let soonest: number | undefined;
  const consider = (provider: string) => {
    const isOurs = lookupOf(provider) !== undefined;
    const time = isOurs
      ? nextLookupAt(record, provider, lookupOf)
      : isOpen(record, provider)
        ? record.dueAt
        : undefined;
    if (time !== undefined && (soonest === undefined || time < soonest)) soonest = time;
  };
  for (const provider of record.providers) consider(provider);
  for (const { provider } of record.attempts) consider(provider);
  return soonest;
}

/** When a provider is to be asked about a message next, in milliseconds since 1970; undefined if never. */
export function nextLookupAt(record: MessageRecord, provider: string, lookupOf: LookupOf): number | undefined {
  const lookup = lookupOf(provider);
  if (lookup === undefined || lookup === null) return undefined;
  const known = record.attempts.find((each) => each.provider === provider);
  if (known !== undefined) return nextLookupOf(record, known, lookup);
  // A call that died may have asked any of them.
  return record.settled === undefined ? record.settlesBy + Math.max(afterEndMs, lookup.visibleAfterMs) : undefined;
}

/** Whether a look-up could still tell what became of a message at a provider. */
function isOpen(record: MessageRecord, provider: string): boolean {
  const known = record.attempts.find((each) => each.provider === provider);
  return known === undefined ? record.settled === undefined : isUnknown(known);
}

function isUnknown(attempt: AttemptRecord): boolean {
  return attempt.lookups?.proves === undefined && outcomeOf(attempt, true) === 'unknown';
}

function nextLookupOf(
  { settlesBy }: MessageRecord,
  attempt: AttemptRecord,
  { visibleAfterMs }: MessageLookup,
): number | undefined {
  if (!isUnknown(attempt)) return undefined;
  if (attempt.lookups === undefined) return settlesBy + visibleAfterMs;
  const { asked, at } = attempt.lookups;
  if (asked >= mostLookups) return undefined;
  return at + Math.min(longestWaitMs, Math.max(shortestWaitMs, visibleAfterMs) * 3 ** (asked - 1));
}
