import { describe, expect, it } from 'vitest';
import type { SmsErrorCode } from '../errors/error-codes.js';
import { type Attempt, type FailureOutcome, SmsError } from '../errors/sms-error.js';
import { rateLimitOf } from './rate-gate.js';

const error = (
  code: SmsErrorCode,
  outcome: FailureOutcome,
  attempts: readonly Pick<Attempt, 'outcome' | 'code' | 'retryAfterMs'>[] = [],
  retryAfterMs?: number,
) =>
  new SmsError({
    ...{ code, outcome, message: 'No.', retryAfterMs },
    attempts: attempts.map((attempt) => ({ provider: 'a', durationMs: 1, ...attempt })),
  });
const limited = { outcome: 'refused', code: 'rate_limited' } as const;
const down = { outcome: 'not-sent', code: 'network_error' } as const;

describe('a failure because of the rate', () => {
  it.each([
    ['a vendor', error('rate_limited', 'refused', [limited], 3_000), 3_000],
    ['a vendor that names no time', error('rate_limited', 'refused', [limited]), undefined],
    ['a vendor that may be asked again at once', error('rate_limited', 'refused', [limited], 0), 0],
    ['our own pace', error('rate_limited', 'not-sent', [], 200), 200],
    ['the first of two', error('all_providers_failed', 'refused', [{ ...limited, retryAfterMs: 900 }, down], 900), 900],
    [
      'both, of which one is ready sooner',
      error('all_providers_failed', 'refused', [
        { ...limited, retryAfterMs: 900 },
        { ...limited, retryAfterMs: 100 },
      ]),
      100,
    ],
    [
      'both, of which one names no time',
      error('all_providers_failed', 'refused', [{ ...limited, retryAfterMs: 900 }, limited], 900),
      undefined,
    ],
    [
      'both, the first of which names no time',
      error('all_providers_failed', 'refused', [limited, { ...limited, retryAfterMs: 900 }], 900),
      undefined,
    ],
    [
      'one, beside one that asks for time for another reason',
      error('all_providers_failed', 'refused', [
        { ...limited, retryAfterMs: 900 },
        { outcome: 'refused', code: 'recipient_rate_limited', retryAfterMs: 100 },
      ]),
      900,
    ],
    ['a vendor that names nonsense', error('rate_limited', 'refused', [limited], Number.NaN), undefined],
    ['a vendor that names the past', error('rate_limited', 'refused', [limited], -5), undefined],
    ['a vendor that names a text', error('rate_limited', 'refused', [limited], '5' as unknown as number), undefined],
  ])('is that of %s', (_name, failure, retryAfterMs) => {
    expect(rateLimitOf(failure)).toEqual({ retryAfterMs });
  });

  it.each([
    ['of unknown outcome', error('rate_limited', 'unknown', [{ ...limited, outcome: 'unknown' }])],
    ['for another reason', error('insufficient_balance', 'refused', [{ ...limited, code: 'insufficient_balance' }])],
    ['of one phone', error('recipient_rate_limited', 'refused', [{ ...limited, code: 'recipient_rate_limited' }])],
    ['of the abuse guard', error('send_limit_exceeded', 'not-sent')],
    [
      'of the message, after a rate',
      error('invalid_phone_number', 'refused', [limited, { ...limited, code: 'invalid_phone_number' }]),
    ],
    ['of everybody, for other reasons', error('all_providers_failed', 'not-sent', [down, down])],
    [
      'of everybody, one of whom may have sent it',
      error('all_providers_failed', 'unknown', [limited, { outcome: 'unknown', code: 'timeout' }]),
    ],
    [
      'of everybody, summed up wrongly, one of whom may have sent it',
      error('all_providers_failed', 'refused', [limited, { outcome: 'unknown', code: 'timeout' }]),
    ],
  ])('is not one %s', (_name, failure) => {
    expect(rateLimitOf(failure)).toBeUndefined();
  });
});
