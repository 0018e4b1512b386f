import { shownName } from '../errors/shown-name.js';
import { isPlainObject } from '../provider-kit/schema-parts.js';

/** The way to a value inside a configuration: `['providers', 1, 'appKey']`. */
export type ConfigPath = readonly (string | number)[];

/** `providers.1.appKey`, for a message: names that a file or an environment holds are shown safely. */
export function dotted(path: ConfigPath): string {
  return path.map(shownName).join('.');
}

/** Deeper options are no configuration, and may be a circle. */
const deepest = 16;

/** Whether an object is meant as an `EnvReference`, well-formed or not. */
export function isReference(value: unknown): value is Record<string, unknown> {
  return isPlainObject(value) && Object.hasOwn(value, 'env');
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
): Record<string, unknown> {
  // The options themselves are never a reference: one of them may be called env.
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, mapValue(value, [...path, key], onLeaf, 1)]),
  );
}

function mapValue(
  value: unknown,
  path: ConfigPath,
  onLeaf: (leaf: unknown, path: ConfigPath) => unknown,
  depth: number,
): unknown {
  const isBranch = Array.isArray(value) || (isPlainObject(value) && !isReference(value));
  if (!isBranch || depth > deepest) return onLeaf(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapValue(item, [...path, index], onLeaf, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapValue(item, [...path, key], onLeaf, depth + 1)]),
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
