import { type Refused, refused, type SmsErrorCode, type Unknown, unknown } from '@polysms/core/provider-kit';

export const minuteMs = 60_000;

/** Makes the refusals of one status: Mob said no, nothing was sent and nothing was judged. */
export function refusedWith(status: number) {
  const providerCode = String(status);
  return (code: SmsErrorCode, message: string, retryAfterMs?: number): Refused =>
    refused(code, message, retryAfterMs === undefined ? { providerCode } : { providerCode, retryAfterMs });
}

/** Mob failed inside: what it did before that is not known. */
export function failed(status: number, message: string): Unknown {
  return unknown('provider_unavailable', message, { providerCode: String(status) });
}

/** Nobody has said what the status means, so it proves nothing. Never success. */
export function unrecognized(status: number): Unknown {
  const message = `Mob answered with the status ${status}, which is in none of its tables.`;
  return unknown('unrecognized_provider_code', message, { providerCode: String(status) });
}
