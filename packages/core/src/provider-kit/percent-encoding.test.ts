import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodedFields, percentEncoded } from './percent-encoding.js';

describe('percentEncoded()', () => {
  it('leaves only what RFC 3986 calls unreserved', () => {
    const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
    const kept = ascii.filter((character) => percentEncoded(character) === character);
    expect(kept.join('')).toBe('-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~');
  });

  it('writes capitals, and UTF-8', () => {
    expect(percentEncoded(" *!'()ä👍")).toBe('%20%2A%21%27%28%29%C3%A4%F0%9F%91%8D');
  });

  it('is read by every decoder, half a character as U+FFFD', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeURIComponent(percentEncoded(text))).toBe(text.toWellFormed());
      }),
    );
    expect(decodeURIComponent(percentEncoded('a\ud83d'))).toBe('a\ufffd');
  });
});

it('encodedFields() keeps the order, repetitions and empty values, and leaves out what has none', () => {
  const fields = [
    ['b', '2 3'],
    ['a', ''],
    ['c', undefined],
    ['b', '&='],
  ] as const;
  expect(encodedFields(fields)).toBe('b=2%203&a=&b=%26%3D');
  expect([...new URLSearchParams(encodedFields(fields))]).toEqual([
    ['b', '2 3'],
    ['a', ''],
    ['b', '&='],
  ]);
});
