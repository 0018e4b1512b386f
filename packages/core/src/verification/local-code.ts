import { randomInt } from 'node:crypto';

/** A code of so many digits, all equally likely, leading zeros included. */
export function makeCode(length: number): string {
  return String(randomInt(10 ** length)).padStart(length, '0');
}

/** Longer input is nobody's code. */
const longestCode = 32;

/**
 * A code as it was meant: people paste spaces and hyphens, and keyboards have other digits than ASCII's.
 * Undefined for what cannot be a code at all.
 */
export function normaliseCode(typed: string): string | undefined {
  if (/^[0-9]{4,10}$/.test(typed)) return typed;
  // Nothing that long is looked at.
  if (typed.length > 2 * longestCode) return undefined;
  const code = typed
    .normalize('NFKC')
    .replaceAll(/[\p{White_Space}\p{Cf}\p{Pd}]/gu, '')
    .replaceAll(/\p{Nd}/gu, asciiDigit);
  return code === '' || code.length > longestCode ? undefined : code;
}

/** Unicode's decimal digits come in tens, each from its zero on; some tens follow one another without a gap. */
function asciiDigit(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let first = point;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return String((point - first) % 10);
}
