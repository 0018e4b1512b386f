import { describe, expect, it } from 'vitest';
import type { MessageState, ReportedState } from '../contract/provider-events.js';
import type { AttemptRecord, MessageRecord, ReportEntry } from './message-record.js';
import { failureOf, outcomeOf, stateOf } from './message-state.js';
import { recordOf } from './message-stores.test.fixture.js';

type Told = 'accepted' | 'refused' | 'not-sent' | 'unknown';

/** An attempt: what its call learnt, what was reported, and what a look-up proved. */
function by(
  provider: string,
  {
    told,
    reported = [],
    proves,
  }: { told?: Told; reported?: (ReportedState | ReportEntry)[]; proves?: 'accepted' | 'not-sent' },
): AttemptRecord {
  return {
    provider,
    history: reported.map((each) => (typeof each === 'string' ? { state: each } : each)),
    ...(told === undefined ? {} : { attempt: { provider, outcome: told, durationMs: 1 } }),
    ...(proves === undefined ? {} : { lookups: { asked: 1, last: 'found', proves, at: 1 } }),
  };
}

const running = 1_000_001;
const over = 1_010_000;

describe('the outcome of an attempt', () => {
  it.each<[string, AttemptRecord, boolean, string]>([
    ['is pending while its call may run', by('a', {}), false, 'pending'],
    ['is unknown when its call has died', by('a', {}), true, 'unknown'],
    ['is what its call learnt', by('a', { told: 'refused' }), true, 'refused'],
    ['is accepted by any report while its call runs', by('a', { reported: ['queued'] }), false, 'accepted'],
    [
      'is accepted by any report, though its call knows nothing',
      by('a', { told: 'unknown', reported: ['rejected'] }),
      true,
      'accepted',
    ],
    [
      'is accepted by any report, though its call was sure',
      by('a', { told: 'not-sent', reported: ['sent'] }),
      true,
      'accepted',
    ],
    ['is what a look-up found', by('a', { told: 'unknown', proves: 'accepted' }), true, 'accepted'],
    ['is not sent if a look-up has proved that', by('a', { told: 'unknown', proves: 'not-sent' }), true, 'not-sent'],
    ['is what a look-up found of a call that died', by('a', { proves: 'accepted' }), true, 'accepted'],
    [
      'is what its call learnt for sure, whatever a look-up says',
      by('a', { told: 'refused', proves: 'accepted' }),
      true,
      'refused',
    ],
    [
      'is accepted by a report after an absence',
      by('a', { told: 'unknown', proves: 'not-sent', reported: ['sent'] }),
      true,
      'accepted',
    ],
  ])('%s', (_, attempt, isOver, outcome) => {
    expect(outcomeOf(attempt, isOver)).toBe(outcome);
  });
});

describe('the state of a message', () => {
  const asked = (provider: string): AttemptRecord => ({
    provider,
    history: [],
    lookups: { asked: 1, last: 'inconclusive', at: 1 },
  });
  const unsettled = (...attempts: AttemptRecord[]) => recordOf({ attempts });
  const settled = (outcome: Told, ...attempts: AttemptRecord[]) => recordOf({ settled: { outcome }, attempts });

  it.each<[string, MessageRecord, number, MessageState, string | undefined]>([
    ['sending while its call runs', unsettled(), running, 'sending', undefined],
    ['unknown once its call must have ended', unsettled(), over, 'unknown', undefined],
    ['sending while its call runs, though a look-up told nothing', unsettled(asked('a')), running, 'sending', 'a'],
    [
      'accepted as soon as its call says so, whatever a look-up did not tell of another provider',
      settled('accepted', by('a', { told: 'accepted' }), asked('b')),
      running,
      'accepted',
      'a',
    ],
    ['unknown if nobody knows who may have been asked', recordOf({ providers: [] }), over, 'unknown', undefined],
    [
      'unknown if the call died and one provider has not been looked up',
      recordOf({
        providers: ['a', 'b', 'c'],
        attempts: [by('a', { proves: 'not-sent' }), by('b', { proves: 'not-sent' })],
      }),
      over,
      'unknown',
      undefined,
    ],
    [
      'unknown if the call died and a look-up told nothing',
      unsettled(by('a', { proves: 'not-sent' }), asked('b')),
      over,
      'unknown',
      'b',
    ],
    ['delivered, though its call runs', unsettled(by('b', { reported: ['delivered'] })), running, 'delivered', 'b'],
    [
      'sending while a further provider may be asked',
      unsettled(by('a', { reported: ['undelivered'] })),
      running,
      'sending',
      undefined,
    ],
    [
      'unknown if the call died and only some providers are known',
      unsettled(by('a', { proves: 'not-sent' })),
      over,
      'unknown',
      undefined,
    ],
    [
      'not sent if the call died and no provider has it',
      unsettled(by('a', { proves: 'not-sent' }), by('b', { proves: 'not-sent' })),
      over,
      'not-sent',
      'a',
    ],
    [
      'what was found, if the call died',
      unsettled(by('a', { proves: 'not-sent' }), by('b', { proves: 'accepted' })),
      over,
      'accepted',
      'b',
    ],
    ['reported, if the call died', unsettled(by('a', { reported: ['sent'] })), over, 'sent', 'a'],
    ['not sent without an attempt', settled('not-sent'), over, 'not-sent', undefined],
    ['refused without an attempt', settled('refused'), over, 'refused', undefined],
    ['accepted', settled('accepted', by('a', { told: 'accepted' })), over, 'accepted', 'a'],
    ['refused', settled('refused', by('a', { told: 'not-sent' }), by('b', { told: 'refused' })), over, 'refused', 'b'],
    ['not sent', settled('not-sent', by('a', { told: 'not-sent' })), over, 'not-sent', 'a'],
    ['unknown', settled('unknown', by('a', { told: 'unknown' })), over, 'unknown', 'a'],
    [
      'unknown, though another provider has refused',
      settled('refused', by('a', { told: 'unknown' }), by('b', { told: 'refused' })),
      over,
      'unknown',
      'a',
    ],
    [
      'resolved by a look-up',
      settled('unknown', by('a', { told: 'unknown', proves: 'accepted' })),
      over,
      'accepted',
      'a',
    ],
    [
      'not sent by a look-up',
      settled('unknown', by('a', { told: 'unknown', proves: 'not-sent' })),
      over,
      'not-sent',
      'a',
    ],
    [
      'reported after an absence',
      settled('unknown', by('a', { told: 'unknown', proves: 'not-sent', reported: ['sent'] })),
      over,
      'sent',
      'a',
    ],
    [
      'delivered over everything',
      settled(
        'accepted',
        by('a', { told: 'unknown', reported: ['undelivered'] }),
        by('b', { told: 'accepted', reported: ['delivered', 'sent'] }),
      ),
      over,
      'delivered',
      'b',
    ],
    [
      'accepted, if one attempt is undelivered and another accepted',
      settled('accepted', by('a', { told: 'unknown', reported: ['undelivered'] }), by('b', { told: 'accepted' })),
      over,
      'accepted',
      'b',
    ],
    [
      'unknown, if one attempt is undelivered and of another nobody knows',
      settled('unknown', by('a', { told: 'accepted', reported: ['undelivered'] }), by('b', { told: 'unknown' })),
      over,
      'unknown',
      'b',
    ],
    [
      'undelivered, if the others were refused',
      settled('refused', by('a', { told: 'unknown', reported: ['undelivered'] }), by('b', { told: 'refused' })),
      over,
      'undelivered',
      'a',
    ],
    [
      'that of the first of two that say the same',
      settled(
        'accepted',
        by('a', { told: 'unknown', reported: ['sent'] }),
        by('b', { told: 'accepted', reported: ['sent'] }),
      ),
      over,
      'sent',
      'a',
    ],
  ])('is %s', (_, record, now, state, provider) => {
    const { state: is, by: whose } = stateOf(record, now);
    expect([is, whose?.provider]).toEqual([state, provider]);
  });

  it('is the farthest that was reported', () => {
    for (const state of ['delivered', 'undelivered', 'rejected', 'expired', 'sent', 'queued'] as const) {
      expect(stateOf(settled('accepted', by('a', { told: 'accepted', reported: [state, 'queued'] })), over).state).toBe(
        state,
      );
    }
  });
});

describe('why a message failed', () => {
  it('is what the highest report says, else what the call learnt', () => {
    const failed = { state: 'undelivered', reason: 'unreachable', providerCode: '27' } as const;
    expect(failureOf(by('a', { told: 'accepted', reported: [failed, 'sent'] }))).toEqual({
      reason: 'unreachable',
      providerCode: '27',
    });
    const attempt = { provider: 'a', outcome: 'refused', durationMs: 1, providerCode: '470' } as const;
    expect(failureOf({ provider: 'a', history: [], attempt })).toEqual({ providerCode: '470' });
    expect(failureOf({ provider: 'a', history: [{ state: 'sent' }], attempt })).toStrictEqual({});
    expect(failureOf({ provider: 'a', history: [] })).toStrictEqual({});
    expect(failureOf(undefined)).toStrictEqual({});
  });
});
