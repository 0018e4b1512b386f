import { isSupportedCountry } from 'libphonenumber-js/min';

/** Whether a code is an ISO 3166-1 alpha-2 country with phone numbers: `CN`, `GB`; not `UK`. */
export function isCountry(code: string): boolean {
  // An object of countries would find a `constructor` in itself.
  return /^[A-Z]{2}$/.test(code) && isSupportedCountry(code);
}
