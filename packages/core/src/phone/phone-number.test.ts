import { describe, expect, it } from 'vitest';
import { parsePhoneNumber } from './parse.js';
import { canonicalPhone } from './phone-number.js';

const canonical = (e164: string) => canonicalPhone(parsePhoneNumber(e164));

describe('one phone', () => {
  it.each([
    ['Argentina, with and without the 9 of calls from abroad', '+54 9 11 2345 6789', '+54 11 2345 6789'],
    ['Argentina, another area', '+54 9 2966 345678', '+54 2966 345678'],
    ['Brazil, before and after the ninth digit', '+55 11 98765 4321', '+55 11 8765 4321'],
    ['Brazil, 6 first', '+55 85 96123 4567', '+55 85 6123 4567'],
  ])('is one, however it is written: %s', (_name, one, other) => {
    expect(canonical(one)).toMatchObject({ e164: canonical(other).e164 });
    expect(canonical(one).nationalNumber).toBe(canonical(other).nationalNumber);
    expect(canonical(one).e164).toBe(`+${canonical(one).callingCode}${canonical(one).nationalNumber}`);
  });

  it.each([
    ['two phones of Argentina', '+54 9 11 2345 6789', '+54 11 2345 6780'],
    ['a fixed line of Brazil and a mobile phone', '+55 11 3456 7890', '+55 11 93456 7890'],
    ['a trunked radio of Brazil and a mobile phone', '+55 11 7812 3456', '+55 11 97812 3456'],
    ['phones of two countries', '+5491123456789', '+8613800138000'],
  ])('is not taken for another: %s', (_name, one, other) => {
    expect(canonical(one).e164).not.toBe(canonical(other).e164);
  });

  it.each(['+8613800138000', '+12025550123', '+525512345678', '+390612345678', '+80012345678', '+541123456789'])(
    '%s is what it was',
    (e164) => {
      const phone = parsePhoneNumber(e164);
      expect(canonicalPhone(phone)).toBe(phone);
    },
  );
});
