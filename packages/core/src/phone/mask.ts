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
