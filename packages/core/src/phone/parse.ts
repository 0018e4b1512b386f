import parseWithMetadata, {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  Metadata,
  type PhoneNumber as ParsedNumber,
  validatePhoneNumberLength,
} from 'libphonenumber-js/min';
import { LRUCache } from 'lru-cache';
import { SmsError } from '../errors/sms-error.js';
import { normalisePhoneNumber, type PhoneNumberProblem } from './normalise.js';
import type { PhoneNumber } from './phone-number.js';

/** Whether a code is an ISO 3166-1 alpha-2 country with phone numbers: `CN`, `GB`; not `UK`. */
export function isCountry(code: string): boolean {
  // An object of countries would find a `constructor` in itself.
  return /^[A-Z]{2}$/.test(code) && isSupportedCountry(code);
}

/** What {@link safeParsePhoneNumber} answers. */
export type PhoneNumberResult =
  | { readonly valid: true; readonly phone: PhoneNumber }
  | { readonly valid: false; readonly problem: PhoneNumberProblem; readonly message: string };

/** Numbers kept parsed; at most about 1.5 MB. Only good numbers are kept, so junk cannot push them out. */
const cachedNumbers = 5000;

/** Parsing is the dearest local step of a send, and resends repeat numbers. */
const cache = new LRUCache<string, PhoneNumberResult & { valid: true }>({ max: cachedNumbers });

/**
 * Parses a phone number in E.164, `+8613800138000`. Separators, the digits of every script and invisible marks
 * are normalised; a national number is refused, since its country would be a guess. A client with `defaultCountry`
 * takes national numbers as well.
 *
 * Checks the calling code and the length, not whether an operator has issued the number: number plans grow
 * faster than any library's copy of them, and the provider knows.
 *
 * @throws SmsError `invalid_phone_number`; its message says what is wrong and never repeats the input.
 */
export function parsePhoneNumber(input: string): PhoneNumber {
  return parsePhoneNumberIn(undefined, input);
}

/**
 * {@link parsePhoneNumber} for people of one country: also takes a number as it is dialled there. A number with a plus
 * means the same everywhere.
 *
 * @param defaultCountry ISO 3166-1 alpha-2; undefined: E.164 only
 */
export function parsePhoneNumberIn(defaultCountry: string | undefined, input: string): PhoneNumber {
  const result = safeParse(input, defaultCountry);
  if (result.valid) return result.phone;
  throw new SmsError({ code: 'invalid_phone_number', outcome: 'not-sent', message: result.message });
}

/** {@link parsePhoneNumber} as a value: for forms, and for code that does not throw. */
export function safeParsePhoneNumber(input: unknown): PhoneNumberResult {
  return safeParse(input, undefined);
}

function safeParse(input: unknown, defaultCountry: string | undefined): PhoneNumberResult {
  if (typeof input === 'string') {
    const known = cache.get(input);
    if (known !== undefined) return known;
  }
  const normal = normalisePhoneNumber(input);
  if ('problem' in normal) return invalid(normal.problem);
  if ('e164' in normal) return parseE164(normal.e164, input as string);
  const { dialled } = normal;
  if (defaultCountry === undefined) {
    return invalid(dialled.startsWith('00') ? 'international-prefix' : 'no-calling-code', orDefaultCountry);
  }
  const e164 = dialledFrom(defaultCountry, dialled);
  // Kept by its E.164 alone: what is dialled means another phone elsewhere.
  return e164 === undefined ? invalid('international-prefix') : (cache.get(e164) ?? parseE164(e164, e164));
}

/** It is a number and nothing else: none is to be looked for in it. */
const wholeText = { extract: false };

function parseE164(e164: string, cacheKey: string): PhoneNumberResult {
  const parsed = parseWithMetadata(e164, wholeText);
  // "+44 (0)20 …", "+86 0138 …": what a national prefix means abroad is a guess, and a wrong one is somebody's phone.
  if (parsed !== undefined && parsed.number !== e164) return invalid('trunk-prefix');
  if (parsed === undefined || !isPossible(parsed)) return invalid(problemOfLength(e164), remedyFor(e164));
  const phone: PhoneNumber = Object.freeze({
    e164: parsed.number,
    callingCode: parsed.countryCallingCode,
    nationalNumber: parsed.nationalNumber,
    country: parsed.country,
  });
  const result = Object.freeze({ valid: true, phone });
  cache.set(cacheKey, result);
  return result;
}

/** By its length; machines have numbers that are longer than any person's. */
function isPossible(parsed: ParsedNumber): boolean {
  const { country = '', nationalNumber } = parsed;
  return parsed.isPossible() || machineNumbers.get(country)?.test(nationalNumber) === true;
}

/**
 * Numbers of SIM cards in machines (M2M), which receive messages like any other. libphonenumber leaves them out, and
 * calls them too long. Sources: the regulators' numbering plans (MIIT 2017, ARCEP, SETSI, BIPT, Nkom, PTS, the Danish
 * and the Indian plan); national numbers, by country.
 */
const machineNumbers: ReadonlyMap<string, RegExp> = new Map([
  ['BE', /^77\d{11}$/],
  ['CN', /^1(?:064[6-9]\d{8}|4[0-4]\d{10})$/],
  ['DK', /^37\d{10}$/],
  ['ES', /^59\d{11}$/],
  ['FR', /^700\d{10}$/],
  ['IN', /^5[579]\d{11}$/],
  ['NO', /^58\d{10}$/],
  ['SE', /^71\d{11}$/],
]);

/**
 * E.164 of a number as people in a country dial it: a national number, with or without its trunk prefix, or one
 * behind the country's international prefix (`011` in the US) or behind `00`, which people write everywhere. Whether
 * it is a number at all is for the parser of E.164 to say.
 *
 * @param country ISO 3166-1 alpha-2, one with phone numbers
 * @param digits without a plus
 * @returns undefined if they mean two numbers: `0057…` is Colombia behind `00`, and Russia behind Colombia's own `005`
 */
function dialledFrom(country: string, digits: string): string | undefined {
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

function problemOfLength(e164: string): PhoneNumberProblem {
  switch (validatePhoneNumberLength(e164)) {
    case 'TOO_LONG':
      return 'too-long';
    case 'TOO_SHORT':
      return 'too-short';
    case 'INVALID_COUNTRY':
      return 'unknown-calling-code';
    default:
      return 'not-a-number';
  }
}

/** Address books still have it: until 2019 a mobile phone of Mexico was called from abroad with 1 in front. */
function remedyFor(e164: string): string {
  return /^\+521\d{10}$/.test(e164) ? '; leave out the 1 after +52' : '';
}

function invalid(problem: PhoneNumberProblem, remedy = ''): PhoneNumberResult {
  return { valid: false, problem, message: `The phone number ${explanations[problem]}${remedy}.` };
}

/** For those whose users type numbers as they dial them. */
const orDefaultCountry = ', or set defaultCountry of createSmsClient()';

const example = 'E.164: a plus sign, the country calling code and the number';

const explanations: Readonly<Record<PhoneNumberProblem, string>> = {
  'not-a-string': `is not a string; pass ${example}`,
  empty: `is empty; pass ${example}`,
  'international-prefix':
    'starts with an international prefix such as 00; write + and the country calling code instead',
  'no-calling-code': `has no country calling code; pass ${example}`,
  'trunk-prefix': 'contains a national prefix such as (0) or 0 after the calling code; leave it out',
  letters: `contains letters; pass ${example}`,
  extension: 'has an extension, which cannot receive a message; leave it out',
  'too-long': 'has too many digits for its country',
  'too-short': 'has too few digits for its country',
  'unknown-calling-code': 'starts with a country calling code that does not exist',
  'not-a-number': `is not a phone number; pass ${example}`,
};
