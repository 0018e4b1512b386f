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

/** What Polysms does about an error code. */
export interface ErrorPolicy {
  /**
   * Whether another provider may be tried:
   * `always` when it could succeed where this one failed,
   * `never` when it would fail as well or must not be tried (the recipient may have opted out),
   * `by-outcome` when only the outcome can tell: after `refused` and `not-sent` yes,
   * after `unknown` only if a duplicate is harmless.
   *
   * An `unknown` outcome outranks `always`: no code makes a duplicate harmless.
   */
  readonly failOver: 'always' | 'never' | 'by-outcome';
  /** Whether it is the provider's (or the account's) own fault, so that its circuit breaker counts it. */
  readonly countsAgainstCircuit: boolean;
  /**
   * Whether a further attempt that fails so is charged to the retry budget: the provider is in trouble, or is asked too
   * often, and further attempts would make it worse.
   */
  readonly chargesRetryBudget: boolean;
}

const theMessage = { failOver: 'never', countsAgainstCircuit: false, chargesRetryBudget: false } as const;
const thisProviderCannot = { failOver: 'always', countsAgainstCircuit: false, chargesRetryBudget: false } as const;
const theAccount = { failOver: 'always', countsAgainstCircuit: true, chargesRetryBudget: true } as const;
const theTransport = { failOver: 'by-outcome', countsAgainstCircuit: true, chargesRetryBudget: true } as const;
const ourOwn = { failOver: 'never', countsAgainstCircuit: false, chargesRetryBudget: false } as const;

/** One row for every code; the compiler refuses a missing one. */
export const errorPolicies = {
  invalid_phone_number: theMessage,
  invalid_request: theMessage,
  recipient_blocked: theMessage,
  content_rejected: theMessage,

  unsupported_destination: thisProviderCannot,
  template_rejected: thisProviderCannot,
  sender_rejected: thisProviderCannot,
  recipient_rate_limited: thisProviderCannot,
  unsupported_message: thisProviderCannot,
  rate_limited: { failOver: 'always', countsAgainstCircuit: false, chargesRetryBudget: true },

  authentication_failed: theAccount,
  permission_denied: theAccount,
  ip_not_allowed: theAccount,
  insufficient_balance: theAccount,

  provider_unavailable: theTransport,
  network_error: theTransport,
  timeout: theTransport,
  invalid_response: theTransport,
  circuit_open: { failOver: 'always', countsAgainstCircuit: false, chargesRetryBudget: false },
  unrecognized_provider_code: { failOver: 'by-outcome', countsAgainstCircuit: false, chargesRetryBudget: false },

  no_route: ourOwn,
  send_limit_exceeded: ourOwn,
  destination_not_allowed: ourOwn,
  resend_too_soon: ourOwn,
  verification_locked: ourOwn,
  in_progress: ourOwn,
  screening_denied: ourOwn,
  store_unavailable: ourOwn,
  aborted: ourOwn,
  client_closed: ourOwn,
  deadline_exceeded: ourOwn,
  configuration_invalid: ourOwn,
  all_providers_failed: ourOwn,
} as const satisfies Record<SmsErrorCode, ErrorPolicy>;

/**
 * The policy of a code. A code that this copy of the library does not know (an error made by a newer copy)
 * is treated like an unrecognised provider code: only its outcome decides.
 */
export function errorPolicy(code: SmsErrorCode): ErrorPolicy {
  return Object.hasOwn(errorPolicies, code) ? errorPolicies[code] : errorPolicies.unrecognized_provider_code;
}
