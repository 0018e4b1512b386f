import { expect, it } from 'vitest';
import { phoneOf, reasonCodes } from './report-parts.js';

it('reasonCodes() finds the reason of a code, and nothing in a prototype', () => {
  const table = reasonCodes({ unreachable: [30003, 'OFF'], filtered: [30007] });
  expect(['30003', 'OFF', '30007', '1', 'toString'].map((code) => table.get(code))).toEqual([
    'unreachable',
    'unreachable',
    'filtered',
    undefined,
    undefined,
  ]);
  expect(() => reasonCodes({ unreachable: [1], filtered: ['1'] })).toThrow('1 is there twice');
});

it('phoneOf() takes E.164 alone', () => {
  expect(phoneOf('+4915112345678')).toBe('+4915112345678');
  for (const value of ['4915112345678', '12345', 'Shop', 'whatsapp:+4915112345678', '+1', '', 7, undefined, null]) {
    expect(phoneOf(value)).toBeUndefined();
  }
});
