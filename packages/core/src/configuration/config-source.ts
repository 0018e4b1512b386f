import { parse } from 'lossless-json';
import { transportCodeOf } from '../errors/foreign-error.js';
import type { Problems } from './problems.js';
import { type Environment, parseJson, variableValue } from './references.js';

/** Where the environment may keep a configuration. */
export const sourceVariables = ['POLYSMS_CONFIG', 'POLYSMS_CONFIG_FILE', 'POLYSMS_PROVIDERS'] as const;

/** A configuration as the environment gives it. */
export type ConfigSource =
  | { readonly form: 'json'; readonly config: unknown }
  | { readonly form: 'short'; readonly list: string };

/** Finds the one source there must be. Undefined if there is none that can be read: then there is a problem. */
export function readConfigSource(
  env: Environment,
  readFile: (path: string) => string,
  problems: Problems,
): ConfigSource | undefined {
  const set = sourceVariables.filter((variable) => variableValue(env, variable) !== undefined);
  const [variable, ...others] = set;
  if (variable === undefined) {
    problems.add('', `none of ${sourceVariables.join(', ')} is set; set one of them`);
    return undefined;
  }
  if (others.length > 0) {
    problems.add(set.join(', '), 'must not be set together; keep one of them');
    return undefined;
  }
  const value = variableValue(env, variable) ?? '';
  if (variable === 'POLYSMS_PROVIDERS') return { form: 'short', list: value };
  const text = variable === 'POLYSMS_CONFIG' ? value : fileText(value, readFile, problems);
  return text === undefined ? undefined : configOf(text, variable, problems);
}

function fileText(path: string, readFile: (path: string) => string, problems: Problems): string | undefined {
  try {
    return readFile(path);
  } catch (error) {
    // The path is not repeated: the variable may hold the configuration itself by mistake.
    const reason = transportCodeOf(error);
    const code = reason === undefined ? '' : ` (${reason})`;
    problems.add('POLYSMS_CONFIG_FILE', `names a file that cannot be read${code}`);
    return undefined;
  }
}

function configOf(text: string, variable: string, problems: Problems): ConfigSource | undefined {
  const byteOrderMark = /^\uFEFF/;
  const json = text.replace(byteOrderMark, '');
  const config = parseJson(json);
  if (config !== undefined) return { form: 'json', config };
  const mistake = findJsonMistake(json);
  const where =
    mistake && `: line ${shown(mistake.line)}, column ${shown(mistake.column)}: expected ${mistake.expected}`;
  problems.add(variable, `is not JSON${where ?? ''}`);
  return undefined;
}

/** Errors shorten numbers of seven digits and more, since they may be phone numbers: ***67 would mislead. */
function shown(position: number): string {
  return position < 1_000_000 ? String(position) : 'over a million';
}

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
    const lines = before.split('\n');
    return {
      line: lines.length,
      column: (lines.at(-1) ?? '').length + 1,
      expected: isBeginning ? atTheBeginning : expected,
    };
  }
}
