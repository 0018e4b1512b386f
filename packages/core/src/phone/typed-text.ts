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
