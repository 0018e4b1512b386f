import { transportCodeOf } from '../errors/foreign-error.js';
import { findJsonMistake } from './json-mistake.js';
import type { Problems } from './problems.js';
import { type Environment, variableValue } from './resolve-references.js';

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
  return text === undefined ? undefined : parseJson(text, variable, problems);
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

function parseJson(text: string, variable: string, problems: Problems): ConfigSource | undefined {
  const byteOrderMark = /^\uFEFF/;
  const json = text.replace(byteOrderMark, '');
  try {
    return { form: 'json', config: JSON.parse(json) };
  } catch {
    const mistake = findJsonMistake(json);
    const where =
      mistake && `: line ${shown(mistake.line)}, column ${shown(mistake.column)}: expected ${mistake.expected}`;
    problems.add(variable, `is not JSON${where ?? ''}`);
    return undefined;
  }
}

/** Errors shorten numbers of seven digits and more, since they may be phone numbers: ***67 would mislead. */
function shown(position: number): string {
  return position < 1_000_000 ? String(position) : 'over a million';
}
