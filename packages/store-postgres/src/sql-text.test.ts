import { describe, expect, it } from 'vitest';
import { parsedJson, sqlJson, sqlText, textOf } from './sql-text.js';

const unusual = [
  '',
  'plain',
  '短信 📦',
  'a\0b',
  '\ud83d',
  'x\udce6\ud83dy',
  '\ue0000000',
  '\ue000',
  '\\u0000',
  'a\nb',
  '"\\',
];

describe('a text for PostgreSQL', () => {
  it('comes back as it was, whatever it holds', () => {
    for (const text of unusual) expect(textOf(sqlText(text))).toBe(text);
    expect(new Set(unusual.map(sqlText)).size).toBe(unusual.length);
  });

  it('holds neither a null character nor half of a pair', () => {
    for (const text of unusual) {
      expect(sqlText(text)).not.toContain('\0');
      expect(Buffer.from(sqlText(text)).toString()).toBe(sqlText(text));
    }
  });

  it('is the same alone and in JSON', () => {
    for (const text of unusual) {
      for (const other of unusual) {
        expect(JSON.parse(sqlJson({ text, other }))).toEqual({ text: sqlText(text), other: sqlText(other) });
        expect(parsedJson(sqlJson({ text, other }))).toEqual({ text, other });
      }
    }
  });
});
