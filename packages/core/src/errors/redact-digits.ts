const digit = String.raw`(?:\p{Nd}|%3\d)`;
/** Spaces, dots, slashes, every kind of dash, what is invisible, and percent-encoded signs. */
const separators = String.raw`(?:[\s().\-/_\p{Pd}\p{Cf}]|%2[0-9a-f]){0,3}`;
const longNumber = new RegExp(String.raw`\+?${digit}(?:${separators}${digit}){6,}`, 'giu');

/**
 * Shortens every run of seven or more digits to its last two; a few separators do not end a run.
 * A backstop: messages are written without phone numbers, but a vendor or the author of a provider may slip.
 */
export function redactDigits(text: string): string {
  return text.replaceAll(longNumber, (digits) => `***${digits.slice(-2)}`);
}
