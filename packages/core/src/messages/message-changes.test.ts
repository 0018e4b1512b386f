import { describe, expect, it } from 'vitest';
import type { LookupOutcome } from '../contract/lookup.js';
import type { DeliveryReport } from '../contract/provider-events.js';
import type { Delivered } from '../delivery/router.js';
import { SmsError } from '../errors/sms-error.js';
import { accepted, notSent, refused, unknown } from '../provider-kit/outcomes.js';
import { entryOf, referencesOf, withLookup, withSettlement } from './message-changes.js';
import type { AttemptRecord, MessageRecord } from './message-record.js';
import { recordOf } from './message-stores.test.fixture.js';

const told = (provider: string, outcome: 'accepted' | 'not-sent' | 'unknown') => ({ provider, outcome, durationMs: 1 });
const reported = (provider: string): AttemptRecord => ({
  provider,
  history: [{ state: 'sent', providerCode: provider }],
});
const error = new SmsError({ code: 'timeout', outcome: 'unknown', message: 'Lost.' });
const takenBy = (...attempts: Delivered['attempts']): Delivered => ({
  attempts,
  accepted: accepted('r'),
  error: undefined,
});

describe('a settlement', () => {
  const providers = ['a', 'b', 'c'];

  it('keeps what each provider has reported, and tells of each attempt once, those of others last', () => {
    const record = recordOf({ providers, attempts: ['c', 'b', 'a'].map(reported) });
    const { attempts } = withSettlement(record, takenBy(told('b', 'unknown'), told('a', 'accepted')), 2_000_000);
    expect(attempts).toStrictEqual([
      { ...reported('b'), attempt: told('b', 'unknown') },
      { ...reported('a'), attempt: told('a', 'accepted'), accepted: { reference: 'r' } },
      reported('c'),
    ]);
  });

  it('may be told again, and changes nothing', () => {
    const once = withSettlement(recordOf({ providers }), takenBy(told('a', 'accepted')), 2_000_000);
    expect(withSettlement(once, takenBy(told('a', 'accepted')), 1_000)).toStrictEqual(once);
  });

  it('of a further delivery adds to the first, which stays what the caller was told', () => {
    const first = withSettlement(recordOf({ providers }), takenBy(told('a', 'accepted')), 2_000_000);
    expect(first).toMatchObject({ settled: { outcome: 'accepted' }, settlesBy: 1_010_000 });
    const lost = { attempts: [told('b', 'unknown'), told('c', 'unknown')], accepted: undefined, error };
    const second = withSettlement(first, lost, 2_000_000);
    expect(second.settled).toStrictEqual({ outcome: 'accepted' });
    expect(second.attempts.map(({ provider }) => provider)).toEqual(['a', 'b', 'c']);
    // A vendor is looked up when what was sent last must have arrived there.
    expect(second.settlesBy).toBe(2_000_000);
    expect(withSettlement(first, lost, 1_000).settlesBy).toBe(1_010_000);
  });

  it('that failed keeps the error for whoever repeats the call', () => {
    const { settled } = withSettlement(recordOf(), { attempts: [], accepted: undefined, error }, 0);
    expect(settled).toStrictEqual({ outcome: 'unknown', error: error.toJSON() });
  });
});

describe('a look-up', () => {
  const lookedUp = (record: MessageRecord, outcome: LookupOutcome, absenceProves = true) =>
    withLookup(record, 'a', outcome, { now: 5, absenceProves });
  const lost = recordOf({ attempts: [{ provider: 'a', history: [], attempt: told('a', 'unknown') }] });

  it.each<[LookupOutcome, boolean, object]>([
    [{ outcome: 'found' }, false, { last: 'found', proves: 'accepted' }],
    [{ outcome: 'absent' }, true, { last: 'absent', proves: 'not-sent' }],
    [{ outcome: 'absent' }, false, { last: 'absent' }],
    [{ outcome: 'inconclusive' }, true, { last: 'inconclusive' }],
    [refused('rate_limited', 'Slow down.'), true, { last: 'failed' }],
    [notSent('network_error', 'Nobody listens.'), true, { last: 'failed' }],
    [unknown('timeout', 'No answer came.'), true, { last: 'failed' }],
  ])('that gave %j (absence proves: %s) is kept as %j', (outcome, absenceProves, kept) => {
    expect(lookedUp(lost, outcome, absenceProves).attempts[0]?.lookups).toStrictEqual({ asked: 1, ...kept, at: 5 });
  });

  it('does not take back what an earlier one has proved', () => {
    const found = lookedUp(lost, { outcome: 'found' });
    for (const outcome of ['absent', 'inconclusive'] as const) {
      expect(lookedUp(found, { outcome }).attempts[0]?.lookups).toStrictEqual({
        asked: 2,
        last: outcome,
        proves: 'accepted',
        at: 5,
      });
    }
  });

  it('gives a message its name at the vendor, unless the vendor has given it one before', () => {
    const named = lookedUp(lost, { outcome: 'found', reference: 'r' });
    expect(named.attempts[0]?.accepted).toStrictEqual({ reference: 'r' });
    expect(lookedUp(named, { outcome: 'found', reference: 'other' }).attempts[0]?.accepted).toEqual({ reference: 'r' });
    expect(lookedUp(lost, { outcome: 'found' }).attempts[0]).not.toHaveProperty('accepted');
  });

  it('takes in what the vendor says of its state, and changes no other attempt', () => {
    const record = recordOf({ attempts: [reported('b'), ...lost.attempts, reported('c')] });
    const { attempts } = lookedUp(record, { outcome: 'found', state: 'delivered' });
    expect(attempts.map(({ provider, history }) => [provider, history.map(({ state }) => state)])).toEqual([
      ['b', ['sent']],
      ['a', ['delivered']],
      ['c', ['sent']],
    ]);
  });

  it('of a provider that nobody knew to have been asked stands where its name does', () => {
    const { attempts } = lookedUp(recordOf({ attempts: [reported('b')] }), { outcome: 'inconclusive' });
    expect(attempts.map(({ provider }) => provider)).toEqual(['a', 'b']);
  });
});

describe('what is kept of a report', () => {
  it('is all that it says but what names the message, and nothing that it does not say', () => {
    const said = {
      state: 'undelivered',
      reason: 'filtered',
      providerCode: '30007',
      reference: 'r',
      at: 1,
      segments: 2,
      price: { amount: '0.1', currency: 'EUR' },
    } as const;
    const report: DeliveryReport = { kind: 'report', id: 'message-1', to: '+8613800138000', ...said };
    expect(entryOf(report)).toStrictEqual(said);
    expect(entryOf({ kind: 'report', id: 'message-1', state: 'sent' })).toStrictEqual({ state: 'sent' });
    expect(entryOf({ outcome: 'found', reference: 'r' })).toBeUndefined();
  });
});

it('a message has every name that its vendor gave it, each once', () => {
  expect(referencesOf({})).toEqual([]);
  expect(referencesOf({ reference: 'r' })).toEqual(['r']);
  expect(referencesOf({ reference: 'r', references: ['s', 'r'] })).toEqual(['r', 's']);
  expect(referencesOf({ references: ['s'] })).toEqual(['s']);
});
