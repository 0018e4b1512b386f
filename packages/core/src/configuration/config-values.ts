import type { ConfigPath } from './config-path.js';

/** Deeper options are no configuration, and may be a circle. */
const deepest = 16;

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Whether an object is meant as an `EnvReference`, well-formed or not. */
export function isReference(value: unknown): value is Record<string, unknown> {
  return isPlainObject(value) && Object.hasOwn(value, 'env');
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

/** What is wrong with such a key. */
export const protoKeyProblem = 'is not a name that can be used';
