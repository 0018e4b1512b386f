import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, nearestName } from './unknown-names.js';

const known = ['providers', 'routes', 'deadlineMs', 'maxAttempts', 'openMs', 'maxOpenMs'];

describe('the nearest name', () => {
  it.each([
    ['deadlineMS', 'deadlineMs'],
    ['deadline_ms', 'deadlineMs'],
    ['max-attempts', 'maxAttempts'],
    ['provider', 'providers'],
    ['rotues', 'routes'],
    ['maxAtempts', 'maxAttempts'],
    ['opnMs', 'openMs'],
  ])('to %s is %s', (name, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
  });

  it.each(['', 'x', 'colour', 'deadline in seconds, please', 'p'.repeat(100_000)])('to %.30s is none', (name) => {
    expect(nearestName(name, known)).toBeUndefined();
  });

  it('to a known name is that name, whatever else there is', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
    fc.assert(
      fc.property(names, fc.nat(), (all, pick) => {
        const name = all[pick % all.length] ?? '';
        expect(nearestName(name, all)).toBe(name);
      }),
    );
  });

  it('is found after any one letter of a long name is dropped or swapped with the next', () => {
    fc.assert(
      fc.property(fc.nat(9), fc.boolean(), (index, swap) => {
        const name = 'maxAttempts';
        const [a = '', b = ''] = name.slice(index, index + 2);
        const wrong = name.slice(0, index) + (swap ? b + a : b) + name.slice(index + 2);
        expect(nearestName(wrong, known)).toBe(name);
      }),
    );
  });

  it('is proposed if there is one', () => {
    expect(didYouMean('rotues', known)).toBe('; did you mean routes?');
    expect(didYouMean('colour', known)).toBe('');
  });
});
