import { describe, expect, it } from 'vitest';
import type { Attempt } from '../errors/sms-error.js';
import { notSent, refused, unknown } from '../provider-kit/outcomes.js';
import { type DeliveryFailure, deliveryError } from './delivery-failure.js';

const cause = new Error('the cause');
const last = refused('rate_limited', 'Slow down.', { providerCode: '429', retryAfterMs: 5_000, cause });
const one: readonly Attempt[] = [{ provider: 'a', outcome: 'refused', code: 'rate_limited', durationMs: 1 }];
const two: readonly Attempt[] = [
  { provider: 'b', outcome: 'not-sent', code: 'network_error', durationMs: 1 },
  { provider: 'a', outcome: 'refused', code: 'rate_limited', durationMs: 1 },
];

describe('the error of a delivery', () => {
  it('is the failure of the only provider that was asked', () => {
    const error = deliveryError({ last, stoppedBy: 'no-provider-left' }, one);
    expect(error).toMatchObject({
      code: 'rate_limited',
      outcome: 'refused',
      message: 'Slow down.',
      provider: 'a',
      providerCode: '429',
      retryAfterMs: 5_000,
      attempts: one,
      cause,
    });
  });

  it('says that all failed when several were asked, with the details of the last', () => {
    const error = deliveryError({ last, stoppedBy: 'attempts-used-up' }, two);
    expect(error).toMatchObject({
      code: 'all_providers_failed',
      message:
        'Every provider that was tried failed (b: not-sent, network_error; a: refused, rate_limited). ' +
        'maxAttempts allows no further attempt.',
      provider: 'a',
      providerCode: '429',
      retryAfterMs: 5_000,
      cause,
    });
  });

  it.each<[DeliveryFailure['stoppedBy'], string]>([
    ['policy', 'Slow down.'],
    ['unknown-outcome', 'Slow down. The message may still arrive, so no other provider was tried.'],
  ])('is the last failure alone when going on would have been wrong: %s', (stoppedBy, message) => {
    expect(deliveryError({ last, stoppedBy }, two)).toMatchObject({ code: 'rate_limited', message });
  });

  it.each<[DeliveryFailure['stoppedBy'], string]>([
    ['no-provider-left', 'Slow down.'],
    ['attempts-used-up', 'Slow down. maxAttempts allows no further attempt.'],
    ['budget-used-up', 'Slow down. The retry budget allows no further attempt.'],
    ['deadline', 'Slow down. The call ended before another provider could be tried.'],
  ])('says why no other provider was tried: %s', (stoppedBy, message) => {
    expect(deliveryError({ last, stoppedBy }, one)).toMatchObject({ code: 'rate_limited', message });
  });

  it('of a call that asked nobody names no provider and no time to wait', () => {
    const error = deliveryError({ last: notSent('aborted', 'The caller aborted.'), stoppedBy: 'policy' }, []);
    expect(error).toMatchObject({ code: 'aborted', outcome: 'not-sent', provider: undefined, retryAfterMs: undefined });
  });

  it('says no time to wait when it is not known whether the message was sent', () => {
    const failure = { ...unknown('timeout', 'No answer.'), retryAfterMs: 5_000 };
    expect(deliveryError({ last: failure, stoppedBy: 'unknown-outcome' }, one).retryAfterMs).toBeUndefined();
  });

  it.each<[(number | undefined)[], number | undefined]>([
    [[5_000, 300, undefined], 300],
    [[undefined, 0], 0],
    [[undefined, undefined], undefined],
  ])('says the shortest of the waits that its providers ask for: %j', (waits, expected) => {
    const attempts = waits.map(
      (retryAfterMs): Attempt => ({
        provider: 'a',
        outcome: 'refused',
        code: 'rate_limited',
        durationMs: 1,
        retryAfterMs,
      }),
    );
    const failure = { last: notSent('network_error', 'No.'), stoppedBy: 'no-provider-left' } as const;
    expect(deliveryError(failure, [...attempts, ...two]).retryAfterMs).toBe(expected);
  });

  it('says when our own pace would let the message pass', () => {
    const last = notSent('rate_limited', 'Our own pace.', { retryAfterMs: 700 });
    expect(deliveryError({ last, stoppedBy: 'no-provider-left' }, one).retryAfterMs).toBe(700);
  });

  it.each<[Attempt['outcome'][], string]>([
    [['not-sent', 'not-sent'], 'not-sent'],
    [['refused', 'not-sent'], 'refused'],
    [['not-sent', 'unknown', 'refused'], 'unknown'],
  ])('tells of attempts that ended %j that the message was %s', (outcomes, expected) => {
    const attempts = outcomes.map((outcome): Attempt => ({ provider: 'a', outcome, code: 'timeout', durationMs: 1 }));
    expect(deliveryError({ last, stoppedBy: 'no-provider-left' }, attempts).outcome).toBe(expected);
  });
});
