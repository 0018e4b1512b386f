import { expect, it } from 'vitest';
import type { MessageLookup } from '../contract/lookup.js';
import { nextLookup, nextLookupAt } from './lookup-schedule.js';
import type { AttemptRecord } from './message-record.js';
import { recordOf } from './message-stores.test.fixture.js';

const lookupAfter = (visibleAfterMs: number): MessageLookup => ({
  visibleAfterMs,
  absenceProves: true,
  find: async () => ({ outcome: 'absent' }),
});
const over = 1_010_000;

it('a provider of a call that died is asked when the vendor can list the message, and not before its settlement may come', () => {
  const at = (visibleAfterMs: number) => nextLookupAt(recordOf(), 'a', () => lookupAfter(visibleAfterMs));
  expect([at(0), at(999), at(1_001)]).toEqual([over + 1_000, over + 1_000, over + 1_001]);
  expect(nextLookupAt(recordOf(), 'a', () => undefined)).toBeUndefined();
});

it('a provider of a call that died is asked again after a look-up that told nothing', () => {
  const attempts: readonly AttemptRecord[] = [
    { provider: 'a', history: [], lookups: { asked: 1, last: 'inconclusive', at: 2_000_000 } },
  ];
  expect(nextLookupAt(recordOf({ attempts }), 'a', () => lookupAfter(0))).toBe(2_010_000);
  expect(nextLookupAt(recordOf({ attempts }), 'a', () => lookupAfter(30_000))).toBe(2_030_000);
});

it('a message is due when the first of its providers is, whoever cannot be asked left out', () => {
  const lookups = new Map([
    ['a', lookupAfter(60_000)],
    ['b', lookupAfter(30_000)],
  ]);
  const record = recordOf({ providers: ['a', 'b', 'c'] });
  expect(nextLookup(record, (id) => lookups.get(id))).toBe(over + 30_000);
  expect(nextLookup(record, () => undefined)).toBeUndefined();
});
