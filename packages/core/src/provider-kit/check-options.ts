import type { StandardSchemaV1 } from '@standard-schema/spec';
import { nearestUnknown, requiredNames, type UnknownName, unknownNames } from './unknown-names.js';

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
