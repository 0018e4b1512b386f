import { expect, it } from 'vitest';
import { outcomeOfCode, vendorCodes } from './vendor-codes.js';

const table = vendorCodes([
  [[1, 'two'], 'rate_limited', 'Too fast.'],
  [[3], 'provider_unavailable', 'The vendor failed.', 'unknown'],
]);

it('says what a code means, with the code beside it', () => {
  const refusal = { outcome: 'refused', code: 'rate_limited', message: 'Too fast.' };
  expect(outcomeOfCode(table, '1')).toEqual({ ...refusal, providerCode: '1' });
  expect(outcomeOfCode(table, 'two', { retryAfterMs: 5 })).toEqual({
    ...refusal,
    providerCode: 'two',
    retryAfterMs: 5,
  });
});

it('says unknown where nobody knows, without a time to wait', () => {
  expect(outcomeOfCode(table, '3', { retryAfterMs: 5 })).toEqual({
    outcome: 'unknown',
    code: 'provider_unavailable',
    message: 'The vendor failed.',
    providerCode: '3',
  });
});

it('finds nothing for a code that stands in no row, nor in a prototype', () => {
  for (const code of ['4', '', 'toString', '__proto__']) expect(outcomeOfCode(table, code)).toBeUndefined();
});

it('refuses a table with a code twice, also as a number and in digits', () => {
  expect(() =>
    vendorCodes([
      [[1], 'timeout', 'A.'],
      [['1'], 'timeout', 'B.'],
    ]),
  ).toThrow('1 is there twice');
});

it('takes numbers as documentation writes them, and refuses what is none', () => {
  const ofText = (codes: string) => [...vendorCodes([[codes, 'timeout', 'A.']]).keys()];
  expect(ofText('7, 20101 to 20103, 9')).toEqual(['7', '20101', '20102', '20103', '9']);
  for (const codes of ['', '7,8', '9 to 7', '7 to', 'a', '7, ']) {
    expect(() => ofText(codes)).toThrow('is no number and no range');
  }
});
