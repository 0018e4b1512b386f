import { describe, expect, it } from 'vitest';
import { keyHash, keyPart } from './key-part.js';

describe('a text as a part of a key', () => {
  it.each(['203.0.113.9', 'Az:09._+-', 'x', 'y'.repeat(128)])('is as it was if it is short and plain: %s', (text) => {
    expect(keyPart(text)).toBe(text);
  });

  it.each(['', 'y'.repeat(129), ' x', 'x ', 'x{', '}x', 'x\n', '~x', 'é', '\ud800'])(
    'is a hash otherwise: %j',
    (text) => {
      expect(keyPart(text)).toBe(`~${keyHash(text)}`);
    },
  );

  it('stays the same from version to version: what is stored must be found again', () => {
    expect(keyHash('order 42')).toBe('S_l1GPjpjPD3S30dryxpGgwt4_f5rDBr8vZ3iHqqQKo');
  });

  it('is another one for another text, also for another lone surrogate', () => {
    const texts = ['', 'a ', 'b ', '\ud800', '\ud801', '\ufffd'];
    expect(new Set(texts.map(keyPart)).size).toBe(texts.length);
  });
});
