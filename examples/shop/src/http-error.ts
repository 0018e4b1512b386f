import type { SmsError, SmsErrorCode } from '@polysms/core';

/** What a client of the shop is told. */
export interface HttpError {
  readonly status: 409 | 422 | 429 | 500 | 502 | 503 | 504;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error: string; readonly sent: 'no' | 'unknown' };
}

const statusOf: Partial<Record<SmsErrorCode, HttpError['status']>> = {
  // The phone of the order, or the message for it: somebody has to look at the order.
  invalid_phone_number: 422,
  invalid_request: 422,
  recipient_blocked: 422,
  content_rejected: 422,
  unsupported_destination: 422,
  destination_not_allowed: 422,
  // Later.
  recipient_rate_limited: 429,
  send_limit_exceeded: 429,
  resend_too_soon: 429,
  // The first request with this key has not ended: ask again later.
  in_progress: 409,
  rate_limited: 503,
  circuit_open: 503,
  aborted: 503,
  client_closed: 503,
  provider_unavailable: 502,
  network_error: 502,
  invalid_response: 502,
  unrecognized_provider_code: 502,
  all_providers_failed: 502,
  timeout: 504,
  deadline_exceeded: 504,
};

/**
 * The shop's answer for a message that was not sent, or may not have been. The code says why in words that do not
 * depend on the provider. Codes that are not in the table are about the shop's own account: nothing a client can mend.
 */
export function httpErrorOf(error: SmsError): HttpError {
  const status = statusOf[error.code] ?? 500;
  const { retryAfterMs } = error;
  return {
    status,
    headers: retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
    body: {
      error: status === 500 ? 'internal_error' : error.code,
      sent: error.outcome === 'unknown' ? 'unknown' : 'no',
    },
  };
}
