import * as v from 'valibot';
import { isCountry } from '../phone/parse.js';

const notEmpty = 'must not be empty; leave it out';
const countryRule = 'must be an ISO 3166-1 alpha-2 code in capitals, such as CN (the United Kingdom is GB)';
const callingCodeRule = 'must be a calling code in digits without a plus, a text such as "86"';

export const countrySchema = v.pipe(v.string(countryRule), v.check(isCountry, countryRule));

/** The options that name destinations, in a route and in the guard. */
export const placesEntries = {
  countries: v.optional(
    v.pipe(
      v.array(countrySchema, 'must be a list of ISO 3166-1 alpha-2 codes in capitals, such as ["CN"]'),
      v.nonEmpty(notEmpty),
    ),
  ),
  callingCodes: v.optional(
    v.pipe(
      v.array(
        v.pipe(v.string(callingCodeRule), v.regex(/^[1-9]\d{0,2}$/, callingCodeRule)),
        'must be a list of calling codes in digits without a plus, such as ["86"]',
      ),
      v.nonEmpty(notEmpty),
    ),
  ),
};
