import { describe, expect, it } from 'vitest';
import { sameAnswer } from './same-answer.js';

describe('sameAnswer()', () => {
  it.each([
    [{ state: 'opened', previous: [] }, { state: 'opened', previous: [] }, 0],
    [[{ id: 'a' }], [{ id: 'a', reference: undefined }], 0],
    [{ retryAfterMs: 95 }, { retryAfterMs: 100 }, 5],
    [{ challenges: [{ expiresInMs: 99 }] }, { challenges: [{ expiresInMs: 100 }] }, 5],
    [undefined, undefined, 0],
  ])('is true of %j and %j with %d ms', (actual, expected, slackMs) => {
    expect(sameAnswer(actual, expected, slackMs)).toBe(true);
  });

  it.each([
    [{ state: 'opened', previous: ['p'] }, { state: 'opened', previous: [] }, 5],
    [{ state: 'opened' }, { state: 'opened', more: 1 }, 5],
    [{ state: 'opened', more: 1 }, { state: 'opened' }, 5],
    [{ retryAfterMs: 94 }, { retryAfterMs: 100 }, 5],
    [{ retryAfterMs: 101 }, { retryAfterMs: 100 }, 5],
    [{ retryAfterMs: '100' }, { retryAfterMs: 100 }, 5],
    [{}, { retryAfterMs: 100 }, 5],
    [{ checksLeft: 4 }, { checksLeft: 5 }, 5],
    [[1, 2], [2, 1], 5],
    [[1], [1, 2], 5],
    [null, {}, 5],
    ['incorrect', 'expired', 5],
  ])('is false of %j and %j with %d ms', (actual, expected, slackMs) => {
    expect(sameAnswer(actual, expected, slackMs)).toBe(false);
  });
});
