/** A text with placeholders, taken apart: a literal, a name, a literal, a name, …, a literal. */
export interface TemplateText {
  /** One more than there are names; may be empty strings. */
  readonly literals: readonly string[];
  /** The placeholders, in order; a name may come more than once. */
  readonly names: readonly string[];
}

/** What {@link parseTemplateText} answers. */
export type TemplateTextResult =
  | { readonly status: 'parsed'; readonly text: TemplateText }
  | { readonly status: 'malformed'; readonly problem: string };

/** Doubled braces first: in `{{{name}}}` the outer pair is literal. A brace that is left over is an error. */
const tokens = /\{\{|\}\}|\{[^{}]*\}|[{}]/gu;

/** Takes a text apart. `{name}` is a placeholder, `{{` and `}}` are literal braces; a single brace is refused. */
export function parseTemplateText(source: string): TemplateTextResult {
  const literals: string[] = [];
  const names: string[] = [];
  let literal = '';
  let end = 0;
  for (const { 0: token, index } of source.matchAll(tokens)) {
    literal += source.slice(end, index);
    end = index + token.length;
    if (token === '{{') literal += '{';
    else if (token === '}}') literal += '}';
    else if (token.length > 2) {
      literals.push(literal);
      names.push(token.slice(1, -1));
      literal = '';
    } else return { status: 'malformed', problem: problemOf(token, index + 1) };
  }
  literals.push(literal + source.slice(end));
  return { status: 'parsed', text: { literals, names } };
}

function problemOf(token: string, position: number): string {
  if (token === '{}') return `has a placeholder without a name at character ${position}`;
  return `has a single ${token} at character ${position}; write {name} for a parameter, {{ or }} for a brace`;
}

/** Puts the values in, as they are: braces in a value mean nothing. */
export function fillTemplateText({ literals, names }: TemplateText, valueFor: (name: string) => string): string {
  let filled = literals[0] ?? '';
  for (let index = 0; index < names.length; index += 1) {
    filled += valueFor(names[index] ?? '') + (literals[index + 1] ?? '');
  }
  return filled;
}
