import { describe, expect, it } from 'vitest';
import type { PhoneNumberProblem } from './normalise.js';
import { parsePhoneNumber, safeParsePhoneNumber } from './parse.js';
import { maskPhoneNumber } from './phone-number.js';

describe('a phone number in E.164', () => {
  it.each([
    ['+8613800138000', '86', '13800138000', 'CN'],
    ['+85291234567', '852', '91234567', 'HK'],
    ['+85366123456', '853', '66123456', 'MO'],
    ['+886912345678', '886', '912345678', 'TW'],
    ['+12025550123', '1', '2025550123', 'US'],
    ['+77012345678', '7', '7012345678', 'KZ'],
    ['+390612345678', '39', '0612345678', 'IT'],
    ['+80012345678', '800', '12345678', undefined],
  ])('%s', (e164, callingCode, nationalNumber, country) => {
    expect(parsePhoneNumber(e164)).toEqual({ e164, callingCode, nationalNumber, country });
  });

  it.each([
    ['full-width digits and plus', '＋８６１３８００１３８０００'],
    ['Arabic digits', '+٨٦١٣٨٠٠١٣٨٠٠٠'],
    ['Persian digits', '+۸۶۱۳۸۰۰۱۳۸۰۰۰'],
    ['spaces of every width', ' +86 138\u00A00013\u30008000\t'],
    ['dashes, dots and brackets', '+86-(138).0013–8000'],
    ['the invisible marks of a copied contact', '\u202A+8613800138000\u202C'],
    ['an Arabic letter mark', '\u061C+8613800138000'],
    ['Bengali digits', '+৮৬১৩৮০০১৩৮০০০'],
    ['Devanagari digits', '+८६ १३८ ०० १३८ ०००'],
    ['mathematical digits', '+𝟴𝟲𝟭𝟯𝟴𝟬𝟬𝟭𝟯𝟴𝟬𝟬𝟬'],
    ['slashes', '+86 138/00138000'],
    ['a slash behind the operator', '+86138/00138000'],
    ['full-width slashes and dots', '＋86／138．0013．8000'],
    ['square and full-width brackets', '[+86] （138） ［0013］ 8000'],
    ['tildes and dashes of every kind', '+86~138⁓0013−80〜0‒0'],
    ['a wide plus', '﹢8613800138000'],
    ['an emoji for a plus', '➕8613800138000'],
    ['quotes and a full stop', '"+86 138 0013 8000".'],
    ['a keycap for each digit', '+8️⃣6️⃣1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣'],
  ])('is normalised from %s', (_name, input) => {
    expect(parsePhoneNumber(input).e164).toBe('+8613800138000');
  });

  it('is frozen, since it is shared by everyone who parses the same text', () => {
    expect(Object.isFrozen(parsePhoneNumber('+8613800138000'))).toBe(true);
    expect(parsePhoneNumber('+8613800138000')).toBe(parsePhoneNumber('+8613800138000'));
  });
});

describe('anything else', () => {
  it.each<[PhoneNumberProblem, unknown, RegExp]>([
    ['not-a-string', undefined, /not a string/],
    ['not-a-string', 8613800138000, /not a string/],
    ['empty', '', /empty/],
    ['empty', ' \u200B ', /empty/],
    ['international-prefix', '008613800138000', /write \+/],
    ['no-calling-code', '13800138000', /plus sign/],
    ['no-calling-code', '8613800138000', /plus sign/],
    ['trunk-prefix', '+44 (0)20 7946 0958', /\(0\)/],
    ['trunk-prefix', '+44（ 0 ）20 7946 0958', /leave it out/],
    ['trunk-prefix', '+44 [٠] 20 7946 0958', /leave it out/],
    ['trunk-prefix', '+86 0138 0013 8000', /leave it out/],
    ['trunk-prefix', '+49 0151 23456789', /leave it out/],
    ['trunk-prefix', '+7 8 912 345-67-89', /leave it out/],
    ['trunk-prefix', '+1 1 415 555 2671', /leave it out/],
    ['not-a-number', '+1 415,555,2671', /not a phone number/],
    ['letters', '+1800FLOWERS', /letters/],
    ['letters', 'tel:+8613800138000', /letters/],
    ['extension', '+1 202 555 0123 ext. 5', /extension/],
    ['extension', '+12025550123;5', /extension/],
    ['extension', '+6561234567~12', /extension/],
    ['extension', '+49 30 1234567 / 68', /extension/],
    ['extension', '+4930123/4930124', /extension/],
    ['extension', '+62 21 5551234 / 35', /extension/],
    ['extension', '+43 1 58801/58802', /extension/],
    ['extension', '+49 171/1234567/2', /extension/],
    ['too-long', '+8613800138000000', /too many/],
    ['too-long', '+861380013800012345', /too many/],
    ['too-long', '+'.padEnd(1_000_000, '1'), /too many/],
    ['too-long', '+5215512345678', /too many.*leave out the 1 after \+52/],
    ['international-prefix', '০০৮৬১৩৮০০১৩৮০০০', /write \+/],
    ['no-calling-code', '১৩৮০০১৩৮০০০', /plus sign/],
    ['extension', '+1 202 555 0123 ext. ٥.', /extension/],
    ['not-a-number', '+86 138 0013 8000 / +86 138 0013 8001', /not a phone number/],
    ['not-a-number', '+8613800138000#', /not a phone number/],
    ['not-a-number', '+86 138 0013 800²', /not a phone number/],
    ['too-short', '+86138', /too few/],
    ['too-short', '+1', /too few/],
    ['unknown-calling-code', '+0138001380', /does not exist/],
    ['unknown-calling-code', '+999123456', /does not exist/],
    ['not-a-number', '++8613800138000', /not a phone number/],
    ['not-a-number', '+86138001*8000', /not a phone number/],
    ['not-a-number', '+86 13800138000\u0000', /not a phone number/],
  ])('is %s: %j', (problem, input, message) => {
    const result = safeParsePhoneNumber(input);
    expect(result).toMatchObject({ valid: false, problem });
    if (!result.valid) expect(result.message).toMatch(message);
    expect(() => parsePhoneNumber(input as string)).toThrow(
      expect.objectContaining({ code: 'invalid_phone_number', outcome: 'not-sent' }),
    );
  });

  it('is never repeated in the error', () => {
    for (const input of ['13800138000', '+86138001380001234', '+44 (0)20 7946 0958']) {
      const result = safeParsePhoneNumber(input);
      expect(JSON.stringify(result)).not.toContain(input.slice(3, 9));
    }
  });
});

describe('a masked phone number', () => {
  it.each([
    ['+8613800138000', '+86*******8000'],
    ['+85291234567', '+852*****567'],
    ['+2904123', '+290***3'],
  ])('%s is shown as %s', (e164, masked) => {
    expect(maskPhoneNumber(parsePhoneNumber(e164))).toBe(masked);
  });
});

describe('the cache', () => {
  it('holds no more than its limit, so that an attacker cannot fill the memory', () => {
    const first = parsePhoneNumber('+8613800000000');
    for (let i = 1; i <= 6_000; i += 1) parsePhoneNumber(`+86138${String(i).padStart(8, '0')}`);
    // Parsed anew: the first one has been dropped.
    expect(parsePhoneNumber('+8613800000000')).not.toBe(first);
  });

  it('keeps good numbers however much junk is parsed', () => {
    const good = parsePhoneNumber('+8613900000000');
    for (let i = 0; i < 6_000; i += 1) safeParsePhoneNumber(`junk ${i}`);
    expect(parsePhoneNumber('+8613900000000')).toBe(good);
  });
});
