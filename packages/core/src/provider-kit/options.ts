import type { StandardSchemaV1 } from '@standard-schema/spec';
import { escaped, shownName } from '../errors/shown-name.js';
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
  const result = validate(owner, schema, options);
  if (result.issues === undefined) return result.value;
  const secrets = leavesOf(options);
  const problems = result.issues.map((issue) => {
    const field = issue.path?.map(pathSegment).join('.') ?? '';
    const problem = escaped(withoutValues(inWords(issue.message), secrets));
    return field === '' ? problem : `${field}: ${problem}`;
  });
  throw configurationInvalid(`${owner}: ${problems.join('; ')}`);
}

/** The error for options that cannot work, thrown while an object is made. */
export function configurationInvalid(message: string): SmsError {
  return new SmsError({ code: 'configuration_invalid', outcome: 'not-sent', message });
}

/** Valibot's own words for an object with a key too many, and for no object, help nobody who wrote an option wrong. */
function inWords(message: string): string {
  if (message.startsWith('Invalid key: Expected never')) return 'is not an option; correct its name, or leave it out';
  return message.startsWith('Invalid type: Expected Object') ? 'must be an object of options' : message;
}

function pathSegment(segment: PropertyKey | StandardSchemaV1.PathSegment): string {
  return shownName(typeof segment === 'object' ? segment.key : segment);
}

function withoutValues(message: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message);
}

function validate<Schema extends StandardSchemaV1>(owner: string, schema: Schema, options: unknown) {
  let result: ReturnType<StandardSchemaV1<unknown, StandardSchemaV1.InferOutput<Schema>>['~standard']['validate']>;
  try {
    result = schema['~standard'].validate(options) as typeof result;
  } catch {
    // Its message may repeat a value.
    throw configurationInvalid(`${owner}: the options could not be read; are they a plain object?`);
  }
  if ('then' in result) throw configurationInvalid(`${owner}: the schema of the options must be synchronous.`);
  return result;
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
