import { isSupportedCountry } from 'libphonenumber-js/min';

/** Whether a code is an ISO 3166-1 alpha-2 country with phone numbers: `CN`, `GB`; not `UK`. */
export function isCountry(code: string): boolean {
  return isSupportedCountry(code);
}
