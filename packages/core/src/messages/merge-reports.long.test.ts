import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LookupOutcome } from '../contract/lookup.js';
import { reportedStates, undeliveredReasons } from '../contract/provider-events.js';
import type { Delivered } from '../delivery/router.js';
import { SmsError } from '../errors/sms-error.js';
import { accepted } from '../provider-kit/outcomes.js';
import { withReport } from './merge-reports.js';
import { withLookup, withSettlement } from './message-changes.js';
import type { MessageRecord, ReportEntry } from './message-record.js';
import { stateOf } from './message-state.js';
import { recordOf } from './message-stores.test.fixture.js';

const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const numRuns = Number(process.env['POLYSMS_TEST_RUNS'] ?? (isLong ? 20_000 : 1_000));

type Change = (record: MessageRecord) => MessageRecord;

const maybe = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });
/** Few values, so that reports are often of the same, with other times and prices. */
const report: fc.Arbitrary<Change> = fc
  .record({
    provider: fc.constantFrom('a', 'b'),
    state: fc.constantFrom(...reportedStates),
    reason: maybe(fc.constantFrom(...undeliveredReasons.slice(0, 2))),
    providerCode: maybe(fc.constantFrom('1', '2')),
    reference: maybe(fc.constantFrom('r1', 'r2')),
    at: maybe(fc.constantFrom(1, 2, 3)),
    segments: maybe(fc.constantFrom(1, 2)),
    price: maybe(
      fc.constantFrom('0.1', '0.10').chain((amount) => fc.constantFrom({ amount, currency: 'EUR' }, undefined)),
    ),
  })
  .map(({ provider, ...fields }) => {
    const entry = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    return (record) => withReport(record, provider, entry as unknown as ReportEntry) ?? record;
  });

const lost = new SmsError({ code: 'timeout', outcome: 'unknown', message: 'Lost.' });
const attempt = (provider: string, outcome: 'accepted' | 'unknown' | 'not-sent') => ({
  provider,
  outcome,
  durationMs: 1,
});
const settlement: fc.Arbitrary<Change> = fc
  .constantFrom<Delivered>(
    { attempts: [attempt('a', 'accepted')], accepted: accepted('r1'), error: undefined },
    { attempts: [attempt('a', 'unknown')], accepted: undefined, error: lost },
    { attempts: [attempt('b', 'unknown'), attempt('a', 'accepted')], accepted: accepted(), error: undefined },
    { attempts: [attempt('b', 'not-sent'), attempt('a', 'unknown')], accepted: undefined, error: lost },
  )
  .map((delivered) => (record) => withSettlement(record, delivered, 2_000_000));

const lookup: fc.Arbitrary<Change> = fc
  .record({
    provider: fc.constantFrom('a', 'b'),
    outcome: fc.constantFrom<LookupOutcome>(
      { outcome: 'found' },
      { outcome: 'found', reference: 'r1', state: 'sent', at: 2 },
      { outcome: 'found', state: 'delivered' },
      { outcome: 'absent' },
      { outcome: 'inconclusive' },
    ),
    absenceProves: fc.boolean(),
  })
  .map(({ provider, outcome, absenceProves }) => {
    return (record) => withLookup(record, provider, outcome, { now: 3_000_000, absenceProves });
  });

/** Reports in one order; the same in another one, some of them again; and what else happens, at some point of each. */
const story = fc
  .record({
    reports: fc.array(report, { minLength: 1, maxLength: 8 }),
    settled: maybe(settlement),
    looked: maybe(lookup),
    lookupFirst: fc.boolean(),
  })
  .chain(({ reports, settled, looked, lookupFirst }) => {
    const once = [settled, looked].filter((change) => change !== undefined);
    const others = lookupFirst ? once.reverse() : once;
    const numbered = [...reports.keys()];
    const order = fc
      .tuple(
        fc.array(fc.constantFrom(...numbered), { maxLength: 8 }),
        fc.shuffledSubarray(numbered, { minLength: reports.length }),
      )
      .map(([subset, rest]) => [...subset, ...rest].map((index) => reports[index] as Change));
    const places = fc.array(fc.nat({ max: 16 }), { minLength: 2, maxLength: 2 });
    const path = fc.tuple(order, places).map(([changes, at]) => {
      const [first = 0, second = 0] = at.map((place) => place % (changes.length + 1)).sort((a, b) => a - b);
      const [one, two] = others;
      return [
        ...changes.slice(0, first),
        ...(one === undefined ? [] : [one]),
        ...changes.slice(first, second),
        ...(two === undefined ? [] : [two]),
        ...changes.slice(second),
      ];
    });
    return fc.tuple(path, path);
  });

const played = (changes: readonly Change[], record = recordOf()) =>
  changes.reduce((now, change) => change(now), record);

describe('reports of a message', () => {
  it('give one record and one state in any order, however often they come, whatever else happens meanwhile', () => {
    fc.assert(
      fc.property(story, ([path, other]) => {
        const [one, two] = [played(path), played(other)];
        expect(two).toStrictEqual(one);
        expect(stateOf(two, 4_000_000)).toStrictEqual(stateOf(one, 4_000_000));
      }),
      { numRuns },
    );
  });

  it('prove that the message was taken: what is known never gets less', () => {
    fc.assert(
      fc.property(fc.array(report, { maxLength: 8 }), report, (before, last) => {
        const rank = (record: MessageRecord) => record.attempts.map(({ history }) => history[0]?.state);
        const known = played(before);
        const after = last(known);
        for (const [index, state] of rank(known).entries()) {
          const provider = known.attempts[index]?.provider;
          const now = after.attempts.find((each) => each.provider === provider)?.history[0]?.state;
          expect(reportedStates.indexOf(now as never)).toBeLessThanOrEqual(reportedStates.indexOf(state as never));
        }
        expect(last(after)).toBe(after);
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });

  it('are kept up to sixteen of an attempt, the same sixteen in any order', () => {
    const code = fc.integer({ min: 0, max: 39 });
    const many = fc.uniqueArray(code, { minLength: 17, maxLength: 40 });
    fc.assert(
      fc.property(
        many.chain((codes) => fc.tuple(fc.constant(codes), fc.shuffledSubarray(codes, { minLength: codes.length }))),
        (orders) => {
          const [one, two] = orders.map((codes) =>
            played(
              codes.map((each) => (record) => {
                const state = reportedStates[each % reportedStates.length] ?? 'queued';
                return withReport(record, 'a', { state, providerCode: String(each), at: each }) ?? record;
              }),
            ),
          );
          expect(two).toStrictEqual(one);
          expect(one?.attempts[0]?.history).toHaveLength(16);
        },
      ),
      { numRuns: Math.ceil(numRuns / 20) },
    );
  });
});
