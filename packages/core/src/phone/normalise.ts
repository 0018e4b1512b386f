import { plainText, unwrapped } from './typed-text.js';

/** Why a text is not a phone number in E.164. */
export type PhoneNumberProblem =
  | 'not-a-string'
  | 'empty'
  | 'international-prefix'
  | 'no-calling-code'
  | 'trunk-prefix'
  | 'letters'
  | 'extension'
  | 'too-long'
  | 'too-short'
  | 'unknown-calling-code'
  | 'not-a-number';

/** What is written: a number in E.164, one as it is dialled within some country, or none. */
export type NormalisedNumber =
  | { readonly e164: string }
  | { readonly dialled: string }
  | { readonly problem: PhoneNumberProblem };

/** Room for separators and marks around 15 digits; a longer text is no phone number and is not looked at. */
const longestInput = 128;

/** The plus of every width, and the emoji. */
const pluses = /[\u207A\u208A\u2795\uFB29\uFE62\uFF0B]/gu;

/**
 * What people write between the digits: blanks, dashes, brackets, dots, slashes and tildes of every width, which is
 * what libphonenumber takes. No comma, no star and no letter: those mean something to a phone.
 */
const separators =
  /[\p{White_Space}\u2800\p{Dash}\u2043\u30FC\uFF70\p{Ps}\p{Pe}.\u2024\u3002\uFE52\uFF0E\uFF61\u00B7\u2022\u2027\u2219\u22C5\u30FB\uFF65/\u2044\u2215\uFF0F~\u223C\uFF5E]/gu;

/**
 * Whether what follows a slash is an ending of its own or a second number (`+49 30 1234567 / 68`), and not the rest of
 * the number behind an area code (`+49 171/1234567`). Put together, the two would be the phone of a stranger.
 */
function hasSecondEnding(text: string): boolean {
  const [first = '', second, third] = text.split(/[/\u2044\u2215\uFF0F]/u).map((part) => part.replaceAll(/\D/gu, ''));
  // A second plus makes it two numbers, which is told as such.
  if (second === undefined || text.lastIndexOf('+') > 0) return false;
  const isAreaCode = first.length < 7 || (first.length === 7 && second.length < 6);
  return third !== undefined || second.length < 4 || !isAreaCode;
}

/**
 * Brings what people paste to `+` and ASCII digits: digits of every script, a full-width plus, spaces, dashes, dots,
 * slashes, brackets, and the invisible marks that phones add when a contact is copied.
 * Nothing is guessed: in a number without a plus every digit stays.
 */
export function normalisePhoneNumber(input: unknown): NormalisedNumber {
  if (typeof input !== 'string') return { problem: 'not-a-string' };
  if (input.length > longestInput) return { problem: 'too-long' };
  if (/^\+[1-9]\d{1,14}$/.test(input)) return { e164: input };
  const plain = plainText(input);
  if (/\p{Ps}\s*0\s*\p{Pe}/u.test(plain)) return { problem: 'trunk-prefix' };
  const text = unwrapped(plain).replaceAll(pluses, '+');
  if (text === '') return { problem: 'empty' };
  if (/(?:ext\.?|[x#;~\u223C\uFF5E])\s*\d+$/iu.test(text) || hasSecondEnding(text)) return { problem: 'extension' };
  const compact = text.replaceAll(separators, '');
  if (/\p{L}/u.test(compact)) return { problem: 'letters' };
  if (/^\d+$/u.test(compact)) return { dialled: compact };
  if (!/^\+\d+$/u.test(compact)) return { problem: 'not-a-number' };
  if (compact.length > 16) return { problem: 'too-long' };
  if (compact.startsWith('+0')) return { problem: 'unknown-calling-code' };
  return { e164: compact };
}
