import { accepted, type HttpOutcome, notSent, refused, unknown } from '@polysms/core/provider-kit';
import { describe, expect, it, vi } from 'vitest';
import { readAnswer } from './answer.js';
import { summary } from './mob-statuses.test.fixture.js';

const answered = (status: number, body: string, headers = {}): HttpOutcome => ({
  outcome: 'answered',
  status,
  headers,
  body,
});

/** 200 is taken, 500 is unknown, everything else refused. */
const outcomeOf = vi.fn((status: number) => {
  if (status === 200) return accepted();
  return status === 500 ? unknown('timeout', 'Nobody knows.') : refused('content_rejected', 'No.');
});
const read = (http: HttpOutcome) => readAnswer(http, outcomeOf);

describe('an answer of Mob', () => {
  it('that never came is what the transport says', () => {
    for (const failure of [notSent('network_error', 'Nobody listens.'), unknown('timeout', 'No answer.')]) {
      expect(read(failure)).toBe(failure);
    }
  });

  it.each(['{"status":200}', '\uFEFF{"status":200}', ' {"status":200,"error":""}\r\n'])(
    'is the verdict in its body: %j',
    (body) => {
      expect(read(answered(200, body))).toStrictEqual({ outcome: 'accepted' });
      expect(outcomeOf).toHaveBeenLastCalledWith(200);
    },
  );

  it.each([
    '{"status":200',
    '"status"',
    '200',
    'null',
    'true',
    '[200]',
    '{"error":"ok"}',
    '{"status":null}',
    '{"status":"200"}',
    '{"status":200.5}',
    '{"status":1e300}',
    '{"status":200}\uFEFF',
  ])('proves nothing without a whole number in a JSON object: %s', (body) => {
    expect(read(answered(200, body))).toStrictEqual({
      outcome: 'unknown',
      code: 'invalid_response',
      message: 'Mob answered with a body that is not Mob’s JSON.',
      providerCode: 'http-200',
    });
  });

  it.each(['', ' \r\n'])('proves nothing when it is empty: %j', (body) => {
    expect(read(answered(200, body))).toMatchObject({
      outcome: 'unknown',
      code: 'invalid_response',
      message: 'Mob answered with an empty body.',
    });
  });

  it.each([
    [201, 'invalid_response'],
    [204, 'invalid_response'],
    [302, 'invalid_response'],
    [399, 'invalid_response'],
    [500, 'provider_unavailable'],
    [503, 'provider_unavailable'],
  ])('is judged by HTTP %d alone, whatever its body says: %s', (status, code) => {
    expect(read(answered(status, '{"status":200}'))).toMatchObject({
      outcome: 'unknown',
      code,
      providerCode: `http-${status}`,
    });
  });

  it.each([400, 404, 429, 499])('with HTTP %d is a refusal if Mob says no as well, or says nothing', (status) => {
    expect(read(answered(status, '{"status":209}'))).toMatchObject({ code: 'content_rejected' });
    expect(read(answered(status, 'Bad Request'))).toMatchObject({ outcome: 'refused', providerCode: `http-${status}` });
  });

  it.each([200, 500])('with HTTP 404 and the status %d contradicts itself', (status) => {
    expect(read(answered(404, `{"status":${status}}`))).toStrictEqual({
      outcome: 'unknown',
      code: 'invalid_response',
      message: `Mob answered HTTP 404, but with the status ${status}.`,
      providerCode: 'http-404',
    });
  });

  it('takes the time to wait from the headers when HTTP limits the rate', () => {
    const outcome = read(answered(429, '', { 'retry-after': '30' }));
    expect(summary(outcome)).toBe('refused rate_limited');
    expect(outcome).toMatchObject({ retryAfterMs: 30_000 });
    expect(read(answered(503, '', { 'retry-after': '30' }))).toMatchObject({ code: 'provider_unavailable' });
  });
});
