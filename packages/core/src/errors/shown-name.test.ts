import { describe, expect, it } from 'vitest';
import { escaped, listOfNames, quotedName, shownName, visibleName } from './shown-name.js';

describe('a name that somebody else chose', () => {
  it.each<[unknown, string]>([
    ['mob-2', 'mob-2'],
    ['$a.b_C', '$a.b_C'],
    ['a'.repeat(128), 'a'.repeat(128)],
    ['a'.repeat(129), `"${'a'.repeat(64)}…"`],
    [`${'a'.repeat(63)} `, `"${'a'.repeat(63)} "`],
    [`${'a b'.repeat(30)}`, `"${'a b'.repeat(30).slice(0, 64)}…"`],
    ['', '""'],
    ['a b', '"a b"'],
    ['name\nforged: line', String.raw`"name\nforged: line"`],
    ['-a"', String.raw`"-a\""`],
    ['été', '"été"'],
    [42, '42'],
    [undefined, 'undefined'],
    [null, 'object'],
    [{ toString: () => 'secret' }, 'object'],
    [() => 'secret', 'function'],
    [Symbol('s'), '"Symbol(s)"'],
  ])('%# is shown as it is if it is plain, and otherwise in quotes, cut and escaped', (name, shown) => {
    expect(shownName(name)).toBe(shown);
  });

  it('always stands in quotes in the middle of a sentence', () => {
    expect([quotedName('mob'), quotedName(''), quotedName('a'.repeat(64)), quotedName('a'.repeat(65))]).toEqual([
      '"mob"',
      '""',
      `"${'a'.repeat(64)}"`,
      `"${'a'.repeat(64)}…"`,
    ]);
  });

  it('is one of twenty at most in a list', () => {
    const names = Array.from({ length: 21 }, (_, index) => `n${index}`);
    expect(listOfNames([])).toBe('');
    expect(listOfNames(['a', 1, 'b c'])).toBe('a, 1, "b c"');
    expect(listOfNames(['a', 'b'], (name) => `<${name}>`)).toBe('<a>, <b>');
    expect(listOfNames(new Set(names.slice(0, 20)))).toBe(names.slice(0, 20).join(', '));
    expect(listOfNames(names)).toBe(`${names.slice(0, 20).join(', ')} and 1 more`);
  });
});

describe('a text in a log', () => {
  it.each([
    ['plain ~ text', 'plain ~ text'],
    ['été 短信', 'été 短信'],
    ['a\u001b[31mb', String.raw`a\u001b[31mb`],
    ['\u0000', String.raw`\u0000`],
    ['a\u2028b\u2029', String.raw`a\u2028b\u2029`],
    ['a\u202eb', String.raw`a\u202eb`],
    ['\ufeff', String.raw`\ufeff`],
    ['\uffff', String.raw`\uffff`],
    ['\ud83d!', String.raw`\ud83d!`],
    ['😀', '😀'],
    // A sign beyond the basic plane that nobody sees: both halves are written.
    ['\u{e0001}', String.raw`\udb40\udc01`],
    ['é\tb', String.raw`é\u0009b`],
  ])('%# shows all that a terminal would obey', (text, shown) => {
    expect(escaped(text)).toBe(shown);
  });
});

describe('a name in errors, events and on a phone', () => {
  it.each([
    ['a', true],
    ['Müller & Söhne', true],
    ['a'.repeat(64), true],
    ['a'.repeat(65), false],
    ['', false],
    ['a\n', false],
    ['\u200bshop', false],
    ['a\u2028', false],
    ['\ud83d', false],
    ['😀', true],
  ])('%# has 1 to 64 characters that can be seen', (name, isVisible) => {
    expect(visibleName.test(name)).toBe(isVisible);
  });
});
