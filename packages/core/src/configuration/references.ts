import { shownName } from '../errors/shown-name.js';
import { isPlainObject, lostNameProblem } from '../provider-kit/schema-parts.js';
import type { ConfigPath, Report } from './problems.js';

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

/** What a text says in JSON; undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Deeper options are no configuration, and may be a circle. */
const deepest = 16;

/** Whether an object is meant as an `EnvReference`, well-formed or not. */
export function isReference(value: unknown): value is Record<string, unknown> {
  return isPlainObject(value) && Object.hasOwn(value, 'env');
}

/** The providers as far as they are objects; the schema complains of the others. */
export function providersOf(config: unknown): readonly Record<string, unknown>[] {
  const providers = isPlainObject(config) ? config['providers'] : undefined;
  return Array.isArray(providers) ? providers.map((entry: unknown) => (isPlainObject(entry) ? entry : {})) : [];
}

/** The pepper of a configuration, by references. */
export function pepperOf(config: unknown): unknown {
  const verification = isPlainObject(config) ? config['verification'] : undefined;
  return isPlainObject(verification) ? verification['pepper'] : undefined;
}

/**
 * Copies the options of a provider with every leaf replaced. A leaf is whatever is no list and no plain object, and
 * a reference to the environment; also a list or an object that is nested too deeply.
 */
export function mapLeaves(
  options: Readonly<Record<string, unknown>>,
  path: ConfigPath,
  onLeaf: (leaf: unknown, path: ConfigPath) => unknown,
  depth = 0,
): Record<string, unknown> {
  const mapValue = (value: unknown, at: ConfigPath, level: number): unknown => {
    if (level > deepest || isReference(value)) return onLeaf(value, at);
    if (Array.isArray(value)) return value.map((item, index) => mapValue(item, [...at, index], level + 1));
    return isPlainObject(value) ? mapLeaves(value, at, onLeaf, level) : onLeaf(value, at);
  };
  // The options themselves are never a reference: one of them may be called env.
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, mapValue(value, [...path, key], depth + 1)]),
  );
}

/** Where a value has keys called `__proto__`. Most code that copies an object drops them, or is misled by them. */
export function protoKeys(value: unknown, path: ConfigPath = [], depth = 0): readonly ConfigPath[] {
  if (depth > deepest) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => protoKeys(item, [...path, index], depth + 1));
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === '__proto__' ? [[...path, key]] : protoKeys(item, [...path, key], depth + 1),
  );
}

/** Puts values in the place of references. Calls `report` for each that has none, and goes on; then there is no result. */
export function resolveReferences(
  options: Readonly<Record<string, unknown>>,
  path: ConfigPath,
  env: Environment,
  report: Report,
): ResolvedOptions | undefined {
  const values: string[] = [];
  let isComplete = true;
  const refuse: Report = (at, problem) => {
    isComplete = false;
    report(at, problem);
  };
  const resolved = mapLeaves(options, path, (leaf, at) => {
    if (!isReference(leaf)) return leaf;
    const name = String(leaf['env']);
    const value = variableValue(env, name);
    if (value === undefined) {
      refuse(at, `${shownVariable(name)} is ${Object.hasOwn(env, name) && env[name] === '' ? 'empty' : 'not set'}`);
      return undefined;
    }
    values.push(value);
    if (leaf['as'] !== 'json') {
      warnOfQuotes(name, value);
      return value;
    }
    const json = parseJson(value);
    if (json === undefined) refuse(at, `${shownVariable(name)} does not hold JSON`);
    for (const inner of protoKeys(json)) refuse([...at, ...inner], lostNameProblem);
    mapLeaves({ json }, [], (inner) => values.push(String(inner)));
    return json;
  });
  return isComplete ? { options: resolved, values } : undefined;
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
