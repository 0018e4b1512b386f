import { describe, expect, it } from 'vitest';
import { transportCodeOf } from './foreign-error.js';

describe('the transport code of a cause', () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'E2BIG'])(
    'is %s',
    (code) => {
      expect(transportCodeOf(Object.assign(new Error('canary'), { code }))).toBe(code);
    },
  );

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'ECONNREFUSED'],
    ['an error without a code', new Error('canary')],
    ['a sentence', { code: 'Bad key canary' }],
    ['a code of ours', { code: 'network_error' }],
    ['a number', { code: 470 }],
    ['a text without end', { code: 'E'.repeat(65) }],
    [
      'a getter that throws',
      {
        get code() {
          throw new Error('canary');
        },
      },
    ],
  ])('is undefined for %s', (_name, cause) => {
    expect(transportCodeOf(cause)).toBe(undefined);
  });

  it('shows no phone number', () => {
    expect(transportCodeOf({ code: 'E8613800138000' })).toBe('E***00');
  });
});
