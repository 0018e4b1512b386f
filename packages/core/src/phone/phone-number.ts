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
