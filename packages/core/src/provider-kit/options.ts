import type { StandardSchemaV1 } from '@standard-schema/spec';
import { SmsError } from '../errors/sms-error.js';

/**
 * Checks the options of a provider against a schema and returns them with their defaults filled in.
 * Takes a schema of any library that speaks Standard Schema (Valibot, Zod, ArkType, …), synchronous ones only.
 *
 * @param owner the function that the user called, for the message: `mob()`
 * @throws SmsError `configuration_invalid`, naming every wrong field and what is expected.
 * The values given are never repeated: one of them may be a credential in the wrong place.
 */
export function parseOptions<Schema extends StandardSchemaV1>(
  owner: string,
  schema: Schema,
  options: unknown,
): StandardSchemaV1.InferOutput<Schema> {
  const result = schema['~standard'].validate(options);
  if (result instanceof Promise) {
    throw configurationInvalid(`${owner}: the schema of the options must be synchronous.`);
  }
  if (result.issues === undefined) return result.value;
  const secrets = [...leaves(options)].filter((leaf) => leaf.length >= 3).sort((a, b) => b.length - a.length);
  const problems = result.issues.map((issue) => {
    const field = issue.path?.map(pathSegment).join('.') ?? '';
    return field === '' ? withoutValues(issue.message, secrets) : `${field}: ${withoutValues(issue.message, secrets)}`;
  });
  throw configurationInvalid(`${owner}: ${problems.join('; ')}`);
}

/** The error for options that cannot work, thrown while an object is made. */
export function configurationInvalid(message: string): SmsError {
  return new SmsError({ code: 'configuration_invalid', outcome: 'not-sent', message });
}

function pathSegment(segment: PropertyKey | StandardSchemaV1.PathSegment): string {
  return String(typeof segment === 'object' ? segment.key : segment);
}

function withoutValues(message: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message);
}

/** Every string and number inside the options. Objects seen before are passed over, so that a circle ends. */
function* leaves(value: unknown, seen = new Set<object>()): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'number' || typeof value === 'bigint') yield String(value);
  else if (typeof value === 'object' && value !== null && !seen.has(value)) {
    seen.add(value);
    for (const inner of Object.values(value)) yield* leaves(inner, seen);
  }
}
