import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonMistake } from './config-source.js';

describe('a mistake in JSON', () => {
  it.each<[string, number, number, string]>([
    ['', 1, 1, 'a value; a text needs double quotes'],
    ['{"a": mob}', 1, 7, 'a value; a text needs double quotes'],
    ['{\n  "a": [1, 2,]\n}', 2, 14, 'a value; a text needs double quotes'],
    ['{"a": }', 1, 7, 'a value; a text needs double quotes'],
    ['[mob]', 1, 2, 'a value or ]; a text needs double quotes'],
    ['[', 1, 2, 'a value or ]; a text needs double quotes'],
    ['{\r\n\t"a": 1,\r\n}', 3, 1, 'a name in double quotes; the last one has no comma after it'],
    ["{'a': 1}", 1, 2, 'a name in double quotes or }'],
    ['{ // why\n}', 1, 3, 'a name in double quotes or }'],
    ['{"a" 1}', 1, 6, 'a colon'],
    ['{"a": {"b": []}\n"c": 2}', 2, 1, 'a comma, ] or }'],
    ['{"a": 1]', 1, 8, 'a comma, ] or }'],
    ['[1 2]', 1, 4, 'a comma, ] or }'],
    ['[{}', 1, 4, 'a comma or ]'],
    ['{} {}', 1, 4, 'nothing more'],
    ['-', 1, 2, 'a digit'],
    ['truex', 1, 5, 'nothing more'],
    ['"open', 1, 6, 'the double quotes that end a text'],
    ['{"a": "x', 1, 9, 'the double quotes that end a text'],
    ['1.2.3', 1, 4, 'nothing more'],
    ['[01]', 1, 3, 'a comma, ] or }'],
    ['{"a": 1e}', 1, 9, 'a digit'],
    ['"\\x"', 1, 2, 'an escape that JSON knows; a backslash is written twice'],
    ['"\\u12"', 1, 2, 'an escape that JSON knows; a backslash is written twice'],
    ['"a\n"', 1, 3, 'no line break or tab inside a text; they are written as \\n and \\t'],
    ['{"a": 1, "a": 2,}', 1, 17, 'a name in double quotes; the last one has no comma after it'],
  ])('is found: %j', (text, line, column, expected) => {
    expect(findJsonMistake(text)).toEqual({ line, column, expected });
  });

  it('is not found in a text that is nested too deeply to be read, which throws nothing', () => {
    expect(findJsonMistake('['.repeat(200_000))).toBeUndefined();
  });

  it('is never found where there is none', () => {
    const indent = fc.constantFrom(undefined, 2, '\t');
    fc.assert(
      fc.property(fc.jsonValue(), indent, (value, space) => {
        expect(findJsonMistake(JSON.stringify(value, null, space))).toBeUndefined();
      }),
    );
  });

  it('is found where JSON is cut off, at the latest at the cut', () => {
    const list = fc.array(fc.jsonValue(), { minLength: 1 });
    fc.assert(
      fc.property(list, fc.nat(), (value, at) => {
        const text = JSON.stringify(value);
        const cut = text.slice(0, at % text.length);
        const { line, column } = findJsonMistake(cut) ?? { line: 0, column: 0 };
        expect(line).toBe(1);
        expect(column).toBeGreaterThan(0);
        expect(column).toBeLessThanOrEqual(cut.length + 1);
      }),
    );
  });
});
