import { SmsError } from '@polysms/core';
import { expect, it } from 'vitest';
import { httpErrorOf } from './http-error.js';

const failure = { message: 'Something went wrong.', outcome: 'not-sent' } as const;

it('tells a client to ask again later while the first request with its key has not ended', () => {
  const { status, body } = httpErrorOf(new SmsError({ ...failure, code: 'in_progress', outcome: 'unknown' }));
  expect([status, body]).toEqual([409, { error: 'in_progress', sent: 'unknown' }]);
});

it('tells a client when a limit lets the next message pass', () => {
  const error = new SmsError({ ...failure, code: 'send_limit_exceeded', retryAfterMs: 1_500 });
  expect(httpErrorOf(error)).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
});

it.each(['client_closed', 'aborted'] as const)('is unavailable for a while after %s', (code) => {
  expect(httpErrorOf(new SmsError({ ...failure, code }))).toMatchObject({ status: 503, body: { error: code } });
});
