import { describe, expect, it } from 'vitest';
import { parsePhoneNumber } from '../phone/parse.js';
import { destinationsFrom, type Places } from './abuse-guard.js';

const numbers = {
  CN: parsePhoneNumber('+8613800138000'),
  HK: parsePhoneNumber('+85251234567'),
  US: parsePhoneNumber('+12025550123'),
  CA: parsePhoneNumber('+14165550123'),
  satellite: parsePhoneNumber('+881612345678'),
};

function allowed(routes: readonly Places[]): readonly string[] {
  const isDestination = destinationsFrom('routes', routes);
  return Object.entries(numbers).flatMap(([name, to]) => (isDestination(to) ? [name] : []));
}

describe('destinations', () => {
  it.each<[string, readonly Places[], readonly string[]]>([
    ['a country alone', [{ countries: ['CN'] }], ['CN']],
    ['one of the countries of a calling code', [{ countries: ['CA'] }], ['CA']],
    ['all countries of a calling code', [{ callingCodes: ['1'] }], ['US', 'CA']],
    ['a number of no country, by its calling code', [{ callingCodes: ['881'] }], ['satellite']],
    ['either list of one route', [{ countries: ['CN'], callingCodes: ['852'] }], ['CN', 'HK']],
    [
      'any of several routes',
      [{ countries: ['CN'] }, { countries: ['HK'] }, { callingCodes: ['881'] }],
      ['CN', 'HK', 'satellite'],
    ],
    ['everything, if one route takes everything', [{ countries: ['CN'] }, {}], Object.keys(numbers)],
    ['nothing without routes', [], []],
  ])('are %s', (_, routes, names) => {
    expect(allowed(routes)).toStrictEqual(names);
  });
});
