import { describe, expect, it } from 'vitest';
import type { FaultEntry } from '../../../control/contract.js';
import { faultGroups } from './fault-options.js';
import { faultWords, isOf, oftenWords } from './fault-words.js';

const entry = (fault: FaultEntry['fault'], rest: Partial<FaultEntry> = {}): FaultEntry => ({
  id: '1',
  vendor: null,
  fault,
  when: {},
  left: 1,
  ...rest,
});

describe('faults in words', () => {
  it('are those of the switch that makes them, and of no other', () => {
    const options = faultGroups.flatMap((group) => group.options);
    for (const option of options) {
      const fault = option.fault(option.parameter?.initial ?? '');
      expect(options.filter((each) => isOf(each, fault)).map(({ title }) => title)).toEqual([option.title]);
      expect(faultWords(entry(fault))).toMatch(new RegExp(`^${option.title}`));
    }
  });

  it('say what they were given', () => {
    expect(faultWords(entry({ kind: 'answer', name: '458' }))).toBe('Status · 458');
    expect(faultWords(entry({ kind: 'http', httpStatus: 503 }))).toBe('HTTP error · 503');
    expect(faultWords(entry({ kind: 'http', httpStatus: 504, processed: true }))).toBe(
      'HTTP error after sending · 504',
    );
    const headers = { 'Retry-After': '3', 'x-two': 'b' };
    expect(faultWords(entry({ kind: 'http', httpStatus: 429, headers, bodyBytes: 5_000 }))).toBe(
      'HTTP error · 429 · Retry-After: 3 · x-two: b · 5000 bytes',
    );
  });

  it('say how often they strike', () => {
    const fault = { kind: 'balance' } as const;
    expect(oftenWords(entry(fault, { when: { probability: 1 }, left: null }))).toBe('every time');
    expect(oftenWords(entry(fault, { when: { probability: 0.3 }, left: null }))).toBe('30 %');
    expect(oftenWords(entry(fault, { when: { times: 3, after: 2 }, left: 3 }))).toBe('3 more, after 2');
  });
});
