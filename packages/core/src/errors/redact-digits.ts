/**
 * Shortens every run of seven or more digits to its last two.
 * A backstop: messages are written without phone numbers, but a vendor or the author of a provider may slip.
 */
export function redactDigits(text: string): string {
  return text.replaceAll(/\+?\p{Nd}{7,}/gu, (digits) => `***${digits.slice(-2)}`);
}
