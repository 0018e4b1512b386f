import { describe, expect, it } from 'vitest';
import type { SendOutcome } from '../contract/outcomes.js';
import type { HttpOutcome } from './http-exchange.js';
import { accepted, notSent } from './outcomes.js';
import { codeIn, readCodedAnswer } from './read-coded-answer.js';
import { jsonObject, textIn } from './read-json-object.js';
import { vendorCodes } from './vendor-codes.js';

const codes = vendorCodes([[[7, 'blocked'], 'recipient_blocked', 'The recipient wants no messages.']]);

function read(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const http: HttpOutcome = { outcome: 'answered', status, headers, body: text };
  return readCodedAnswer(http, {
    vendor: 'Acme',
    codes,
    success: (answer) => (textIn(answer, 'id') === undefined ? undefined : accepted(textIn(answer, 'id'))),
  });
}

describe('the answer of a vendor', () => {
  it('is a success with 200 or 201 and what makes one', () => {
    for (const status of [200, 201]) expect(read(status, { id: 'a' })).toEqual({ outcome: 'accepted', reference: 'a' });
  });

  it.each([
    [200, {}],
    [201, '<html>'],
    [202, { id: 'a' }],
    [302, { id: 'a' }],
    [200, { code: 7 }],
  ])('with %i and %j proves nothing', (status, body) => {
    expect(read(status, body)).toMatchObject({ outcome: 'unknown', code: 'invalid_response' });
  });

  it.each([400, 403, 404, 409, 422])('with %i is refused by its code', (status) => {
    expect(read(status, { code: 7 })).toMatchObject({
      outcome: 'refused',
      code: 'recipient_blocked',
      providerCode: '7',
    });
    expect(read(status, { code: 'blocked' })).toMatchObject({ code: 'recipient_blocked', providerCode: 'blocked' });
    expect(read(status, { code: 8 })).toMatchObject({ code: 'unrecognized_provider_code', providerCode: '8' });
  });

  it('is refused by its status where that says more than the code', () => {
    expect(read(401, { code: 8 })).toMatchObject({ code: 'authentication_failed', providerCode: '8' });
    expect(read(429, { code: 8 }, { 'retry-after': '2' })).toMatchObject({ code: 'rate_limited', retryAfterMs: 2_000 });
    expect(read(429, { code: 7 }, { 'retry-after': '2' })).toMatchObject({
      code: 'recipient_blocked',
      retryAfterMs: 2_000,
    });
    expect(read(403, '<html>')).toMatchObject({ code: 'permission_denied', providerCode: 'http-403' });
  });

  it.each([500, 503, 408])('with %i is unknown, whatever its code says', (status) => {
    expect(read(status, { code: 7 })).toMatchObject({
      outcome: 'unknown',
      code: 'provider_unavailable',
      providerCode: '7',
    });
  });

  it('is what its code means here, before the table is asked', () => {
    const judged = (status: number, code: number) => {
      const http = { outcome: 'answered', status, headers: {}, body: JSON.stringify({ code, field: 'To' }) } as const;
      return readCodedAnswer<SendOutcome>(http, {
        ...{ vendor: 'Acme', codes },
        success: () => accepted(),
        onCode: (providerCode, answer, { status: httpStatus }) =>
          providerCode === '7' && httpStatus === 404
            ? notSent('invalid_request', textIn(answer, 'field') ?? '')
            : undefined,
      });
    };
    expect(judged(404, 7)).toEqual(notSent('invalid_request', 'To'));
    expect(judged(400, 7)).toMatchObject({ code: 'recipient_blocked' });
    expect(judged(404, 8)).toMatchObject({ code: 'unrecognized_provider_code' });
    expect(judged(500, 7)).toMatchObject({ outcome: 'unknown' });
  });

  it('is refused with 200 too by a vendor that says no so, and left open by a code that nobody knows', () => {
    const judged = (status: number, body: object) =>
      readCodedAnswer(
        { outcome: 'answered', status, headers: {}, body: JSON.stringify(body) },
        {
          ...{ vendor: 'Acme', codes, refusesWith: 'any-status' },
          codeOf: (answer) => codeIn(jsonObject(answer['Error']) ?? {}, 'Code'),
          success: (answer) => (textIn(answer, 'id') === undefined ? undefined : accepted(textIn(answer, 'id'))),
        },
      );
    for (const status of [200, 201, 400]) {
      const refusal = { outcome: 'refused', code: 'recipient_blocked', providerCode: 'blocked' };
      expect(judged(status, { Error: { Code: 'blocked' } })).toMatchObject(refusal);
      const open = { outcome: 'unknown', code: 'unrecognized_provider_code', providerCode: 'new' };
      expect(judged(status, { Error: { Code: 'new' } })).toMatchObject(open);
    }
    expect(judged(200, { id: 'a' })).toEqual({ outcome: 'accepted', reference: 'a' });
    expect(judged(200, {})).toMatchObject({ outcome: 'unknown', code: 'invalid_response' });
    expect(judged(500, { Error: { Code: 'blocked' } })).toMatchObject({ outcome: 'unknown' });
    expect(judged(401, { Error: { Code: 'new' } })).toMatchObject({
      code: 'authentication_failed',
      providerCode: 'new',
    });
  });

  it('that never came stays what it is', () => {
    const failure = notSent('timeout', 'Too late.');
    expect(readCodedAnswer(failure, { vendor: 'Acme', codes, success: () => accepted() })).toBe(failure);
  });
});

it('codeIn() takes nothing that is no code: a sentence, an object, half a number', () => {
  expect([7, '7', 'isv.BUSINESS_LIMIT:x', 'toString'].map((code) => codeIn({ code }))).toEqual([
    '7',
    '7',
    'isv.BUSINESS_LIMIT:x',
    'toString',
  ]);
  for (const code of [
    0.5,
    '',
    'the number +4915112345678',
    'x'.repeat(65),
    {},
    null,
    4_915_112_345_678,
    'to-49151123',
  ]) {
    expect(codeIn({ code })).toBeUndefined();
  }
  expect(codeIn({ error: 'x' }, 'error')).toBe('x');
});
