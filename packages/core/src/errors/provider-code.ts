import { redactDigits } from './redact-digits.js';

/** A vendor's code as it may be shown. Providers in JavaScript may give a number, null, or a phone number. */
export function safeProviderCode(code: unknown): string | undefined {
  return code === undefined || code === null ? undefined : redactDigits(String(code));
}
