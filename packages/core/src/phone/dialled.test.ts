import { getCountries, getExampleNumber } from 'libphonenumber-js';
import examples from 'libphonenumber-js/examples.mobile.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { parsePhoneNumber, parsePhoneNumberIn } from './parse.js';

describe('a number as it is dialled in the default country', () => {
  it.each([
    ['a national number', 'CN', '138 0013 8000', '+8613800138000'],
    ['one with the trunk prefix', 'CN', '0138-0013-8000', '+8613800138000'],
    ['one whose trunk prefix is in brackets', 'GB', '(020) 7946 0958', '+442079460958'],
    ['one whose zero belongs to it', 'IT', '06 1234 5678', '+390612345678'],
    ['one without a plus before its calling code', 'CN', '8613800138000', '+8613800138000'],
    ['one of another country with the same calling code', 'US', '416 555 1234', '+14165551234'],
    ['one of a machine', 'CN', '1440000000000', '+861440000000000'],
    ['00', 'CN', '008613800138000', '+8613800138000'],
    ['00 with blanks, abroad', 'DE', '00 86 138 0013 8000', '+8613800138000'],
    ['00 in digits of another script', 'IN', '০০৮৬১৩৮০০১৩৮০০০', '+8613800138000'],
    ['00 where another prefix is dialled', 'US', '0086 138 0013 8000', '+8613800138000'],
    ['00 where carriers have prefixes that begin with it', 'HK', '0086 138 0013 8000', '+8613800138000'],
    ['011 in America', 'US', '011 86 138 0013 8000', '+8613800138000'],
    ['0011 in Australia', 'AU', '0011 44 20 7946 0958', '+442079460958'],
    ['010 in Japan', 'JP', '010-86-138-0013-8000', '+8613800138000'],
    ['810 in Kazakhstan', 'KZ', '8 10 86 138 0013 8000', '+8613800138000'],
    ['a carrier’s prefix in Korea', 'KR', '00700 86 138 0013 8000', '+8613800138000'],
  ])('is understood: %s', (_, country, input, e164) => {
    expect(parsePhoneNumberIn(country, input)).toBe(parsePhoneNumber(e164));
  });

  it.each([
    ['00 that may be a carrier’s 005', 'CO', '0057 300 123 4567', /write \+/],
    ['another country’s prefix', 'FR', '011 86 138 0013 8000', /too many/],
    ['a trunk prefix abroad', 'US', '011 44 020 7946 0958', /national prefix/],
    ['a trunk prefix behind 00', 'CN', '0086 0138 0013 8000', /national prefix/],
    ['too few digits', 'CN', '13800', /too few/],
    ['too few digits behind 00', 'CN', '0086 138', /too few/],
    ['too many digits', 'US', '13800138000138', /too many/],
    ['a calling code that does not exist', 'CN', '00999123456', /does not exist/],
    ['letters', 'US', '1800FLOWERS', /letters/],
    ['zeros', 'CN', '0000000000000', /./],
  ])('is refused, and the error does not speak of the option: %s', (_, country, input, says) => {
    const parse = () => parsePhoneNumberIn(country, input);
    expect(parse).toThrow(expect.objectContaining({ code: 'invalid_phone_number', outcome: 'not-sent' }));
    expect(parse).toThrow(says);
    expect(parse).not.toThrow(/defaultCountry/);
  });

  it('is refused without one, and the error names the option', () => {
    for (const input of ['13800138000', '008613800138000']) {
      expect(() => parsePhoneNumber(input)).toThrow(/, or set defaultCountry of createSmsClient\(\)\.$/);
    }
  });

  it('means another phone in each country, however often it is asked for', () => {
    const input = '0151 2345 6789';
    for (let round = 0; round < 2; round += 1) {
      expect(parsePhoneNumberIn('DE', input).e164).toBe('+4915123456789');
      expect(() => parsePhoneNumberIn('US', input)).toThrow();
      expect(() => parsePhoneNumber(input)).toThrow();
    }
  });

  it('is every country’s mobile number, written as people there write it', () => {
    for (const country of getCountries()) {
      const number = getExampleNumber(country, examples);
      if (number === undefined) continue;
      expect(parsePhoneNumberIn(country, number.formatNational()).e164, country).toBe(number.number);
    }
  });

  it('is nothing that has a plus: that means the same everywhere', () => {
    for (const country of getCountries()) {
      for (const e164 of ['+8613800138000', '+12025550123', '+4915123456789', '+390612345678', '+6591234567']) {
        expect(parsePhoneNumberIn(country, e164)).toBe(parsePhoneNumber(e164));
      }
      expect(() => parsePhoneNumberIn(country, '+138')).toThrow();
      expect(() => parsePhoneNumberIn(country, '+86 0138 0013 8000')).toThrow(/national prefix/);
    }
  });
});
