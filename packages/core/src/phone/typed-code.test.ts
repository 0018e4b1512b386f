import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseCode } from './typed-text.js';

describe('a code that somebody typed', () => {
  it.each([
    // The text says: "Your verification code is 123456. It is good for 5 minutes."
    '123456.',
    '123456。',
    '123456．',
    '１２３４５６。',
    '123456 !',
    '123456…',
    '١٢٣٤٥٦۔',
    '"123456"',
    '„123456“',
    '»123456«',
    '「123456」',
    '【123456】',
    '(123 456).',
    "'123-456',",
    'Code: 123456',
    'Your code is: 123456.',
    '验证码：123456。',
    'Код: «123456»',
    '123456\n',
    '1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣',
    '\u2066123\u2069\u061C456',
    '123‒456',
    '123−456',
  ])('%j is 123456', (typed) => {
    expect(normaliseCode(typed)).toBe('123456');
  });

  it.each([
    ['a code of letters', 'AbC-12.', 'AbC12'],
    ['letters alone', 'swordfish', 'swordfish'],
    ['a code with signs inside', 'p@s:s', 'p@s:s'],
    ['a code with signs inside and around', '(p@ss)', '(p@ss)'],
    ['a label without a colon', 'code123456', 'code123456'],
    ['a label before a code of letters', 'code:abc', 'code:abc'],
  ])('leaves %s as it is', (_name, typed, code) => {
    expect(normaliseCode(typed)).toBe(code);
  });

  it.each([
    '123456.0',
    '123.456',
    '123456/7',
    '1:123456',
    'G7:123456',
    '123456¹',
    '123456½',
    '123456(1)',
    '123456 or 7',
    '+1 23456#1',
  ])('%j is not made a right code by dropping a part of it', (typed) => {
    expect(normaliseCode(typed)).not.toBe('123456');
  });

  it('keeps every digit', () => {
    const sign = fc.constantFrom(...' .,:;!?"\'()[]-–/+#a中\u200b\u061c');
    fc.assert(
      fc.property(fc.array(fc.oneof(sign, fc.nat(9).map(String)), { maxLength: 30 }), (characters) => {
        const typed = characters.join('');
        const code = normaliseCode(typed);
        if (code !== undefined) expect(code.replaceAll(/\D/g, '')).toBe(typed.replaceAll(/\D/g, ''));
      }),
    );
  });

  it.each(['.', '"', '。', ' - ', '()', '', undefined, 123456, ['123456']])('is none at all: %j', (typed) => {
    expect(normaliseCode(typed)).toBeUndefined();
  });
});
