/** What nobody sees: marks of direction and of joining, fillers, and the frame of a keycap emoji. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}]|\u20E3/gu;

const decimalDigit = /\p{Decimal_Number}/gu;

/** Blanks, what ends a sentence, what quotes a word, and brackets, at either end. */
const around = '[\\p{White_Space}\\u2800\\p{Terminal_Punctuation}\\p{Quotation_Mark}\\p{Ps}\\p{Pe}`´]+';
const wrapping = new RegExp(`^${around}|${around}$`, 'gu');

/**
 * What a person typed or pasted where digits are wanted, with what Unicode says of its characters: nothing that cannot
 * be seen, and the digits of every script as ASCII's. The one place for phone numbers and for codes.
 */
export function plainText(typed: string): string {
  return typed.replaceAll(invisible, '').replaceAll(decimalDigit, asciiDigit);
}

/** Without the quotes and brackets around it and the full stop behind it. */
export function unwrapped(text: string): string {
  return text.replaceAll(wrapping, '');
}

/** Unicode's decimal digits come in tens, each from its zero on; some tens follow one another without a gap. */
function asciiDigit(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  if (point < 0x80) return digit;
  let first = point;
  while (/\p{Decimal_Number}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return String((point - first) % 10);
}

/** Longer input is nobody's code. */
const longestCode = 32;

/** What people put between digits, to read them more easily. */
const gaps = /[\p{White_Space}\u2800\p{Dash}]/gu;

/** `Code: 123456`. What is dropped holds no digit, so that no wrong code becomes a right one. */
const labelled = /^[\p{L}\p{M}]+:[^\p{L}\p{N}]*(?<code>[0-9]{4,10})$/u;

/**
 * A code as it was meant: people paste spaces, hyphens, quotes and the full stop behind it, and keyboards have other
 * digits than ASCII's. Letters stay as they are, and so does what stands between two characters of a code.
 *
 * For codes that a person typed and a provider hands to its vendor by a way of its own: `verifications.check()` has
 * done it before a provider is asked.
 *
 * @returns undefined for what cannot be a code at all: nothing, more than 32 characters, no letter and no digit
 */
export function normaliseCode(typed: unknown): string | undefined {
  if (typeof typed !== 'string') return undefined;
  if (/^[0-9]{4,10}$/.test(typed)) return typed;
  // Nothing that long is looked at.
  if (typed.length > 2 * longestCode) return undefined;
  const compact = plainText(typed.normalize('NFKC')).normalize('NFKC').replaceAll(gaps, '');
  const bare = unwrapped(compact);
  const code = labelled.exec(bare)?.groups?.['code'] ?? (/^[\p{L}\p{M}\p{N}]+$/u.test(bare) ? bare : compact);
  // What has no letter and no digit was never a code, and must not cost a check.
  return /[\p{L}\p{N}]/u.test(code) && code.length <= longestCode ? code : undefined;
}
