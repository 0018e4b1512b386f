import { describe, expect, it } from 'vitest';
import { parsePhoneNumber } from '../phone/parse.js';
import { destinationDenial, endedDenial, limitDenials } from './denial.js';
import { dayMs, hourMs } from './guard.test.fixture.js';

describe('the denial of a destination', () => {
  it.each([
    ['+8613800138000', 'CN (+86)'],
    ['+881612345678', 'Calling code +881'],
  ])('of %s names it, and what to do', (e164, place) => {
    expect(destinationDenial(parsePhoneNumber(e164), 'the remedy')).toMatchObject({
      scope: 'destination',
      error: {
        code: 'destination_not_allowed',
        outcome: 'not-sent',
        message: `${place} may not be written to: the remedy. Nothing was sent.`,
      },
    });
  });
});

describe('the denial of a call that has ended', () => {
  it.each([
    ['aborted', 'was aborted'],
    ['deadline_exceeded', 'ran out of time'],
  ] as const)('says how: %s', (end, how) => {
    expect(endedDenial('store', end, 'before it was counted')).toMatchObject({
      scope: 'store',
      error: { code: end, outcome: 'not-sent', message: `The call ${how} before it was counted. Nothing was sent.` },
    });
  });
});

describe('the denial of a limit', () => {
  it.each([
    ['global', 1, 'Too many sends in all: guard.limits.global allows 1 in 1 h'],
    ['prefix', 2, 'Too many sends to numbers with this prefix: guard.limits.prefix allows 2 in 1 h'],
    ['ip', 3, 'Too many sends for this client address: guard.limits.ip allows 3 in 1 h'],
    ['phone', 4, 'Too many sends to this number: guard.limits.phone allows 4 in 1 h'],
    ['phone', 1, 'It is too soon to send again to this number: guard.limits.phone allows 1 in 1 h'],
    ['global', 1_000_000, 'Too many sends in all: guard.limits.global allows 1,000,000 in 1 h'],
  ] as const)('%s of %d names it', (scope, max, message) => {
    expect(limitDenials(scope, { max, windowMs: hourMs })(5)).toMatchObject({
      scope,
      error: {
        code: scope === 'phone' && max === 1 ? 'resend_too_soon' : 'send_limit_exceeded',
        outcome: 'not-sent',
        message: `${message}. Nothing was sent.`,
        retryAfterMs: 5,
      },
    });
  });

  it.each([
    [1000, '1 s'],
    [59_000, '59 s'],
    [60_000, '1 min'],
    [61_000, '61 s'],
    [90 * 60_000, '90 min'],
    [hourMs, '1 h'],
    [36 * hourMs, '36 h'],
    [dayMs, '1 d'],
    [24 * dayMs, '24 d'],
  ])('says a window of %d ms as %s', (windowMs, words) => {
    expect(limitDenials('ip', { max: 2, windowMs })(0).error.message).toContain(`allows 2 in ${words}.`);
  });
});
