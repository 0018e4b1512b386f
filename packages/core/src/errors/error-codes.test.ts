import { describe, expect, it } from 'vitest';
import { errorPolicies, errorPolicy, type SmsErrorCode, smsErrorCodes } from './error-codes.js';

/** The design's table, row by row: fail over, and count against the circuit. */
const table: Record<SmsErrorCode, [failOver: string, countsAgainstCircuit: boolean]> = {
  invalid_phone_number: ['never', false],
  invalid_request: ['never', false],
  recipient_blocked: ['never', false],
  content_rejected: ['never', false],
  unsupported_destination: ['always', false],
  template_rejected: ['always', false],
  sender_rejected: ['always', false],
  recipient_rate_limited: ['always', false],
  rate_limited: ['always', false],
  authentication_failed: ['always', true],
  permission_denied: ['always', true],
  ip_not_allowed: ['always', true],
  insufficient_balance: ['always', true],
  provider_unavailable: ['by-outcome', true],
  network_error: ['by-outcome', true],
  timeout: ['by-outcome', true],
  invalid_response: ['by-outcome', true],
  circuit_open: ['always', false],
  unrecognized_provider_code: ['by-outcome', false],
  no_route: ['never', false],
  unsupported_message: ['always', false],
  send_limit_exceeded: ['never', false],
  destination_not_allowed: ['never', false],
  resend_too_soon: ['never', false],
  verification_locked: ['never', false],
  in_progress: ['never', false],
  screening_denied: ['never', false],
  store_unavailable: ['never', false],
  aborted: ['never', false],
  client_closed: ['never', false],
  deadline_exceeded: ['never', false],
  configuration_invalid: ['never', false],
  all_providers_failed: ['never', false],
};

describe('the policy of an error code', () => {
  it.each(smsErrorCodes)('%s', (code) => {
    const { failOver, countsAgainstCircuit } = errorPolicy(code);
    expect([failOver, countsAgainstCircuit]).toEqual(table[code]);
  });

  it('charges the retry budget for what a circuit counts, and for an account that is asked too often', () => {
    const charged = smsErrorCodes.filter((code) => errorPolicies[code].chargesRetryBudget);
    const counted = smsErrorCodes.filter((code) => errorPolicies[code].countsAgainstCircuit);
    expect(new Set(charged)).toEqual(new Set(['rate_limited', ...counted]));
  });

  it.each(['code_of_a_newer_version', 'toString', '__proto__'])('%s, which this version does not know', (code) => {
    expect(errorPolicy(code as SmsErrorCode)).toEqual(errorPolicies.unrecognized_provider_code);
  });
});
