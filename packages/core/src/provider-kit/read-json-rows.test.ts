import { describe, expect, it } from 'vitest';
import { ownMessageId, readJsonRows } from './read-json-rows.js';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('readJsonRows()', () => {
  it('gives every row in its order, and an empty one for what is none', () => {
    expect(readJsonRows(bytes('[{"a":1},null,[],"text",{"b":2}]'))).toEqual([{ a: 1 }, {}, {}, {}, { b: 2 }]);
    expect(readJsonRows(bytes('[]'))).toEqual([]);
  });

  it('passes over a byte order mark', () => expect(readJsonRows(bytes('\uFEFF[{}]'))).toEqual([{}]));

  it.each(['', '{}', 'null', '[{"a":1}', 'a=1'])('gives nothing of %j', (text) => {
    expect(readJsonRows(bytes(text))).toBeUndefined();
  });

  it('gives nothing of bytes that are no UTF-8', () => {
    expect(readJsonRows(new Uint8Array([0x5b, 0x22, 0xc3, 0x28, 0x22, 0x5d]))).toBeUndefined();
  });
});

describe('ownMessageId()', () => {
  it('knows a UUID from what is none', () => {
    const id = '01940b8e-7c00-7abc-8def-0123456789ab';
    expect(ownMessageId(id)).toBe(id);
    for (const other of ['', 'order-42', `${id}0`, `x${id}`, 7, null, undefined, {}]) {
      expect(ownMessageId(other)).toBeUndefined();
    }
  });
});
