import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeContent } from './content-encoding.js';

const text = JSON.stringify({ status: 200, note: '短信 ✓' });
const plain = Buffer.from(text);
/** No encoding at all, and no UTF-8 either. */
const notText = Buffer.from([0xff, 0xfe, 0xfd, 0xfc, 0x80]);
const decode = (header: string | readonly string[] | undefined, bytes: Buffer, maxBytes = 1_000) => {
  const decoding = decodeContent(header, bytes, maxBytes);
  return typeof decoding === 'string' ? decoding : decoding.toString();
};

describe('the content encoding of an answer', () => {
  it.each<[string | readonly string[] | undefined, Buffer]>([
    [undefined, plain],
    ['', plain],
    ['identity', plain],
    ['gzip', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    [' GZip ', gzipSync(plain)],
    ['identity, gzip', gzipSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['deflate', deflateSync(plain)],
    ['deflate', deflateRawSync(plain)],
    ['gzip, br', brotliCompressSync(gzipSync(plain))],
    [['gzip', 'br'], brotliCompressSync(gzipSync(plain))],
    ['"gzip"', gzipSync(plain)],
    ['x-deflate', deflateSync(plain)],
  ])('%j is taken off', (header, bytes) => {
    expect(decode(header, bytes)).toBe(text);
  });

  it.each(['gzip', 'br', 'deflate', 'zstd', 'canary'])('%s of no bytes is no bytes', (header) => {
    expect(decode(header, Buffer.alloc(0))).toBe('');
  });

  it.each(['utf-8', 'UTF-8', 'none', 'application/json', 'toString', 'zstd', 'gzip', 'br', 'deflate', '"gzip"'])(
    '%s over a text as it stands is no encoding',
    (header) => {
      expect(decode(header, plain)).toBe(text);
    },
  );

  it.each<[string, Buffer]>([
    ['zstd', notText],
    ['compress', notText],
    ['toString', notText],
    ['gzip', notText],
    ['gzip', gzipSync(plain).subarray(0, -9)],
    ['br', notText],
    ['br', brotliCompressSync(plain).subarray(0, -3)],
    ['deflate', notText],
    ['deflate', deflateSync(plain).subarray(0, -5)],
    ['br, gzip', brotliCompressSync(gzipSync(plain))],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(plain)))],
  ])('%s that is unknown, broken, cut or too deep is unreadable', (header, bytes) => {
    expect(decode(header, bytes)).toBe('unreadable');
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
  ])('%s may give as many bytes as are allowed and no more', (header, encode) => {
    expect(decode(header, encode(Buffer.alloc(1_000, 'x')))).toBe('x'.repeat(1_000));
    expect(decode(header, encode(Buffer.alloc(1_001, 'x')))).toBe('too-long');
    expect(decode(header, encode(Buffer.alloc(5_000_000, 'x')))).toBe('too-long');
  });

  it('of a bomb in a bomb costs no more than a bomb', () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(5_000_000)));
    expect(decode('gzip, gzip', bomb)).toBe('too-long');
  });
});
