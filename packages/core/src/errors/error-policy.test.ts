import { describe, expect, it } from 'vitest';
import { type SmsErrorCode, smsErrorCodes } from './error-codes.js';
import { errorPolicies, errorPolicy } from './error-policy.js';

/** The design's table, row by row: fail over, and count against the circuit. */
const table: Record<SmsErrorCode, [failOver: string, countsAgainstCircuit: boolean]> = {
  invalid_phone_number: ['never', false],
  invalid_request: ['never', false],
  recipient_blocked: ['never', false],
  content_rejected: ['never', false],
  unsupported_destination: ['always', false],
  template_rejected: ['always', false],
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
  screening_denied: ['never', false],
  store_unavailable: ['never', false],
  aborted: ['never', false],
  deadline_exceeded: ['never', false],
  configuration_invalid: ['never', false],
  all_providers_failed: ['never', false],
};

describe('the policy of an error code', () => {
  it.each(smsErrorCodes)('%s', (code) => {
    const { failOver, countsAgainstCircuit } = errorPolicy(code);
    expect([failOver, countsAgainstCircuit]).toEqual(table[code]);
  });

  it('asks the same provider again only where time or the network may have changed the answer', () => {
    const retried = smsErrorCodes.filter((code) => errorPolicies[code].retrySameProvider);
    expect(retried).toEqual(['rate_limited', 'provider_unavailable', 'network_error', 'timeout', 'invalid_response']);
  });

  it.each(['code_of_a_newer_version', 'toString', '__proto__'])('%s, which this version does not know', (code) => {
    expect(errorPolicy(code as SmsErrorCode)).toEqual(errorPolicies.unrecognized_provider_code);
  });
});
