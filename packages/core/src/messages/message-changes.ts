import type { LookupOutcome, MessageFound } from '../contract/lookup.js';
import type { Accepted } from '../contract/outcomes.js';
import type { DeliveryReport } from '../contract/provider-events.js';
import type { Delivered } from '../delivery/router.js';
import { inOrder, withReport } from './merge-reports.js';
import type { AttemptRecord, LookupRecord, MessageRecord, ReportEntry, SettledCall } from './message-record.js';

/**
 * A record of which the call has told how it ended, or which further providers have been asked since. What was reported
 * meanwhile stays.
 */
export function withSettlement(
  record: MessageRecord,
  { attempts, accepted, error }: Delivered,
  now: number,
): MessageRecord {
  const told = attempts.map((attempt, index): AttemptRecord => {
    const known = record.attempts.find(({ provider }) => provider === attempt.provider);
    const isLast = index === attempts.length - 1;
    const { outcome: _, ...answer } = accepted ?? { outcome: 'accepted' };
    return {
      history: [],
      ...known,
      provider: attempt.provider,
      // A copy: the caller has the same attempts in its receipt, and may change them.
      attempt: { ...attempt },
      ...(isLast && accepted !== undefined ? { accepted: answer } : {}),
    };
  });
  const before = record.attempts.filter(({ attempt }) => attempt !== undefined);
  const isTold = ({ provider }: AttemptRecord) => told.some((each) => each.provider === provider);
  const others = record.attempts.filter((each) => each.attempt === undefined && !isTold(each));
  const settled: SettledCall = {
    outcome: error?.outcome ?? 'accepted',
    ...(error === undefined ? {} : { error: error.toJSON() }),
  };
  return {
    ...record,
    settled: record.settled ?? settled,
    // A provider that was asked later was asked until now.
    settlesBy: record.settled === undefined ? record.settlesBy : Math.max(record.settlesBy, now),
    attempts: inOrder([...before.filter((each) => !isTold(each)), ...told, ...others]),
  };
}

/** A record that has taken in what a look-up gave. */
export function withLookup(
  record: MessageRecord,
  provider: string,
  outcome: LookupOutcome,
  { now, absenceProves }: { readonly now: number; readonly absenceProves: boolean },
): MessageRecord {
  const report = outcome.outcome === 'found' ? entryOf(outcome) : undefined;
  const reported = (report && withReport(record, provider, report)) ?? record;
  const known = reported.attempts.find((each) => each.provider === provider) ?? { provider, history: [] };
  const lookups: LookupRecord = {
    asked: (known.lookups?.asked ?? 0) + 1,
    ...resultOf(outcome, absenceProves),
    at: now,
  };
  const reference = outcome.outcome === 'found' ? outcome.reference : undefined;
  const changed: AttemptRecord = {
    ...known,
    // Proof stays proof: a vendor that has listed the message once cannot unlist it.
    lookups: known.lookups?.proves === undefined ? lookups : { ...lookups, proves: known.lookups.proves },
    ...(reference === undefined || known.accepted !== undefined ? {} : { accepted: { reference } }),
  };
  const others = reported.attempts.filter((each) => each.provider !== provider);
  const isNew = others.length === reported.attempts.length;
  const attempts = isNew
    ? inOrder([...others, changed])
    : reported.attempts.map((each) => (each.provider === provider ? changed : each));
  return { ...reported, attempts };
}

function resultOf(outcome: LookupOutcome, absenceProves: boolean): Pick<LookupRecord, 'last' | 'proves'> {
  switch (outcome.outcome) {
    case 'found':
      return { last: 'found', proves: 'accepted' };
    case 'absent':
      return absenceProves ? { last: 'absent', proves: 'not-sent' } : { last: 'absent' };
    case 'inconclusive':
      return { last: 'inconclusive' };
    case 'refused':
    case 'not-sent':
    case 'unknown':
      return { last: 'failed' };
  }
}

/** What a report or a look-up says of the message; undefined if it says nothing of its state. */
export function entryOf(report: DeliveryReport | MessageFound): ReportEntry | undefined {
  const { state, reason, providerCode, reference, at, segments, price } = report;
  if (state === undefined) return undefined;
  return {
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(providerCode === undefined ? {} : { providerCode }),
    ...(reference === undefined ? {} : { reference }),
    ...(at === undefined ? {} : { at }),
    ...(segments === undefined ? {} : { segments }),
    ...(price === undefined ? {} : { price }),
  };
}

/** All ids that the vendor gave a message. */
export function referencesOf({ reference, references = [] }: Omit<Accepted, 'outcome'>): readonly string[] {
  return [...new Set([...(reference === undefined ? [] : [reference]), ...references])];
}
