import { type PhoneNumber, safeParsePhoneNumber } from '@polysms/core/provider-kit';

/** Mainland numbers without their calling code, all others with it, and never a plus sign. */
export function numberFor({ callingCode, nationalNumber, e164 }: PhoneNumber): string {
  return callingCode === '86' ? nationalNumber : e164.slice(1);
}

const mainland = /^1[3-9]\d{9}$/;
const northAmerican = /^1[2-9]\d{2}[2-9]\d{6}$/;

/**
 * The phone of a report, in E.164. Eleven digits may be a phone in China or, with its calling code, one in North America:
 * then nothing is said, rather than something wrong.
 */
export function pushedPhone(written: unknown): string | undefined {
  const digits = /^(?:\+|00)?(\d{6,15})$/.exec(String(written))?.[1] ?? '';
  if (mainland.test(digits)) return northAmerican.test(digits) ? undefined : `+86${digits}`;
  const parsed = safeParsePhoneNumber(`+${digits}`);
  return parsed.valid ? parsed.phone.e164 : undefined;
}
