import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rejected, webhookReply } from './webhook-answers.js';
import { equalInConstantTime, hmacEquals, isStale, secretInUrl } from './webhook-proof.js';

describe('equality in constant time', () => {
  it('is equality, of strings and of bytes', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(equalInConstantTime(one, other)).toBe(one === other);
        expect(equalInConstantTime(one, Buffer.from(one))).toBe(true);
      }),
    );
    expect(equalInConstantTime('', '')).toBe(true);
    expect(equalInConstantTime(new Uint8Array([1, 2]), new Uint8Array([1, 2, 0]))).toBe(false);
  });
});

describe('an HMAC', () => {
  it('is right in the encoding that was agreed, over all pieces', () => {
    for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512'] as const) {
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        const signature = createHmac(algorithm, 'secret').update('a.bc').digest(encoding);
        const proof = { algorithm, encoding, secret: 'secret', signed: ['a.', Buffer.from('b'), 'c'], signature };
        expect(hmacEquals(proof)).toBe(true);
        for (const wrong of [
          { signed: ['a.b'] },
          { secret: 'Secret' },
          { signature: `${signature} ` },
          { signature: signature.slice(0, -1) },
          { signature: '' },
          { signature: null },
          { signature: undefined },
        ]) {
          expect(hmacEquals({ ...proof, ...wrong })).toBe(false);
        }
      }
    }
  });

  it('fits what Twilio documents', () => {
    const fields = 'CallSidCA1234567890ABCDECaller+14158675310Digits1234From+14158675310To+18005551212';
    const signed = [`https://example.com/myapp.php?foo=1&bar=2${fields}`];
    const signature = 'L/OH5YylLD5NRKLltdqwSvS0BnU=';
    expect(hmacEquals({ algorithm: 'sha1', secret: '12345', signed, signature, encoding: 'base64' })).toBe(true);
  });

  it('of an empty secret proves nothing', () => {
    const signature = createHmac('sha256', '').update('a').digest('hex');
    for (const secret of ['', new Uint8Array()]) {
      expect(hmacEquals({ algorithm: 'sha256', secret, signed: ['a'], signature, encoding: 'hex' })).toBe(false);
    }
  });
});

describe('a secret in a URL', () => {
  const secret = 'a secret/with ä';
  it.each([
    `https://app.example/sms/acme?token=${encodeURIComponent(secret)}`,
    `https://app.example/sms/acme?token=other&token=${encodeURIComponent(secret)}`,
    'https://app.example/sms/acme?token=a+secret/with+%C3%A4',
    `https://app.example/sms/acme/${encodeURIComponent(secret)}?a=b`,
  ])('proves who calls: %s', (url) => {
    expect(secretInUrl({ url }, secret)).toBe(true);
  });

  it.each([
    'https://app.example/sms/acme',
    'https://app.example/sms/acme?token=',
    `https://app.example/sms/acme?Token=${encodeURIComponent(secret)}`,
    `https://app.example/sms/${encodeURIComponent(secret)}/acme`,
    `https://app.example/sms/acme#token=${encodeURIComponent(secret)}`,
    'https://app.example/sms/%E0%A4',
    'no URL',
  ])('is not there: %s', (url) => {
    expect(secretInUrl({ url }, secret)).toBe(false);
  });

  it('is never an empty one', () => {
    expect(secretInUrl({ url: 'https://app.example/?token=' }, '')).toBe(false);
  });
});

describe('a signed time', () => {
  it.each([
    [0, false],
    [1000, false],
    [-1000, false],
    [1001, true],
    [-1001, true],
    [Number.NaN, true],
    [Number.POSITIVE_INFINITY, true],
  ])('%d ms from now is stale: %s', (offset, stale) => {
    expect(isStale(5000 + offset, { now: 5000, toleranceMs: 1000 })).toBe(stale);
  });
});

describe('what a provider answers', () => {
  it('is a reply', () => {
    expect(webhookReply(204)).toEqual({ status: 204 });
    expect(webhookReply(200, '')).toEqual({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: '',
    });
    expect(webhookReply(200, '{}', 'application/json')).toMatchObject({
      headers: { 'content-type': 'application/json' },
    });
  });

  it('is a refusal with the status that fits its reason', () => {
    expect(rejected('signature', 'No.')).toEqual({
      outcome: 'rejected',
      reason: 'signature',
      message: 'No.',
      reply: { status: 403 },
    });
    expect(rejected('malformed', 'No.').reply.status).toBe(400);
    expect(rejected('stale', 'No.', 503).reply.status).toBe(503);
  });
});
