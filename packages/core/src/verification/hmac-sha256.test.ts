import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HmacSha256 } from './hmac-sha256.js';

const byNode = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest('base64url');

it('is the HMAC of Node, for keys and texts of every length and in every script', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 500 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constant('\ud800 lone \udfff'),
  );
  const keys = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(keys, fc.array(text, { minLength: 1, maxLength: 4 }), (key, texts) => {
      const hmac = new HmacSha256(key);
      // One after the other: nothing of a longer one may stay behind it.
      for (const each of texts) expect(hmac.of(each)).toBe(byNode(key, each));
    }),
    { numRuns: 60 },
  );
});

it.each([0, 1, 340, 341, 342, 1023, 1024, 1025, 5_000])('is that of Node for %i characters', (length) => {
  const key = Buffer.from('k'.repeat(64));
  const hmac = new HmacSha256(key);
  for (const character of ['a', 'ä', '中']) {
    const text = character.repeat(length);
    expect(hmac.of(text)).toBe(byNode(key, text));
  }
});

it('answers as RFC 4231 says (test case 2)', () => {
  const digest = Buffer.from('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'hex');
  expect(new HmacSha256(Buffer.from('Jefe')).of('what do ya want for nothing?')).toBe(digest.toString('base64url'));
});

it('shows no key', () => {
  const shown = inspect(new HmacSha256(Buffer.from('secret')), { depth: 9, showHidden: true });
  expect(shown).toBe('HmacSha256 {}');
});
