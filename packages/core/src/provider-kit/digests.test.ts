import { expect, it } from 'vitest';
import { hmacSha256, sha256Hex } from './digests.js';

it('sha256Hex() is SHA-256 of the UTF-8 (FIPS 180-4, example 1)', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256Hex(new TextEncoder().encode('示例'))).toBe(sha256Hex('示例'));
});

it('hmacSha256() is HMAC-SHA256 (RFC 4231, case 2)', () => {
  expect(hmacSha256('Jefe', 'what do ya want for nothing?').toString('hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

it('hmacSha256() derives a key step by step (the example of AWS for SigV4)', () => {
  const secret = 'AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
  expect(hmacSha256(secret, '20120215', 'us-east-1', 'iam', 'aws4_request').toString('hex')).toBe(
    'f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d',
  );
});
