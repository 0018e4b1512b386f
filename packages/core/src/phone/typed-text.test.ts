import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeParsePhoneNumber } from './parse.js';
import { normaliseCode, plainText } from './typed-text.js';

/** Every character of Unicode, once. */
const characters = Array.from({ length: 0x110000 }, (_, point) => point)
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point))
  .join('');
const charactersOf = (property: RegExp): readonly string[] => characters.match(property) ?? [];

/** Unicode keeps the digits of a script together, in tens, from zero to nine. */
const digits = charactersOf(/\p{Nd}/gu);
const digitOf = (zero: number, value: number) => digits[zero + value] ?? '';
const zeros = digits.map((_, index) => index).filter((index) => index % 10 === 0);

const unseen = charactersOf(/[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/gu);
const spaces = charactersOf(/\p{White_Space}/gu);
const dashes = charactersOf(/\p{Dash}/gu);

const inScript = (text: string, zero: number) => text.replaceAll(/\d/g, (digit) => digitOf(zero, Number(digit)));

describe('digits of every script of Unicode', () => {
  it('are known, in tens', () => {
    expect(digits.length).toBeGreaterThanOrEqual(650);
    expect(digits.length % 10).toBe(0);
  });

  it('are read by their value, in phone numbers and in codes', () => {
    for (const zero of zeros) {
      expect(safeParsePhoneNumber(inScript('+8613800138000', zero))).toMatchObject({
        phone: { e164: '+8613800138000' },
      });
      expect(safeParsePhoneNumber(inScript('+9745 5967284', zero))).toMatchObject({ phone: { e164: '+97455967284' } });
      expect(normaliseCode(inScript('0123456789', zero))).toBe('0123456789');
    }
  });

  it('may be mixed with marks that nobody sees, blanks and dashes of any kind', () => {
    const between = fc
      .array(fc.constantFrom(...unseen, ...spaces, ...dashes), { maxLength: 2 })
      .map((each) => each.join(''));
    const mixed = (text: string) =>
      fc
        .array(fc.tuple(fc.constantFrom(...zeros), between), { minLength: text.length, maxLength: text.length })
        .map((parts) =>
          [...text]
            .map((digit, index) => {
              const [zero = 0, after = ''] = parts[index] ?? [];
              return digitOf(zero, Number(digit)) + after;
            })
            .join(''),
        );
    fc.assert(
      fc.property(mixed('8613800138000'), mixed('0471'), (phone, code) => {
        expect(safeParsePhoneNumber(`+${phone}`)).toMatchObject({ phone: { e164: '+8613800138000' } });
        expect(normaliseCode(code)).toBe('0471');
      }),
    );
  });
});

it.each([
  ['default ignorable and bidirectional marks', unseen, 4_000],
  ['white space', spaces, 20],
  ['dashes', dashes, 25],
])('%s of Unicode are all left out, before, between and after', (_name, found, least) => {
  expect(found.length).toBeGreaterThanOrEqual(least);
  for (const character of found) {
    const [phone, code] = [
      `${character}+86138${character}00138000${character}`,
      `${character}123${character}456${character}`,
    ];
    if (safeParsePhoneNumber(phone).valid && normaliseCode(code) === '123456') continue;
    expect.unreachable(`U+${character.codePointAt(0)?.toString(16)}`);
  }
});

it('is plain text afterwards: nothing that Unicode calls a decimal digit but ASCII’s, and nothing unseen', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (typed) => {
      expect(plainText(typed)).not.toMatch(/(?![0-9])\p{Nd}|\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}/u);
    }),
  );
});
