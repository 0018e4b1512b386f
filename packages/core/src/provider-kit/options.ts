import type { StandardSchemaV1 } from '@standard-schema/spec';
import { escaped, shownName } from '../errors/shown-name.js';
import { SmsError } from '../errors/sms-error.js';
import { nearestUnknown, requiredNames, type UnknownName, unknownNames } from './unknown-names.js';

/**
 * Checks the options of a provider against a schema and returns them with their defaults filled in.
 * Takes a schema of any library that speaks Standard Schema (Valibot, Zod, ArkType, …), synchronous ones only.
 *
 * @param owner the function that the user called, for the message: `mob()`
 * @throws SmsError `configuration_invalid`, naming every wrong field and what is expected; of a name that the schema
 * (of Valibot) does not know, the one that was probably meant.
 * The values given are never repeated: one of them may be a credential in the wrong place.
 */
export function parseOptions<Schema extends StandardSchemaV1>(
  owner: string,
  schema: Schema,
  options: unknown,
): StandardSchemaV1.InferOutput<Schema> {
  const checked = check(owner, schema, options);
  if (checked.problems === undefined) return checked.value;
  const secrets = leavesOf(options);
  const problems = checked.problems.map(({ path, problem }) => {
    const shown = escaped(withoutValues(problem, secrets));
    return path.length === 0 ? shown : `${path.map(shownName).join('.')}: ${shown}`;
  });
  throw configurationInvalid(`${owner}: ${problems.join('; ')}`);
}

/** The error for options that cannot work, thrown while an object is made. */
export function configurationInvalid(message: string): SmsError {
  return new SmsError({ code: 'configuration_invalid', outcome: 'not-sent', message });
}

function withoutValues(message: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message);
}

function check<Schema extends StandardSchemaV1>(owner: string, schema: Schema, options: unknown) {
  try {
    return checkOptions(schema, options);
  } catch (error) {
    if (error instanceof AsynchronousSchemaError) {
      throw configurationInvalid(`${owner}: the schema of the options must be synchronous.`);
    }
    // Its message may repeat a value.
    throw configurationInvalid(`${owner}: the options could not be read; are they a plain object?`);
  }
}

/** Shorter values could not be told from the words of a message. */
const shortestSecret = 6;

/** Every string and number inside the options, the longest first, also as JSON writes it. */
function leavesOf(options: unknown): readonly string[] {
  const leaves = new Set<string>();
  const seen = new Set<unknown>();
  const pending: unknown[] = [options];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
      leaves.add(String(value));
      leaves.add(JSON.stringify(String(value)).slice(1, -1));
    } else if (value instanceof Uint8Array) leaves.add(new TextDecoder().decode(value));
    else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value);
      const isCollection = value instanceof Map || value instanceof Set;
      pending.push(...(isCollection ? [...value].flat() : Object.values(value)));
    }
  }
  return [...leaves].filter((leaf) => leaf.length >= shortestSecret).sort((a, b) => b.length - a.length);
}

/** One thing that is wrong, and where. */
export interface OptionProblem {
  readonly path: readonly PropertyKey[];
  /** What is expected instead. */
  readonly problem: string;
}

/** The options with their defaults, or everything that is wrong with them. */
export type CheckedOptions<Output> =
  | { readonly problems?: undefined; readonly value: Output }
  | { readonly problems: readonly OptionProblem[] };

/**
 * Checks options against a schema, in words for whoever wrote them: with the name that was probably meant, and every
 * name that a schema of Valibot does not know, also `constructor`, which `v.strictObject` takes and loses.
 *
 * @throws whatever a schema throws; and if it is asynchronous
 */
export function checkOptions<Schema extends StandardSchemaV1>(
  schema: Schema,
  options: unknown,
): CheckedOptions<StandardSchemaV1.InferOutput<Schema>> {
  const result = schema['~standard'].validate(options) as StandardSchemaV1.Result<StandardSchemaV1.InferOutput<Schema>>;
  if ('then' in result) throw new AsynchronousSchemaError();
  const unknown = unknownNames(schema, options);
  const issues = (result.issues ?? []).map(({ path = [], message }) => {
    return { path: path.map((segment) => (typeof segment === 'object' ? segment.key : segment)), problem: message };
  });
  const known = issues.filter(({ path }) => !unknown.some((name) => isSame(name.path, path)));
  const problems = [
    ...known.map(({ path, problem }) => ({ path, problem: inWords(problem, path.length === 0 ? schema : {}) })),
    ...unknown.map((name) => {
      const said = issues.find(({ path }) => isSame(name.path, path))?.problem;
      return { path: name.path, problem: unknownProblem(name, said) };
    }),
  ];
  if (problems.length > 0) return { problems };
  return result.issues === undefined
    ? { value: result.value }
    : { problems: [{ path: [], problem: 'cannot be used' }] };
}

export class AsynchronousSchemaError extends Error {}

const unknownToValibot = /^Invalid key: Expected never\b/;

/** Valibot's own words for what is missing, for a key too many and for no object help nobody who wrote an option wrong. */
function inWords(message: string, schema: object): string {
  if (unknownToValibot.test(message)) return 'is not an option; correct its name, or leave it out';
  if (/^Invalid key: Expected ".*" but received undefined$/.test(message)) return 'is missing';
  if (!message.startsWith('Invalid type: Expected Object')) return message;
  const required = requiredNames(schema);
  return `must be an object of options${required.length === 0 ? '' : ` with ${required.join(', ')}`}`;
}

/** The words of a schema's author stay, and the name that was probably meant follows. */
function unknownProblem(name: UnknownName, said: string | undefined): string {
  const isOwn = said !== undefined && !unknownToValibot.test(said);
  const list = isOwn || name.hasOwnWords ? '' : `; the options here are ${name.known.join(', ')}`;
  return `${isOwn ? said : 'is not an option'}${nearestUnknown(name) || list}`;
}

function isSame(one: readonly PropertyKey[], other: readonly PropertyKey[]): boolean {
  return one.length === other.length && one.every((key, index) => String(key) === String(other[index]));
}
