import { type ReportedState, reportedStates } from '../contract/provider-events.js';
import type { AttemptRecord, MessageRecord, ReportEntry } from './message-record.js';

/** The state of an attempt is the farthest that was ever reported. */
const rankOf = (state: ReportedState): number => reportedStates.indexOf(state);

/** Reports that one attempt keeps: far more than a vendor has states, and few enough for a record. */
const longestHistory = 16;

/**
 * A record that has taken in a report; undefined if the report says nothing new. A maximum over a set: the same reports
 * give the same record in any order, and however often they come.
 */
export function withReport(record: MessageRecord, provider: string, report: ReportEntry): MessageRecord | undefined {
  const known = record.attempts.find((each) => each.provider === provider);
  const history = historyWith(known?.history ?? [], report);
  if (history === undefined) return undefined;
  const changed: AttemptRecord = { ...(known ?? unheardOf(provider)), history };
  if (known !== undefined) {
    return { ...record, attempts: record.attempts.map((each) => (each === known ? changed : each)) };
  }
  return { ...record, attempts: inOrder([...record.attempts, changed]) };
}

/** An attempt of which nothing is known yet. Every key is there: V8 adds one to a copy many times as slowly. */
export function unheardOf(provider: string): AttemptRecord {
  return { provider, attempt: undefined, accepted: undefined, history: noReports, lookups: undefined };
}

const noReports: readonly ReportEntry[] = Object.freeze([]);

/** Attempts whose call has not told of them yet stand last, by name: in the same order, whoever reports first. */
export function inOrder(attempts: readonly AttemptRecord[]): readonly AttemptRecord[] {
  const told = attempts.filter(({ attempt }) => attempt !== undefined);
  const others = attempts.filter(({ attempt }) => attempt === undefined);
  return [...told, ...others.sort((a, b) => compareText(a.provider, b.provider))];
}

/** A history with one more report; undefined if it would be the same. */
function historyWith(history: readonly ReportEntry[], report: ReportEntry): readonly ReportEntry[] | undefined {
  const same = history.find((each) => compareEntries(each, report) === 0);
  if (same !== undefined) {
    const merged = mergeSame(same, report);
    return merged === undefined ? undefined : history.map((each) => (each === same ? merged : each));
  }
  const longer = [...history, report].sort(compareEntries).slice(0, longestHistory);
  return longer.includes(report) ? longer : undefined;
}

/** Two reports of the same: the earlier time counts, since vendors repeat reports with a later one. */
function mergeSame(known: ReportEntry, report: ReportEntry): ReportEntry | undefined {
  const at = least(known.at, report.at);
  const segments = least(known.segments, report.segments);
  const price = compareText(priceText(known), priceText(report)) >= 0 ? known.price : report.price;
  if (at === known.at && segments === known.segments && price === known.price) return undefined;
  return {
    ...known,
    ...(at === undefined ? {} : { at }),
    ...(segments === undefined ? {} : { segments }),
    ...(price === undefined ? {} : { price }),
  };
}

/** By what a report says of the message: one with a reason tells more than one without. */
function compareEntries(a: ReportEntry, b: ReportEntry): number {
  return (
    rankOf(a.state) - rankOf(b.state) ||
    Number(a.reason === undefined) - Number(b.reason === undefined) ||
    compareText(a.reason ?? '', b.reason ?? '') ||
    compareText(a.providerCode ?? '', b.providerCode ?? '') ||
    compareText(a.reference ?? '', b.reference ?? '')
  );
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

function priceText({ price }: ReportEntry): string {
  return price === undefined ? '' : `${price.currency} ${price.amount}`;
}

/** By code units, the same in every locale. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
