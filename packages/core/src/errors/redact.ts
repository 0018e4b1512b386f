import { escaped } from './shown-name.js';

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

/** No vendor's code is longer. A longer text may be a whole answer. */
const longestCode = 128;

/** A vendor's code as it may be shown. Providers in JavaScript may give a number, null, or a phone number. */
export function safeProviderCode(code: unknown): string | undefined {
  return code === undefined || code === null ? undefined : redactDigits(escaped(String(code).slice(0, longestCode)));
}
