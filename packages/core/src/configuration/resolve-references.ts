import { shownName } from '../errors/shown-name.js';
import { lostNameProblem } from '../provider-kit/schema-parts.js';
import { type ConfigPath, isReference, mapLeaves, protoKeys } from './config-values.js';

/** Variables by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A provider's options with the values in place, and those values, for they must appear in no error. */
export interface ResolvedOptions {
  readonly options: Record<string, unknown>;
  readonly values: readonly string[];
}

/** The value of a variable; undefined if it is not set or empty, which is how many tools unset one. */
export function variableValue(env: Environment, name: string): string | undefined {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  return value === '' ? undefined : value;
}

/** Puts values in the place of references. Calls `report` for each that has none, and goes on. */
export function resolveReferences(
  options: Readonly<Record<string, unknown>>,
  path: ConfigPath,
  env: Environment,
  report: (path: ConfigPath, problem: string) => void,
): ResolvedOptions {
  const values: string[] = [];
  const resolved = mapLeaves(options, path, (leaf, at) => {
    if (!isReference(leaf)) return leaf;
    const name = String(leaf['env']);
    const value = variableValue(env, name);
    if (value === undefined) {
      report(at, `${shownVariable(name)} is ${Object.hasOwn(env, name) && env[name] === '' ? 'empty' : 'not set'}`);
      return undefined;
    }
    values.push(value);
    if (leaf['as'] !== 'json') {
      warnOfQuotes(name, value);
      return value;
    }
    const json = parsed(value, () => report(at, `${shownVariable(name)} does not hold JSON`));
    for (const inner of protoKeys(json)) report([...at, ...inner], lostNameProblem);
    mapLeaves({ json }, [], (inner) => values.push(String(inner)));
    return json;
  });
  return { options: resolved, values };
}

/** `docker run --env-file` and systemd's unit files do not take quotes away, as a shell does. */
export function warnOfQuotes(name: string, value: string): void {
  if (!/^(["']).*\1$/s.test(value.trim())) return;
  process.emitWarning(
    `${shownVariable(name)} is in quotes, and they are taken as a part of its value; take them away where it is set, ` +
      'as in a file for docker --env-file',
    'PolysmsWarning',
  );
}

/** The variables that the options of a provider refer to. */
export function referencedVariables(options: Readonly<Record<string, unknown>>): readonly string[] {
  const names: string[] = [];
  mapLeaves(options, [], (leaf) => {
    if (isReference(leaf)) names.push(String(leaf['env']));
  });
  return names;
}

/** What does not look like a name, in words of capitals, may be the secret itself, where its variable belongs. */
function shownVariable(name: string): string {
  const isName = /^[A-Z_][A-Z\d_]*$/.test(name) && !/[A-Z\d]{17}/.test(name);
  return isName ? `the variable ${shownName(name)}` : 'the variable that it names';
}

function parsed(value: string, fail: () => void): unknown {
  try {
    return JSON.parse(value);
  } catch {
    fail();
    return undefined;
  }
}
