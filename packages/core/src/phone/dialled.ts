import parseWithMetadata, { type CountryCode, getCountryCallingCode, Metadata } from 'libphonenumber-js/min';

/**
 * E.164 of a number as people in a country dial it: a national number, with or without its trunk prefix, or one
 * behind the country's international prefix (`011` in the US) or behind `00`, which people write everywhere. Whether
 * it is a number at all is for the parser of E.164 to say.
 *
 * @param country ISO 3166-1 alpha-2, one with phone numbers
 * @param digits without a plus
 * @returns undefined if they mean two numbers: `0057…` is Colombia behind `00`, and Russia behind Colombia's own `005`
 */
export function dialledFrom(country: string, digits: string): string | undefined {
  const defaultCountry = country as CountryCode;
  const abroad = behindPrefix(defaultCountry, digits);
  const [first, second] = likeliest(abroad);
  if (first !== undefined) return second === undefined ? first : undefined;
  // No number that the library would make of it, for instance by leaving a trunk prefix out: abroad that is a guess.
  if (abroad[0] !== undefined) return abroad[0];
  const national = parseWithMetadata(digits, { defaultCountry, extract: false });
  return national?.number ?? `+${getCountryCallingCode(defaultCountry)}${digits}`;
}

/** Every number that the digits could mean behind an international prefix. Some countries have one for each carrier. */
function behindPrefix(country: CountryCode, digits: string): readonly string[] {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country);
  const prefix = new RegExp(`^(?:00|${metadata.numberingPlan?.IDDPrefix() ?? '00'})$`, 'u');
  const lengths = Array.from({ length: digits.length }, (_, length) => length);
  return lengths.filter((length) => prefix.test(digits.slice(0, length))).map((length) => `+${digits.slice(length)}`);
}

/** Those that exist by the number plans, or else those that are as long as a number may be. */
function likeliest(numbers: readonly string[]): readonly string[] {
  const possible = numbers.flatMap((e164) => {
    const parsed = parseWithMetadata(e164);
    return parsed?.number === e164 && parsed.isPossible() ? [parsed] : [];
  });
  const valid = possible.filter((parsed) => parsed.isValid());
  return (valid.length > 0 ? valid : possible).map(({ number }) => number);
}
