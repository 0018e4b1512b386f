import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parsePhoneNumber } from '../phone/parse.js';
import { byCountry, forCountry } from './by-country.js';
import { parseOptions } from './options.js';

const german = parsePhoneNumber('+4915112345678');
const american = parsePhoneNumber('+12015550123');
const satellite = parsePhoneNumber('+8811234567890');

describe('forCountry()', () => {
  it('takes the letters of the country, then the calling code, then the default', () => {
    const choice = { DE: 'letters', '+49': 'code', '+1': 'america', default: 'rest' };
    expect([german, american, satellite].map((phone) => forCountry(choice, phone))).toEqual([
      'letters',
      'america',
      'rest',
    ]);
    expect(forCountry({ '+881': 'sky' }, satellite)).toBe('sky');
  });

  it('takes the only one for every phone, and none where none counts', () => {
    expect(forCountry('one', german)).toBe('one');
    expect(forCountry({ DE: 'one' }, american)).toBeUndefined();
    expect(forCountry(undefined, american)).toBeUndefined();
  });

  it('finds nothing in the prototype', () => {
    expect(forCountry({}, { country: 'constructor', callingCode: '1' })).toBeUndefined();
  });
});

describe('byCountry()', () => {
  const schema = v.strictObject({
    from: byCountry(v.pipe(v.string('must be a name'), v.nonEmpty('must be a name')), 'must be a name'),
  });
  const problem = (from: unknown) => {
    try {
      parseOptions('acme()', schema, { from });
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it.each(['Shop', { US: 'Shop' }, { '+1': 'Shop', default: 'Other' }])('takes %j', (from) => {
    expect(problem(from)).toBeUndefined();
  });

  it.each([
    ['', 'from: must be a name'],
    [7, 'from: must be a name'],
    [{}, 'from: names no country; add one, or default'],
    [{ us: 'Shop' }, 'from.us: must be a country in two capital letters (US), a calling code (+1), or default'],
    [{ US: '' }, 'from.US: must be a name'],
    [['Shop'], 'from: must be a name'],
  ])('refuses %j, and says where', (from, said) => {
    expect(problem(from)).toBe(`acme(): ${said}`);
  });
});
