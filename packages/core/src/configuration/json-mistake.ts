import { parse } from 'lossless-json';

/** Where a text stops being JSON, and what would have to be there. Both are safe to show: the text is not. */
export interface JsonMistake {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

/** What the parser says, without the character that it quotes, and what that means to somebody who wrote a file. */
const expectations: readonly (readonly [said: RegExp, expected: string, atTheBeginning?: string])[] = [
  [/^(?:JSON|Object) value expected/, 'a value; a text needs double quotes'],
  [/^Array item expected/, 'a value; a text needs double quotes', 'a value or ]; a text needs double quotes'],
  [/^Array item or end/, 'a comma or ]', 'a value or ]; a text needs double quotes'],
  [/^Quoted object key or end/, 'a comma or }', 'a name in double quotes or }'],
  [
    /^Quoted object key expected/,
    'a name in double quotes; the last one has no comma after it',
    'a name in double quotes or }',
  ],
  [/^Comma/, 'a comma, ] or }'],
  [/^Colon/, 'a colon'],
  [/^Expected end/, 'nothing more'],
  [/^End of string/, 'the double quotes that end a text'],
  [/^Invalid number/, 'a digit'],
  [/^Invalid (?:escape|unicode)/, 'an escape that JSON knows; a backslash is written twice'],
  [/^Invalid character/, 'no line break or tab inside a text; they are written as \\n and \\t'],
];

/**
 * Finds the first mistake in a text that `JSON.parse` has refused. Engines do not all tell the place, and those that
 * do repeat a part of the text. Undefined if the parser takes the text, or if it is nested too deeply for it.
 */
export function findJsonMistake(text: string): JsonMistake | undefined {
  try {
    parse(text, null, { parseNumber: () => 0, onDuplicateKey: ({ newValue }) => newValue });
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    const position = / at position (\d+)$/.exec(message)?.[1];
    const [, expected, atTheBeginning = expected] = expectations.find(([said]) => said.test(message)) ?? [];
    if (position === undefined || expected === undefined || atTheBeginning === undefined) return undefined;
    const before = text.slice(0, Number(position));
    const isBeginning = '[{'.includes(before.trimEnd().at(-1) ?? ' ');
    return { ...endOf(before), expected: isBeginning ? atTheBeginning : expected };
  }
}

function endOf(text: string): { readonly line: number; readonly column: number } {
  const lines = text.split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
