/** A parsed phone number. A plain value: it survives structured cloning and JSON. Mask it before you show it. */
export interface PhoneNumber {
  /** E.164: a plus sign and at most 15 digits, `+8613800138000`. */
  readonly e164: string;
  /** The country calling code without the plus sign, `86`. Hong Kong is `852`, Macao `853`, Taiwan `886`. */
  readonly callingCode: string;
  /** The national significant number: no calling code, no trunk prefix, `13800138000`. */
  readonly nationalNumber: string;
  /** ISO 3166-1 alpha-2, `CN`; undefined for a number of no single country (satellite, international freephone). */
  readonly country: string | undefined;
}

/**
 * A phone number that is safe to show: the calling code, stars, and the last digits,
 * at most four and at most two in five. `+86*******8000`.
 */
export function maskPhoneNumber(phone: { readonly callingCode: string; readonly nationalNumber: string }): string {
  const { callingCode, nationalNumber } = phone;
  const shown = Math.min(4, Math.floor(nationalNumber.length * 0.4));
  const hidden = nationalNumber.length - shown;
  return `+${callingCode}${'*'.repeat(hidden)}${nationalNumber.slice(hidden)}`;
}

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
