import type { StandardSchemaV1 } from '@standard-schema/spec';
import { escaped, shownName } from '../errors/shown-name.js';
import { SmsError } from '../errors/sms-error.js';
import { AsynchronousSchemaError, checkOptions } from './check-options.js';

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
