import type { PhoneNumber } from './phone-number.js';

/** Argentina: `9` in front says that a mobile phone is called from abroad. The ten digits behind it are no other phone's. */
const argentineMobile = /^9(?<phone>[1-3]\d{9})$/;

/**
 * Brazil: from 2012 to 2016 the mobile numbers of eight digits, 6 to 9 first, got a `9` in front, and were given to
 * nobody else. Those with 7 first are left alone: a trunked radio network kept some of them.
 */
const brazilianMobileBefore = /^(?<area>[1-9][1-9])(?<phone>[689]\d{7})$/;

/**
 * The one way to write a phone that can be written in two: what limits are counted by, and whose codes are found.
 * A message goes to the number as it was given. Only spellings that can be nobody else's phone are brought together:
 * two phones that shared a key could confirm each other's codes.
 */
export function canonicalPhone(phone: PhoneNumber): PhoneNumber {
  switch (phone.callingCode) {
    case '54':
      return withNational(phone, phone.nationalNumber.replace(argentineMobile, '$<phone>'));
    case '55':
      return withNational(phone, phone.nationalNumber.replace(brazilianMobileBefore, '$<area>9$<phone>'));
    default:
      return phone;
  }
}

function withNational(phone: PhoneNumber, nationalNumber: string): PhoneNumber {
  if (nationalNumber === phone.nationalNumber) return phone;
  return { ...phone, nationalNumber, e164: `+${phone.callingCode}${nationalNumber}` };
}
