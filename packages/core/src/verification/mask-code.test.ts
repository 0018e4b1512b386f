import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskCode } from './without-code.js';

const code = '184130';
const percent = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const shifted = (zero: number) => [...code].map((digit) => String.fromCodePoint(zero + Number(digit))).join('');
const escaped = (before: string, after = '') =>
  [...code].map((digit) => `${before}${digit.charCodeAt(0).toString(16).padStart(4, '0')}${after}`).join('');

describe('a code in a text', () => {
  it.each([
    ['as it is', '184130'],
    ['in the middle of a number', '91841309'],
    ['in two halves', '184-130'],
    ['with a space', '184 130'],
    ['with a no-break space', '184\u00A0130'],
    ['with another hyphen', '184\u2011130'],
    ['with dots', '1.8.4.1.3.0'],
    ['with an invisible character', '184\u200B130'],
    ['digit by digit', '1 - 8 - 4 - 1 - 3 - 0'],
    ['quoted, digit by digit', "'1','8','4','1','3','0'"],
    ['in full width', shifted(0xff10)],
    ['in Arabic digits', shifted(0x660)],
    ['in Bengali digits', shifted(0x9e6)],
    ['in bold digits of mathematics', shifted(0x1d7ce)],
    ['in circles', '①⑧④①③⓪'],
    ['superscript', '¹⁸⁴¹³⁰'],
    ['percent-encoded', percent(code)],
    ['percent-encoded, in capitals and twice', percent(code).replaceAll('%', '%25').toUpperCase()],
    ['percent-encoded in part', '1%384%3130'],
    ['percent-encoded in full width', percent(shifted(0xff10))],
    ['with an encoded space', '184%20130'],
    ['with an encoded plus', '184+130'],
    ['after a percent sign', '100%184130'],
    ['after an equals sign', 'code=184130'],
    ['quoted-printable', '=31=38=34=31=33=30'],
    ['as JSON escapes', escaped('\\u')],
    ['as JSON escapes in JSON', escaped('\\\\u')],
    ['as braced escapes', escaped('\\u{', '}')],
    ['as hexadecimal escapes', '\\x31\\x38\\x34\\x31\\x33\\x30'],
    ['as HTML', '&#49;&#56;&#x34;&#x31;&amp;#51;&#48;'],
    ['with an HTML space', '184&nbsp;130'],
  ])('is masked %s', (_, spelling) => {
    for (const text of [spelling, `Code ${spelling}.`, `to=${spelling}&x=1`, `${spelling}; ${spelling}`]) {
      const shown = maskCode(text, code);
      expect(shown).toContain('***');
      // Masked once, nothing is left of it.
      expect(maskCode(shown, code)).toBe(shown);
      expect(shown).not.toContain(spelling);
    }
  });

  it('leaves everything around it as it was', () => {
    expect(maskCode('Dear Ann, 184 130 (and %31%38%34130) is wrong: 184131', code)).toBe(
      'Dear Ann, *** (and ***) is wrong: 184131',
    );
  });

  it.each([
    '',
    'No.',
    '18413',
    '184 13',
    '184131',
    '1 of 8, 4 of 13, 0',
    '184. Then: 130',
    '%zz %',
    '&#99999999;',
    '\\u12',
  ])('is not seen in %j', (text) => {
    expect(maskCode(text, code)).toBe(text);
  });

  it.each(['', '-', ' '])('is none if it has neither letter nor digit: %j', (nothing) => {
    expect(maskCode('a - b', nothing)).toBe('a - b');
  });

  it('is not searched for without end: a long text is cut', () => {
    expect(maskCode(`${'x'.repeat(9_999)}184130`, code)).toBe(`${'x'.repeat(9_999)}*…`);
    for (const part of ['\\', '%25', '=', '&amp;', '1', '１']) {
      expect(maskCode(part.repeat(1_000_000), code).length).toBeLessThanOrEqual(10_001);
    }
  });

  it('may have letters, whatever their case', () => {
    expect(maskCode('Code: aB-12C', 'Ab12c')).toBe('Code: ***');
  });

  it('never survives, between any texts, with any signs between its digits', () => {
    const sign = fc.constantFrom('', ' ', '-', '\u00A0', '. ', '%20', '&nbsp;', '\u200B');
    const digit = fc.constantFrom(
      (each: string) => each,
      (each: string) => String.fromCodePoint(0xff10 + Number(each)),
      (each: string) => percent(each),
      (each: string) => `&#${each.charCodeAt(0)};`,
      (each: string) => `\\u003${each}`,
    );
    const spelling = fc
      .tuple(fc.array(sign, { minLength: 5, maxLength: 5 }), fc.array(digit, { minLength: 6, maxLength: 6 }))
      .map(([signs, digits]) => [...code].map((each, at) => (digits[at]?.(each) ?? each) + (signs[at] ?? '')).join(''));
    const around = fc.stringMatching(/^[a-z ,:]{0,8}$/);
    fc.assert(
      fc.property(around, spelling, around, (before, spelt, after) => {
        expect(maskCode(`${before}${spelt}${after}`, code)).toBe(`${before}***${after}`);
      }),
      { seed: 20_251_125, numRuns: 500 },
    );
  });
});
