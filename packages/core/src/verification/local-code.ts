import { randomInt } from 'node:crypto';

/** A code of so many digits, all equally likely, leading zeros included. */
export function makeCode(length: number): string {
  return String(randomInt(10 ** length)).padStart(length, '0');
}
