import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseCode } from '../phone/typed-text.js';
import { makeCode } from './code-secrets.js';

describe('a code of ours', () => {
  it.each([6, 7, 8, 9, 10])('has exactly %d digits, leading zeros included', (length) => {
    const codes = Array.from({ length: 2_000 }, () => makeCode(length));
    for (const code of codes) expect(code).toMatch(new RegExp(`^\\d{${length}}$`));
    // All 2000 would begin with another digit once in 10 ** 91 runs.
    expect(codes.some((code) => code.startsWith('0'))).toBe(true);
  });

  it('is any of them with the same chance, in every place', () => {
    const draws = 100_000;
    const length = 6;
    const counts = Array.from({ length }, () => new Array<number>(10).fill(0));
    for (let draw = 0; draw < draws; draw += 1) {
      for (const [place, digit] of [...makeCode(length)].entries()) {
        const ofPlace = counts[place] as number[];
        ofPlace[Number(digit)] = (ofPlace[Number(digit)] ?? 0) + 1;
      }
    }
    const expected = draws / 10;
    for (const ofPlace of counts) {
      const chiSquare = ofPlace.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // Nine degrees of freedom: beyond 70 once in 10 ** 11 runs.
      expect(chiSquare).toBeLessThan(70);
    }
  });

  it('is seldom the same twice', () => {
    const codes = new Set(Array.from({ length: 1_000 }, () => makeCode(10)));
    // Two of a thousand are the same once in 20,000 runs; ten or more never.
    expect(codes.size).toBeGreaterThan(990);
  });
});

describe('a code that somebody typed', () => {
  it.each([
    ['123456', '123456'],
    [' 123 456\t\r\n', '123456'],
    ['12-34‐56‑78–90—12', '123456789012'],
    ['\u00a0123\u2009456\u3000', '123456'],
    ['\u200b123\u200d456\ufeff\u2060', '123456'],
    ['\u200f١٢٣٤٥٦\u200e', '123456'],
    ['０１２３４５６７８９', '0123456789'],
    ['۰۱۲۳۴۵۶۷۸۹', '0123456789'],
    ['०१२३४५६७८९', '0123456789'],
    ['①②③', '123'],
    ['𝟬𝟭𝟮𝟵', '0129'],
    ['AbC-123', 'AbC123'],
    ['Ａｂ１', 'Ab1'],
    ['x'.repeat(32), 'x'.repeat(32)],
    [`${'1'.repeat(32)}${' '.repeat(32)}`, '1'.repeat(32)],
  ])('%j is %s', (typed, code) => {
    expect(normaliseCode(typed)).toBe(code);
  });

  it.each([
    '',
    ' ',
    '- \u200b\u2014',
    'x'.repeat(33),
    ' '.repeat(65),
    `1${' '.repeat(64)}`,
    '1'.repeat(1_000_000),
    'ﷺ'.repeat(32),
  ])('is none at all', (typed) => {
    expect(normaliseCode(typed)).toBeUndefined();
  });

  it('reads every decimal digit of Unicode by its value', () => {
    // Unicode keeps the digits of a script together, in tens, from zero to nine.
    const digits: string[] = [];
    for (let point = 0; point <= 0x10ffff; point += 1) {
      const character = String.fromCodePoint(point);
      if (/\p{Nd}/u.test(character)) digits.push(character);
    }
    expect(digits.length).toBeGreaterThanOrEqual(650);
    expect(digits.length % 10).toBe(0);
    for (const [index, digit] of digits.entries()) expect(normaliseCode(digit)).toBe(String(index % 10));
  });

  it('is the same when it is normalised again, has 1 to 32 characters, and no spaces', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 70 }), (typed) => {
        const code = normaliseCode(typed);
        fc.pre(code !== undefined);
        expect(normaliseCode(code)).toBe(code);
        expect(code).toMatch(/^[^\s\p{Pd}\p{Cf}]{1,32}$/u);
      }),
    );
  });
});
