import { lostNameProblem } from '../provider-kit/schema-parts.js';
import type { ConfigPath, Report } from './problems.js';
import { isReference, mapLeaves, protoKeys } from './references.js';

/** What is wrong with a secret in a file. */
export const literalSecretProblem =
  'must not be written here, it looks like a secret; use { "env": "NAME_OF_A_VARIABLE" }';

/** A variable's name. */
const variable = /^[A-Za-z_]\w*$/;

/** Reports what is wrong with one provider's options as far as a file can tell: secrets, references, what is no JSON. */
export function reportProviderProblems(options: Readonly<Record<string, unknown>>, report: Report): void {
  for (const path of protoKeys(options)) report(path, lostNameProblem);
  mapLeaves(options, [], (leaf, path) => {
    const problem = isReference(leaf) ? referenceProblem(leaf) : leafProblem(leaf, path);
    if (problem !== undefined) report(path, problem);
  });
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
  if (typeof leaf === 'string') {
    if (isSecret) return literalSecretProblem;
    return holdsPassword(leaf) ? 'must not hold a password; use { "env": "NAME_OF_A_VARIABLE" }' : undefined;
  }
  const isJson = leaf === undefined || leaf === null || typeof leaf === 'boolean' || Number.isFinite(leaf);
  return isJson ? undefined : notJson;
}

const notJson = 'must be JSON: text, a number, true, false, null, a list or an object, and not nested too deeply';

const secretWord =
  /(?:key|secret|token|password|passwd|passphrase|passcode|pwd|pass|pepper|credential|authorization)s?$/;

/** What a name ends in that speaks about a secret and is none: `accessKeyId`, `tokenUrl`, `keyFile`. */
const describingWord =
  /^(?:id|ids|sid|name|names|type|url|uri|endpoint|host|file|path|header|algorithm|version|length|size|count|limit|ttl|ms|seconds)$/;

/** Whether the value of a field with this name has no place in a file: `appKey`, `access_key_secret`, `AUTH_TOKEN`. */
export function looksLikeSecret(field: string): boolean {
  const words = field
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
  return !describingWord.test(words.at(-1) ?? '') && words.some((word) => secretWord.test(word));
}

/** Whether a text is a URL that carries a password: `redis://user:password@host`. */
export function holdsPassword(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\/[^/?#\s]*:[^/?#\s]+@/i.test(text);
}
