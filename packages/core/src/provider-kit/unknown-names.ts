import { distance } from 'fastest-levenshtein';
import { shownName } from '../errors/shown-name.js';

/** Longer names are not worth the time: it grows with the square of their length. */
const longestName = 128;

/** The known name that was probably meant; undefined if none is near. Capitals, dashes and underscores count little. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > longestName) return undefined;
  const wanted = simplified(name);
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const mistakes = mistakesBetween(wanted, simplified(candidate));
    if (mistakes >= least) continue;
    nearest = candidate;
    least = mistakes;
  }
  return nearest;
}

/** `; did you mean deadlineMs?`, to follow what is wrong; nothing if no name is near. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean ${shownName(nearest)}?`;
}

/** As people think of it: `maxAttempts`, `max-attempts` and `MAX_ATTEMPTS` are one name. */
function simplified(name: string): string {
  return name.toLowerCase().replaceAll(/[-_\s]/g, '');
}

function mistakesBetween(a: string, b: string): number {
  const edits = distance(a, b);
  // Two letters that changed places are two edits, but one slip of the fingers.
  return edits === 2 && sorted(a) === sorted(b) ? 1 : edits;
}

function sorted(text: string): string {
  return [...text].sort().join('');
}

/** A key that the schema of its object does not know. */
export interface UnknownName {
  readonly path: readonly PropertyKey[];
  /** The keys that would do there. */
  readonly known: readonly string[];
  /** The same one and two levels further inside, with the way to them: `destinations.countries`. */
  readonly inside: readonly string[];
  /** Whether the schema's author has words for whatever is wrong there. */
  readonly hasOwnWords: boolean;
}

/** `; did you mean maxAttempts?`; nothing if no known name is near. */
export function nearestUnknown({ path, known, inside }: UnknownName): string {
  const name = String(path.at(-1));
  const further = inside.find((each) => each.endsWith(`.${name}`));
  return didYouMean(name, known) || (further === undefined ? '' : `; did you mean ${shownName(further)}?`);
}

/** What this needs to know of a schema of Valibot. Those of other libraries have none of it, and are not looked into. */
export interface SchemaLike {
  readonly kind?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
  readonly pipe?: readonly SchemaLike[];
  readonly wrapped?: SchemaLike;
  readonly item?: SchemaLike;
  readonly value?: SchemaLike;
  readonly entries?: Readonly<Record<string, SchemaLike>>;
  readonly getter?: (input: unknown) => SchemaLike;
}

/** Finds every key of strict objects that they do not know; Valibot itself tells of the first in each. */
export function unknownNames(schema: SchemaLike | object, value: unknown): readonly UnknownName[] {
  return find(schema as SchemaLike, value, []);
}

function find(schema: SchemaLike, value: unknown, path: readonly PropertyKey[]): UnknownName[] {
  if (typeof value !== 'object' || value === null || schema.kind !== 'schema') return [];
  if (schema.pipe !== undefined) return schema.pipe.flatMap((each) => find(each, value, path));
  if (schema.wrapped !== undefined) return find(schema.wrapped, value, path);
  if (schema.type === 'lazy') return find(schema.getter?.(value) ?? {}, value, path);
  const within = (inner: SchemaLike | undefined, key: PropertyKey, each: unknown) =>
    inner === undefined ? [] : find(inner, each, [...path, key]);
  if (Array.isArray(value)) return value.flatMap((each, index) => within(schema.item, index, each));
  if (schema.type === 'record') return Object.entries(value).flatMap(([key, each]) => within(schema.value, key, each));
  const { entries } = schema;
  if (entries === undefined) return [];
  const known = Object.keys(entries);
  const names = schema.type === 'strict_object' ? Object.keys(value).filter((key) => !known.includes(key)) : [];
  const inside = names.length === 0 ? [] : known.flatMap((name) => namesInside(entries[name], name, 2));
  const hasOwnWords = typeof schema.message === 'string';
  return [
    ...names.map((key) => ({ path: [...path, key], known, inside, hasOwnWords })),
    ...known.flatMap((key) => (Object.hasOwn(value, key) ? within(entries[key], key, Reflect.get(value, key)) : [])),
  ];
}

/** The names that an object cannot be without. */
export function requiredNames(schema: SchemaLike | object): readonly string[] {
  const entries = Object.entries(entriesOf(schema as SchemaLike) ?? {});
  return entries
    .filter(([, { type }]) => !['optional', 'exact_optional', 'nullish'].includes(String(type)))
    .map(([name]) => name);
}

/** The names inside an option that is an object, or may be one. */
function namesInside(schema: SchemaLike | undefined, way: string, depth: number): string[] {
  const entries = entriesOf(schema);
  if (entries === undefined || depth === 0) return [];
  return Object.entries(entries).flatMap(([name, inner]) => {
    return [`${way}.${name}`, ...namesInside(inner, `${way}.${name}`, depth - 1)];
  });
}

/** The options of an object, also where it may be left out, or be something else. */
export function entriesOf(schema: SchemaLike | undefined): SchemaLike['entries'] {
  if (schema?.kind !== 'schema') return undefined;
  for (const each of schema.pipe ?? []) {
    const entries = entriesOf(each);
    if (entries !== undefined) return entries;
  }
  if (schema.wrapped !== undefined) return entriesOf(schema.wrapped);
  return schema.type === 'lazy' ? entriesOf(schema.getter?.({})) : schema.entries;
}
