import type { LookupOutcome, MessageFound } from '../contract/lookup.js';
import type { Accepted } from '../contract/outcomes.js';
import type { DeliveryReport } from '../contract/provider-events.js';
import type { Delivered } from '../delivery/router.js';
import type { Attempt, SmsError } from '../errors/sms-error.js';
import { inOrder, unheardOf, withReport } from './merge-reports.js';
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
  const told = attempts.map((attempt, index) => {
    const known = record.attempts.find(({ provider }) => provider === attempt.provider);
    const taken = index === attempts.length - 1 ? accepted : undefined;
    return withAnswer(known ?? unheardOf(attempt.provider), attempt, taken);
  });
  return {
    ...record,
    providers: withAsked(record.providers, attempts),
    settled: record.settled ?? settledCall(error),
    // A provider that was asked later was asked until now.
    settlesBy: record.settled === undefined ? record.settlesBy : Math.max(record.settlesBy, now),
    attempts: record.attempts.length === 0 ? told : inOrder(withTold(record.attempts, told)),
  };
}

/** A failover by `deliverWithinMs` may ask a provider that could not take it before: its word counts from then on. */
function withAsked(providers: readonly string[], attempts: readonly Attempt[]): readonly string[] {
  if (attempts.every(({ provider }) => providers.includes(provider))) return providers;
  return [...new Set([...providers, ...attempts.map(({ provider }) => provider)])];
}

/** An attempt of which the call has told. Copies: the caller has the same in its receipt, and may change it. */
function withAnswer(known: AttemptRecord, attempt: Attempt, accepted: Accepted | undefined): AttemptRecord {
  if (accepted === undefined) return { ...known, attempt: { ...attempt } };
  return { ...known, attempt: { ...attempt }, accepted: answerOf(accepted) };
}

/** What a provider said beside yes: of most a reference, or nothing. */
function answerOf(accepted: Accepted): Omit<Accepted, 'outcome'> {
  const { reference, references, segments, price } = accepted;
  if (references === undefined && segments === undefined && price === undefined) {
    return reference === undefined ? noAnswer : { reference };
  }
  const { outcome: _, ...answer } = accepted;
  return answer;
}

/** Attempts that were told of before, those that are told of now, and those that reports have shown. */
function withTold(known: readonly AttemptRecord[], told: readonly AttemptRecord[]): readonly AttemptRecord[] {
  const rest = known.filter(({ provider }) => !told.some((each) => each.provider === provider));
  const before = rest.filter(({ attempt }) => attempt !== undefined);
  const others = rest.filter(({ attempt }) => attempt === undefined);
  return [...before, ...told, ...others];
}

function settledCall(error: SmsError | undefined): SettledCall {
  return error === undefined ? acceptedCall : { outcome: error.outcome, error: error.toJSON() };
}

// The same for most messages, of which many are held.
const noAnswer: Omit<Accepted, 'outcome'> = Object.freeze({});
const acceptedCall: SettledCall = Object.freeze({ outcome: 'accepted' });

/** A record that has taken in what a look-up gave. */
export function withLookup(
  record: MessageRecord,
  provider: string,
  outcome: LookupOutcome,
  { now, absenceProves }: { readonly now: number; readonly absenceProves: boolean },
): MessageRecord {
  const report = outcome.outcome === 'found' ? entryOf(outcome) : undefined;
  const reported = (report && withReport(record, provider, report)) ?? record;
  const known = reported.attempts.find((each) => each.provider === provider) ?? unheardOf(provider);
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
