/** Every code an {@link SmsError} can carry. `docs/errors.md` says what each means and what to do about it. */
export const smsErrorCodes = [
  // What a provider says about the message or its recipient.
  'invalid_phone_number',
  'invalid_request',
  'recipient_blocked',
  'content_rejected',
  'unsupported_destination',
  'template_rejected',
  'sender_rejected',
  'recipient_rate_limited',
  // What a provider says about the account.
  'rate_limited',
  'authentication_failed',
  'permission_denied',
  'ip_not_allowed',
  'insufficient_balance',
  // What is wrong with the provider, or with the way to it.
  'provider_unavailable',
  'network_error',
  'timeout',
  'invalid_response',
  'circuit_open',
  'unrecognized_provider_code',
  // What Polysms itself says.
  'no_route',
  'unsupported_message',
  'send_limit_exceeded',
  'destination_not_allowed',
  'resend_too_soon',
  'verification_locked',
  'in_progress',
  'screening_denied',
  'store_unavailable',
  'aborted',
  'client_closed',
  'deadline_exceeded',
  'configuration_invalid',
  'all_providers_failed',
] as const;

/** A stable, provider-independent reason for a failure. */
export type SmsErrorCode = (typeof smsErrorCodes)[number];
