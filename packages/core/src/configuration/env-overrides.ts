import { isPlainObject } from '../provider-kit/schema-parts.js';
import { entriesOf, type SchemaLike } from '../provider-kit/unknown-names.js';
import { type ConfigPath, dotted, type Problems } from './problems.js';
import { type Environment, isReference, parseJson, pepperOf, variableValue, warnOfQuotes } from './references.js';
import { type EnvReference, settings } from './sms-config-schema.js';
import { upperSnake, variablePrefix } from './variables.js';

/** Makes a setting of what a variable holds, and of what was there; the schema checks it later, like the rest. */
type Reading = (value: string, before: unknown, variable: string) => unknown;

/** A setting that a variable can override. */
export interface Override {
  readonly path: readonly string[];
  readonly read: Reading;
}

/** How a setting is read, by the type of its schema. Lists and objects by name need a file. */
const readings: ReadonlyMap<unknown, Reading> = new Map<unknown, Reading>([
  ['number', numberOrText],
  ['string', asText],
  ['picklist', asText],
  ['boolean', jsonOrText],
  ['literal', jsonOrText],
  ['custom', secretOver],
]);

const pepperVariables = new Map([
  ['verification.pepper.current', 'POLYSMS_PEPPER'],
  ['verification.pepper.previous', 'POLYSMS_PREVIOUS_PEPPER'],
]);

/** Every setting that is neither a list nor an object by name, by variable: `POLYSMS_BREAKER_OPEN_MS` is `breaker.openMs`. */
export const overrides: ReadonlyMap<string, Override> = new Map(
  overridable(settings, []).map((override) => {
    const { path } = override;
    return [pepperVariables.get(path.join('.')) ?? variablePrefix + path.map(upperSnake).join('_'), override];
  }),
);

function overridable(schema: SchemaLike, path: readonly string[]): readonly Override[] {
  const plain = typeOf(schema, '');
  const object = typeOf(schema, {});
  if (object === 'strict_object' && plain !== 'picklist') {
    const entries = Object.entries(entriesOf(schema) ?? {});
    return entries.flatMap(([name, inner]) => overridable(inner, [...path, name]));
  }
  const read = readings.get(plain);
  if (read === undefined) return [];
  return [{ path, read: read === asText && object !== plain ? objectOrText : read }];
}

/** The type of a schema of Valibot for a text, or for an object: some settings take either. */
function typeOf(schema: SchemaLike, input: unknown): unknown {
  const last = schema.pipe?.findLast(({ kind }) => kind === 'schema');
  if (last !== undefined) return typeOf(last, input);
  const inner = schema.wrapped ?? (schema.type === 'lazy' ? schema.getter?.(input) : undefined);
  return inner === undefined ? schema.type : typeOf(inner, input);
}

/** Lays the variables that are set over a configuration, and says which were. */
export function applyOverrides(
  config: unknown,
  env: Environment,
  problems: Problems,
): { readonly config: unknown; readonly variables: readonly string[] } {
  const variables: string[] = [];
  if (!isPlainObject(config)) return { config, variables };
  let overridden: Record<string, unknown> = config;
  for (const [variable, { path, read }] of overrides) {
    const value = variableValue(env, variable);
    if (value === undefined) continue;
    if (read === asText || read === objectOrText) warnOfQuotes(variable, value);
    const off = switchedOff(overridden, path);
    if (off !== undefined) problems.add(variable, `has no effect, since ${off} is false; unset it`);
    const target = read === secretOver ? withPepperInParts(overridden) : overridden;
    const laid = layOver(target, path, (before) => read(value, before, variable));
    if (laid === undefined) continue;
    overridden = laid;
    variables.push(variable);
  }
  return { config: overridden, variables };
}

/** Where a path comes from: `POLYSMS_GUARD_LIMITS_IP.0.max`. Undefined if it is none of these variables. */
export function variablePlace(path: ConfigPath, variables: readonly string[]): string | undefined {
  for (const variable of variables) {
    const setting = overrides.get(variable)?.path ?? [];
    if (setting.every((key, index) => path[index] === key)) return dotted([variable, ...path.slice(setting.length)]);
  }
  return undefined;
}

/** The variables that a path was put together from: `POLYSMS_PEPPER, POLYSMS_PREVIOUS_PEPPER`. */
export function variablesWithin(path: ConfigPath, variables: readonly string[]): string | undefined {
  const isWithin = (variable: string) => path.every((key, index) => overrides.get(variable)?.path[index] === key);
  return (path.length > 0 && variables.filter(isWithin).join(', ')) || undefined;
}

/** The setting above a path that is false: its own settings are not looked at. */
function switchedOff(config: unknown, path: readonly string[]): string | undefined {
  let value = config;
  for (const [index, name] of path.slice(0, -1).entries()) {
    value = isPlainObject(value) ? value[name] : undefined;
    if (value === false) return path.slice(0, index + 1).join('.');
  }
  return undefined;
}

/** A copy with another value at a path. Undefined if something else is in the way; the schema says what is wrong. */
function layOver(
  target: unknown,
  path: readonly string[],
  put: (before: unknown) => unknown,
): Record<string, unknown> | undefined {
  const [name = '', ...inner] = path;
  const outer = target ?? {};
  if (!isPlainObject(outer)) return undefined;
  const before = outer[name];
  const after = inner.length === 0 ? put(before) : layOver(before, inner, put);
  return after === undefined ? undefined : { ...outer, [name]: after };
}

/** `{ "env": "A" }` is short for `{ "current": { "env": "A" } }`. */
function withPepperInParts(config: unknown): unknown {
  const pepper = pepperOf(config);
  if (!isReference(pepper)) return config;
  return layOver(config, ['verification', 'pepper'], () => ({ current: pepper }));
}

/** A number if it is written like one; the schema refuses any other text where a number belongs. */
export function numberOrText(value: string): number | string {
  const trimmed = value.trim();
  return /^-?\d+(?:\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
}

function asText(value: string): string {
  return value.trim();
}

/** What JSON says, such as a list or `false`; the schema refuses any other text where that belongs. */
function jsonOrText(value: string): unknown {
  const json = parseJson(value);
  return json === undefined ? value.trim() : json;
}

/** An object if it is one in JSON. Anything else is text: the name of a template may look like a number. */
function objectOrText(value: string): unknown {
  const json = parseJson(value);
  return isPlainObject(json) ? json : value.trim();
}

/** A secret stays in its variable. One that is written in the file itself stays there, to be refused. */
function secretOver(_value: string, before: unknown, variable: string): EnvReference | undefined {
  return before === undefined || isReference(before) ? { env: variable } : undefined;
}
