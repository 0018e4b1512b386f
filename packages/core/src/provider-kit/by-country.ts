import * as v from 'valibot';
import type { PhoneNumber } from '../phone/phone-number.js';
import { isObject, pathTo } from './schema-parts.js';

/**
 * One value for all phones, or values by country: `{ US: '+15005550006', '+852': 'Shop', default: 'Shop' }`. A country is
 * its two letters of ISO 3166-1, or its calling code with a plus sign. The letters count before the calling code, and
 * `default` counts last.
 */
export type ByCountry<Value extends string> = Value | Readonly<Record<string, Value>>;

const names = 'must be a country in two capital letters (US), a calling code (+1), or default';

/**
 * The schema of an option that may differ by country: senders, signatures, templates.
 *
 * @param value of one of them
 * @param expected what one is, such as `must be a phone number or a name`
 */
export function byCountry<Value extends string>(
  value: v.GenericSchema<Value>,
  expected: string,
): v.GenericSchema<ByCountry<Value>> {
  const many = v.pipe(
    v.custom<Record<string, unknown>>(isObject, `${expected}, or an object of such by country`),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const given = Object.keys(dataset.value);
      if (given.length === 0) addIssue({ message: 'names no country; add one, or default' });
      for (const name of given) {
        if (!isCountry(name)) addIssue({ message: names, path: pathTo(dataset.value, name) });
      }
    }),
    v.record(v.string(), value),
  );
  return v.lazy<v.GenericSchema<ByCountry<Value>>>((input) => (isObject(input) ? many : value) as never);
}

/** What counts for a phone; undefined if nothing does. */
export function forCountry<Value extends string>(
  choice: ByCountry<Value> | undefined,
  { country, callingCode }: Pick<PhoneNumber, 'country' | 'callingCode'>,
): Value | undefined {
  if (typeof choice !== 'object') return choice;
  for (const name of [country, `+${callingCode}`, 'default']) {
    if (name !== undefined && Object.hasOwn(choice, name)) return choice[name];
  }
  return undefined;
}

function isCountry(name: string): boolean {
  return name === 'default' || /^[A-Z]{2}$/.test(name) || /^\+[1-9]\d{0,3}$/.test(name);
}
