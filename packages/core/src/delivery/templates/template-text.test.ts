import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillTemplateText, parseTemplateText } from './template-text.js';

function fill(source: string, values: Readonly<Record<string, string>> = {}): string {
  const result = parseTemplateText(source);
  if (result.status === 'malformed') return `malformed: ${result.problem}`;
  return fillTemplateText(result.text, (name) => values[name] ?? `<no ${name}>`);
}

describe('a text with placeholders', () => {
  it.each([
    ['no placeholder', 'no placeholder'],
    ['{a}', '1'],
    ['{a}{b}{a}', '121'],
    ['Your order {a} has shipped.', 'Your order 1 has shipped.'],
    ['{{a}}', '{a}'],
    ['{{{a}}}', '{1}'],
    ['{{{{', '{{'],
    ['100 {{% }} off', '100 {% } off'],
    ['{ a }', '<no  a >'],
    ['{toString}{__proto__}', '<no toString><no __proto__>'],
  ])('%j becomes %j', (source, expected) => {
    const values = Object.assign(Object.create(null), { a: '1', b: '2' });
    expect(fill(source, values)).toBe(expected);
  });

  it.each([
    ['{a', /single \{ at character 1;/],
    ['ab}', /single \} at character 3;/],
    ['{{a}', /single \} at character 4;/],
    ['{a}}', /single \} at character 4;/],
    ['{a{{b}', /single \{ at character 1;/],
    ['x {}', /without a name at character 3$/],
  ])('%j is malformed, and the problem says where', (source, problem) => {
    expect(fill(source)).toMatch(problem);
  });

  it('gives back whatever was put in, in any mix of literals, braces and values', () => {
    const literal = fc.string({ unit: fc.constantFrom('a', ' ', '{', '}', '0', '订', '😀') });
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '-', '_'), minLength: 1, maxLength: 3 });
    const piece = fc.record({ literal, name, value: literal });
    fc.assert(
      fc.property(fc.array(piece), literal, (pieces, tail) => {
        const values = new Map(pieces.map((each) => [each.name, each.value]));
        const escaped = (text: string) => text.replaceAll('{', '{{').replaceAll('}', '}}');
        const source = pieces.map((each) => `${escaped(each.literal)}{${each.name}}`).join('') + escaped(tail);
        const expected = pieces.map((each) => each.literal + values.get(each.name)).join('') + tail;
        expect(fill(source, Object.fromEntries(values))).toBe(expected);
      }),
    );
  });

  it('of any kind is parsed or refused, and never thrown over', () => {
    const status = fc.string({ unit: fc.constantFrom('{', '}', 'a') });
    fc.assert(
      fc.property(status, (source) => {
        expect(['parsed', 'malformed']).toContain(parseTemplateText(source).status);
      }),
    );
  });
});
