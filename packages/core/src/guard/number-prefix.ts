import type { PhoneNumber } from '../phone/phone-number.js';

/**
 * The block of numbers that a number belongs to, with a star for each digit left out: `+861380013****`.
 * The calling code always stays, so that numbers of two countries never share a block.
 */
export function numberPrefix({ callingCode, nationalNumber }: PhoneNumber, omittedDigits: number): string {
  const kept = Math.max(0, nationalNumber.length - omittedDigits);
  return `+${callingCode}${nationalNumber.slice(0, kept)}${'*'.repeat(nationalNumber.length - kept)}`;
}
