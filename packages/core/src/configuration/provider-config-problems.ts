import { lostNameProblem } from '../provider-kit/schema-parts.js';
import { type ConfigPath, isReference, mapLeaves, protoKeys } from './config-values.js';
import { holdsPassword, looksLikeSecret } from './secret-names.js';

/** What is wrong with a secret in a file. */
export const literalSecretProblem =
  'must not be written here, it looks like a secret; use { "env": "NAME_OF_A_VARIABLE" }';

/** A variable's name. */
const variable = /^[A-Za-z_]\w*$/;

/** What is wrong with one provider's options as far as a file can tell: secrets, references, what is no JSON. */
export function providerConfigProblems(
  options: Readonly<Record<string, unknown>>,
): readonly { readonly path: ConfigPath; readonly problem: string }[] {
  const problems: { path: ConfigPath; problem: string }[] = protoKeys(options).map((path) => {
    return { path, problem: lostNameProblem };
  });
  mapLeaves(options, [], (leaf, path) => {
    const problem = isReference(leaf) ? referenceProblem(leaf) : leafProblem(leaf, path);
    if (problem !== undefined) problems.push({ path, problem });
  });
  return problems;
}

/** What is wrong with a reference; undefined if nothing is. */
export function referenceProblem(reference: Readonly<Record<string, unknown>>): string | undefined {
  const { env, as, ...others } = reference;
  if (Object.keys(others).length > 0) return 'must be a reference with env and as alone, such as { "env": "NAME" }';
  // The name is not repeated: it may be the secret itself, put in the wrong place.
  if (typeof env !== 'string' || !variable.test(env)) return 'env must be the name of a variable, such as MOB_APP_KEY';
  return as === undefined || as === 'text' || as === 'json' ? undefined : 'as must be text or json';
}

function leafProblem(leaf: unknown, path: ConfigPath): string | undefined {
  const isSecret = path.some((segment) => typeof segment === 'string' && looksLikeSecret(segment));
  switch (typeof leaf) {
    case 'string':
      if (isSecret) return literalSecretProblem;
      return holdsPassword(leaf) ? 'must not hold a password; use { "env": "NAME_OF_A_VARIABLE" }' : undefined;
    case 'number':
      return Number.isFinite(leaf) ? undefined : notJson;
    case 'boolean':
    case 'undefined':
      return undefined;
    default:
      return leaf === null ? undefined : notJson;
  }
}

const notJson = 'must be JSON: text, a number, true, false, null, a list or an object, and not nested too deeply';
