import type { HttpOutcome } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { readCheck, readMessage, readVerification } from './answers.js';

const sid = 'SM00000000000000000000000000000007';
const verification = 'VE00000000000000000000000000000006';
const to = '+15005550100';

function answered(status: number, body: unknown, headers: Record<string, string> = {}): HttpOutcome {
  return { outcome: 'answered', status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

describe('the answer to a message', () => {
  it.each([200, 201])('is accepted with %i and a SID', (status) => {
    const body = { sid, status: 'queued', num_segments: '2', price: '-0.00790', price_unit: 'usd' };
    expect(readMessage(answered(status, body))).toEqual({
      outcome: 'accepted',
      reference: sid,
      segments: 2,
      price: { amount: '0.00790', currency: 'USD' },
    });
  });

  it('counts no segments where a service has not counted them yet', () => {
    const body = { sid, status: 'accepted', num_segments: '0', price: null, price_unit: 'USD' };
    expect(readMessage(answered(201, body))).toEqual({ outcome: 'accepted', reference: sid });
  });

  it.each([
    [200, {}],
    [201, { sid: 'SM7' }],
    [201, { sid: verification }],
    [201, []],
    [201, '<html>'],
    [201, ''],
    [202, { sid }],
    [204, ''],
    [307, { sid }],
  ])('is unknown with %i and %j', (status, body) => {
    expect(readMessage(answered(status, body))).toMatchObject({ outcome: 'unknown', code: 'invalid_response' });
  });

  it('is refused if the message has failed already, and not for an error code alone', () => {
    const failed = { sid, status: 'failed', error_code: 21610 };
    expect(readMessage(answered(201, failed))).toMatchObject({ outcome: 'refused', code: 'recipient_blocked' });
    expect(readMessage(answered(201, { ...failed, error_code: 99_999 }))).toMatchObject({
      outcome: 'refused',
      code: 'unrecognized_provider_code',
      providerCode: '99999',
    });
    expect(readMessage(answered(201, { ...failed, status: 'queued' }))).toMatchObject({ outcome: 'accepted' });
  });

  it.each([500, 502, 503, 504])('is unknown with %i, whatever the code says', (status) => {
    for (const body of [{ code: 21211, status }, { code: 20500, status }, '<html>', '']) {
      expect(readMessage(answered(status, body))).toMatchObject({ outcome: 'unknown', code: 'provider_unavailable' });
    }
    expect(readMessage(answered(status, { code: 20500 }))).toMatchObject({ providerCode: '20500' });
  });

  it('reads errors of either form, in numbers or digits', () => {
    for (const code of [21211, '21211']) {
      for (const body of [
        { code, message: 'No.', status: 400 },
        { type: 'about:blank', title: 'Bad', status: 400, code },
      ]) {
        expect(readMessage(answered(400, body))).toMatchObject({ code: 'invalid_phone_number', providerCode: '21211' });
      }
    }
  });

  it('takes 401 and 429 for what they are if nobody knows the code', () => {
    expect(readMessage(answered(401, { code: 99_999 }))).toMatchObject({
      ...{ outcome: 'refused', code: 'authentication_failed', providerCode: '99999' },
    });
    expect(readMessage(answered(429, { code: 99_999 }, { 'retry-after': '2' }))).toMatchObject({
      ...{ outcome: 'refused', code: 'rate_limited', providerCode: '99999', retryAfterMs: 2_000 },
    });
    expect(readMessage(answered(429, { code: 20_429 }, { 'retry-after': '3' }))).toMatchObject({ retryAfterMs: 3_000 });
  });

  it('never repeats what Twilio says', () => {
    const body = { code: 21211, message: `The 'To' number ${to} is not a valid phone number.` };
    expect(JSON.stringify(readMessage(answered(400, body)))).not.toContain('5550100');
  });
});

describe('the answer to the start of a code', () => {
  it('is accepted with the SID of a verification alone', () => {
    expect(readVerification(answered(201, { sid: verification, status: 'pending' }))).toEqual({
      ...{ outcome: 'accepted', reference: verification },
    });
    expect(readVerification(answered(201, { sid }))).toMatchObject({ outcome: 'unknown' });
  });

  it('blames the phone if Twilio names it, and else the request', () => {
    const said = (message: string) => readVerification(answered(400, { code: 60_200, message }));
    expect(said('Invalid parameter `To`: +1')).toMatchObject({ code: 'invalid_phone_number', providerCode: '60200' });
    expect(said('Invalid parameter: Channel')).toMatchObject({ code: 'invalid_request' });
    expect(said('Invalid parameter: Topic')).toMatchObject({ code: 'invalid_request' });
  });

  it('tells a limit of the service from one of Twilio', () => {
    const body = { code: 20_429 };
    expect(readVerification(answered(429, body))).toMatchObject({ code: 'rate_limited' });
    expect(readVerification(answered(429, body, { 'twilio-reached-rate-limit': 'ip' }))).toMatchObject({
      ...{ outcome: 'refused', code: 'recipient_rate_limited' },
    });
  });
});

describe('the verdict on a code', () => {
  it.each([
    ['approved', 'approved'],
    ['pending', 'incorrect'],
    ['max_attempts_reached', 'exhausted'],
    ['expired', 'expired'],
    ['canceled', 'expired'],
    ['deleted', 'expired'],
    ['failed', 'expired'],
    ['converted', 'unknown'],
    ['', 'unknown'],
  ])('is, for %s, %s', (status, outcome) => {
    for (const http of [200, 201]) {
      expect(readCheck(answered(http, { sid: verification, to, status, valid: true }), to).outcome).toBe(outcome);
    }
  });

  it('does not look at valid, nor at the HTTP status alone', () => {
    expect(readCheck(answered(200, { to, valid: true }), to).outcome).toBe('unknown');
    expect(readCheck(answered(200, {}), to).outcome).toBe('unknown');
  });

  it('is none about another phone', () => {
    expect(readCheck(answered(200, { to: '+15005550101', status: 'approved' }), to).outcome).toBe('unknown');
  });

  it('is expired for a 404 of Twilio, and not for one of somebody else', () => {
    expect(readCheck(answered(404, { code: 20_404 }), to)).toEqual({ outcome: 'expired' });
    expect(readCheck(answered(404, '<html>'), to)).toMatchObject({ outcome: 'refused' });
  });

  it('is incorrect for a length that no code has', () => {
    expect(readCheck(answered(400, { code: 60_200, message: 'Invalid parameter: Code' }), to)).toEqual({
      outcome: 'incorrect',
    });
    expect(readCheck(answered(400, { code: 60_200, message: 'Invalid parameter' }), to)).toMatchObject({
      outcome: 'refused',
    });
  });
});
