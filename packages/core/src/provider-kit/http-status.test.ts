import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { outcomeOfHttpStatus } from './outcomes.js';

describe('an answer without a verdict of the vendor', () => {
  it.each([
    [200, 'unknown', 'invalid_response'],
    [204, 'unknown', 'invalid_response'],
    [302, 'unknown', 'invalid_response'],
    [399, 'unknown', 'invalid_response'],
    [400, 'refused', 'unrecognized_provider_code'],
    [401, 'refused', 'authentication_failed'],
    [403, 'refused', 'permission_denied'],
    [404, 'refused', 'unrecognized_provider_code'],
    [408, 'unknown', 'provider_unavailable'],
    [429, 'refused', 'rate_limited'],
    [499, 'refused', 'unrecognized_provider_code'],
    [500, 'unknown', 'provider_unavailable'],
    [503, 'unknown', 'provider_unavailable'],
    [599, 'unknown', 'provider_unavailable'],
  ])('HTTP %d is %s, %s', (status, outcome, code) => {
    const answer = outcomeOfHttpStatus(status, {});
    expect(answer).toMatchObject({ outcome, code, providerCode: `http-${status}` });
    expect(answer.message, 'a sentence that says why').toMatch(/^The vendor .+[.?]$/);
  });

  it('says how long to wait when Retry-After does', () => {
    expect(outcomeOfHttpStatus(429, { 'retry-after': '30' })).toMatchObject({ retryAfterMs: 30_000 });
    for (const unreadable of ['soon', 'soon 2099', '-5', '1.5', '', '1234567890', '5 s', 'in 5']) {
      expect(outcomeOfHttpStatus(429, { 'retry-after': unreadable })).toMatchObject({ retryAfterMs: undefined });
    }
    // More than a timer can hold would fire at once.
    expect(outcomeOfHttpStatus(429, { 'retry-after': '999999999' })).toMatchObject({ retryAfterMs: 2 ** 31 - 1 });
  });

  describe('and Retry-After is a date', () => {
    beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 31, 12) }));
    afterEach(() => void vi.useRealTimers());

    it.each<[string, number | undefined]>([
      ['Sat, 31 Jan 2026 12:01:00 GMT', 60_000],
      ['Sat, 31 Jan 2026 11:59:00 GMT', 0],
      // More than a timer can hold would fire at once.
      ['Sat, 31 Jan 2099 12:00:00 GMT', 2 ** 31 - 1],
      ['Sat, 99 Jan 2026 12:01:00 GMT', undefined],
      ['Sat, 31 Jan 2026 12:01:00 UTC', undefined],
      ['Sat, 31 Jan 2026 12:01:00 GMT!', undefined],
      ['on Sat, 31 Jan 2026 12:01:00 GMT', undefined],
      ['Saturday, 31 Jan 2026 12:01:00 GMT', undefined],
      ['sat, 31 Jan 2026 12:01:00 GMT', undefined],
      ['Sat, 31 jan 2026 12:01:00 GMT', undefined],
      ['Sat, 3 Feb 2026 12:01:00 GMT', undefined],
      ['Sat, 31 January 2026 12:01:00 GMT', undefined],
      ['Sat, 31 Jan 26 12:01:00 GMT', undefined],
      ['Sat, 31 Jan 2026 1:01:00 GMT', undefined],
      ['Sat, 31 Jan 2026 12:1:00 GMT', undefined],
      ['Sat, 31 Jan 2026 12:01:0 GMT', undefined],
    ])('%s: wait %s ms', (date, retryAfterMs) => {
      expect(outcomeOfHttpStatus(429, { 'retry-after': date })).toMatchObject({ retryAfterMs });
    });
  });
});
