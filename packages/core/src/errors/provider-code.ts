import { redactDigits } from './redact-digits.js';
import { escaped } from './shown-name.js';

/** No vendor's code is longer. A longer text may be a whole answer. */
const longestCode = 128;

/** A vendor's code as it may be shown. Providers in JavaScript may give a number, null, or a phone number. */
export function safeProviderCode(code: unknown): string | undefined {
  return code === undefined || code === null ? undefined : redactDigits(escaped(String(code).slice(0, longestCode)));
}
