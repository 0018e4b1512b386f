import type { PhoneNumber } from '../phone/phone-number.js';

/** Some countries and calling codes. */
export interface Places {
  readonly countries?: readonly string[] | undefined;
  readonly callingCodes?: readonly string[] | undefined;
}

/** Where may be written to. */
export interface Destinations {
  allows(to: PhoneNumber): boolean;
}

/** Every destination. */
export const anywhere: Destinations = { allows: () => true };

/** What fits any of the routes. One without countries and calling codes takes everything. */
export function destinationsOf(routes: readonly Places[]): Destinations {
  const takesAll = ({ countries, callingCodes }: Places) => countries === undefined && callingCodes === undefined;
  if (routes.some(takesAll)) return anywhere;
  const countries = new Set(routes.flatMap((route) => route.countries ?? []));
  const callingCodes = new Set(routes.flatMap((route) => route.callingCodes ?? []));
  return {
    allows: ({ country, callingCode }) =>
      (country !== undefined && countries.has(country)) || callingCodes.has(callingCode),
  };
}
