import { describe, expect, it } from 'vitest';
import { outcomeOfHttpStatus } from './http-status.js';

describe('an answer without a verdict of the vendor', () => {
  it.each([
    [200, 'unknown', 'invalid_response'],
    [204, 'unknown', 'invalid_response'],
    [302, 'unknown', 'invalid_response'],
    [400, 'refused', 'unrecognized_provider_code'],
    [401, 'refused', 'authentication_failed'],
    [403, 'refused', 'permission_denied'],
    [404, 'refused', 'unrecognized_provider_code'],
    [408, 'unknown', 'provider_unavailable'],
    [429, 'refused', 'rate_limited'],
    [500, 'unknown', 'provider_unavailable'],
    [503, 'unknown', 'provider_unavailable'],
    [599, 'unknown', 'provider_unavailable'],
  ])('HTTP %d is %s, %s', (status, outcome, code) => {
    expect(outcomeOfHttpStatus(status, {})).toMatchObject({ outcome, code, providerCode: `http-${status}` });
  });

  it('says how long to wait when Retry-After does', () => {
    expect(outcomeOfHttpStatus(429, { 'retry-after': '30' })).toMatchObject({ retryAfterMs: 30_000 });
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    const outcome = outcomeOfHttpStatus(429, { 'retry-after': inAMinute });
    expect(outcome).toMatchObject({ retryAfterMs: expect.closeTo(60_000, -4) });
    for (const unreadable of ['soon', 'soon 2099', '-5', '1.5', '']) {
      expect(outcomeOfHttpStatus(429, { 'retry-after': unreadable })).toMatchObject({ retryAfterMs: undefined });
    }
    // More than a timer can hold would fire at once.
    expect(outcomeOfHttpStatus(429, { 'retry-after': '999999999' })).toMatchObject({ retryAfterMs: 2 ** 31 - 1 });
  });
});
