/**
 * Shortens every run of seven or more digits to its last two; single separators do not end a run.
 * A backstop: messages are written without phone numbers, but a vendor or the author of a provider may slip.
 */
export function redactDigits(text: string): string {
  return text.replaceAll(/\+?\p{Nd}(?:[\s().-]{0,2}\p{Nd}){6,}/gu, (digits) => `***${digits.slice(-2)}`);
}
