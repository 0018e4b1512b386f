import { expect, it } from 'vitest';
import { accepted, notSent, refused, unknown } from './outcomes.js';

it('an outcome holds what is known and no further field', () => {
  expect(accepted()).toStrictEqual({ outcome: 'accepted' });
  expect(accepted('id-1')).toStrictEqual({ outcome: 'accepted', reference: 'id-1' });
  for (const [make, outcome] of [
    [refused, 'refused'],
    [notSent, 'not-sent'],
    [unknown, 'unknown'],
  ] as const) {
    const cause = new Error('the cause');
    const details = { providerCode: '42', cause };
    expect(make('timeout', 'No.')).toStrictEqual({ outcome, code: 'timeout', message: 'No.' });
    expect(make('timeout', 'No.', details)).toStrictEqual({ outcome, code: 'timeout', message: 'No.', ...details });
  }
  const limited = { outcome: 'refused', code: 'rate_limited', message: 'No.', retryAfterMs: 5 };
  expect(refused('rate_limited', 'No.', { retryAfterMs: 5 })).toStrictEqual(limited);
});
