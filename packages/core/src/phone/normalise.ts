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

/** Room for separators around 15 digits; a longer text is no phone number and is not looked at. */
const longestInput = 64;

const invisible = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;
const separators = /[\s\u00B7.()\-\u2010-\u2015\u2212\uFF08\uFF09\uFF0D\uFF0E]/gu;
const pluses = /^[\uFF0B\uFE62]/u;
const digits = /[\uFF10-\uFF19\u0660-\u0669\u06F0-\u06F9]/gu;

/**
 * Brings what people paste to `+` and ASCII digits: full-width and Arabic digits, a full-width plus,
 * spaces, dashes, dots, brackets and the invisible marks that phones add when a contact is copied.
 * Nothing is guessed: a number without a calling code stays an error.
 */
export function normalisePhoneNumber(
  input: unknown,
): { readonly e164: string } | { readonly problem: PhoneNumberProblem } {
  if (typeof input !== 'string') return { problem: 'not-a-string' };
  if (input.length > longestInput) return { problem: 'too-long' };
  const text = input
    .replaceAll(invisible, '')
    .trim()
    .replace(pluses, '+')
    .replaceAll(digits, (digit) => String(digitValue(digit)));
  if (text === '') return { problem: 'empty' };
  if (/[(\uFF08]\s*0\s*[)\uFF09]/u.test(text)) return { problem: 'trunk-prefix' };
  if (/(?:ext\.?|x|#|;)\s*\d+$/iu.test(text)) return { problem: 'extension' };
  if (/\p{L}/u.test(text)) return { problem: 'letters' };
  const compact = text.replaceAll(separators, '');
  if (/^00\d/u.test(compact)) return { problem: 'international-prefix' };
  if (/^\d+$/u.test(compact)) return { problem: 'no-calling-code' };
  if (!/^\+\d+$/u.test(compact)) return { problem: 'not-a-number' };
  if (compact.length > 16) return { problem: 'too-long' };
  if (compact.startsWith('+0')) return { problem: 'unknown-calling-code' };
  return { e164: compact };
}

function digitValue(digit: string): number {
  const code = digit.charCodeAt(0);
  if (code >= 0xff10) return code - 0xff10;
  return code >= 0x06f0 ? code - 0x06f0 : code - 0x0660;
}
