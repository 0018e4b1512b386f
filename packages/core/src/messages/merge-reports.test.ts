import { describe, expect, it } from 'vitest';
import { withReport } from './merge-reports.js';
import type { AttemptRecord, MessageRecord, ReportEntry } from './message-record.js';
import { recordOf } from './message-stores.test.fixture.js';

const told = (...reports: readonly ReportEntry[]): MessageRecord =>
  reports.reduce((record, report) => withReport(record, 'a', report) ?? record, recordOf());
const historyOf = (...reports: readonly ReportEntry[]) => told(...reports).attempts[0]?.history;

describe('the history of an attempt', () => {
  it('has the farthest state first', () => {
    const states = ['sent', 'undelivered', 'queued', 'delivered', 'expired', 'rejected'] as const;
    expect(historyOf(...states.map((state) => ({ state })))?.map(({ state }) => state)).toEqual([
      'delivered',
      'undelivered',
      'rejected',
      'expired',
      'sent',
      'queued',
    ]);
  });

  it('has a failure with a reason before one without, then goes by reason, code and reference', () => {
    const failures: readonly ReportEntry[] = [
      { state: 'undelivered', reason: 'blocked', providerCode: '1', reference: 'a' },
      { state: 'undelivered', reason: 'unreachable' },
      { state: 'undelivered', reason: 'unreachable', providerCode: '1', reference: 'a' },
      { state: 'undelivered', reason: 'unreachable', providerCode: '1', reference: 'b' },
      { state: 'undelivered', reason: 'unreachable', providerCode: '2', reference: 'a' },
      { state: 'undelivered' },
      { state: 'undelivered', reference: 'a' },
      { state: 'undelivered', providerCode: '1' },
    ];
    expect(historyOf(...failures.toReversed())).toEqual(failures);
    expect(historyOf(...failures)).toEqual(failures);
  });

  it('keeps the earlier of two times of one report, the fewer segments and the greater price', () => {
    const eur = (amount: string) => ({ amount, currency: 'EUR' });
    const early: ReportEntry = { state: 'sent', at: 1, segments: 1, price: eur('0.2') };
    const late: ReportEntry = { state: 'sent', at: 2, segments: 2, price: eur('0.1') };
    expect(historyOf(early, late)).toEqual([early]);
    expect(historyOf(late, early)).toEqual([early]);
    expect(historyOf({ state: 'sent' }, late)).toEqual([late]);
    expect(historyOf(late, { state: 'sent' })).toEqual([late]);
    expect(historyOf(late, { state: 'sent', at: 1 })).toEqual([{ ...late, at: 1 }]);
    expect(historyOf(late, { state: 'sent', segments: 1 })).toEqual([{ ...late, segments: 1 }]);
    expect(historyOf(late, { state: 'sent', price: eur('0.2') })).toEqual([{ ...late, price: eur('0.2') }]);
  });

  it('takes what one report leaves out from another of the same, and names nothing that none of them said', () => {
    const merged = historyOf({ state: 'sent', at: 2 }, { state: 'sent', at: 1 });
    expect(merged).toStrictEqual([{ state: 'sent', at: 1 }]);
    const priced = historyOf({ state: 'sent', segments: 2 }, { state: 'sent', segments: 1 });
    expect(priced).toStrictEqual([{ state: 'sent', segments: 1 }]);
  });

  it('is the same object after a report that says nothing new', () => {
    const record = told({ state: 'sent', at: 1, segments: 1 });
    expect(withReport(record, 'a', { state: 'sent', at: 1, segments: 1 })).toBeUndefined();
    expect(withReport(record, 'a', { state: 'sent', at: 2, segments: 2 })).toBeUndefined();
    expect(withReport(record, 'a', { state: 'sent' })).toBeUndefined();
    const price = { amount: '0.1', currency: 'EUR' };
    const priced = told({ state: 'sent', price });
    expect(withReport(priced, 'a', { state: 'sent', price: { ...price } })).toBeUndefined();
  });

  it('changes one report and none of the others', () => {
    const delivered: ReportEntry = { state: 'delivered', at: 9 };
    expect(historyOf(delivered, { state: 'sent', at: 2 }, { state: 'sent', at: 1 })).toEqual([
      delivered,
      { state: 'sent', at: 1 },
    ]);
  });

  it('drops the least of more than sixteen reports', () => {
    const codes = Array.from({ length: 16 }, (_, index) => String.fromCharCode(0x62 + index));
    const full = told(...codes.map((providerCode) => ({ state: 'sent', providerCode }) as const));
    expect(full.attempts[0]?.history).toHaveLength(16);
    expect(withReport(full, 'a', { state: 'queued' })).toBeUndefined();
    const further = withReport(full, 'a', { state: 'sent', providerCode: 'a' });
    expect(further?.attempts[0]?.history.map(({ providerCode }) => providerCode)).toEqual(['a', ...codes.slice(0, 15)]);
  });
});

describe('a report of a provider', () => {
  const attempt = (provider: string): AttemptRecord => ({
    provider,
    history: [],
    attempt: { provider, outcome: 'unknown', durationMs: 1 },
  });

  it('changes its attempt alone, where it stands', () => {
    const record = recordOf({ attempts: [attempt('b'), attempt('a')] });
    expect(withReport(record, 'a', { state: 'sent' })?.attempts).toEqual([
      attempt('b'),
      { ...attempt('a'), history: [{ state: 'sent' }] },
    ]);
  });

  it('whose call has not told of it stands behind those of which it has, by name', () => {
    const record = recordOf({ providers: ['a', 'b', 'c', 'd'], attempts: [attempt('d')] });
    const reported = ['c', 'a', 'b'].reduce(
      (known, provider) => withReport(known, provider, { state: 'sent' }) ?? known,
      record,
    );
    expect(reported.attempts.map(({ provider }) => provider)).toEqual(['d', 'a', 'b', 'c']);
  });
});
