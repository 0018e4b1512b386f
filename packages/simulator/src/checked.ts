import { configurationInvalid } from '@polysms/core/provider-kit';
import * as v from 'valibot';

/**
 * Checks what the control API or a test was given. Unlike `parseOptions` it may repeat what was passed: faults and
 * replies hold no credential.
 *
 * @throws SmsError `configuration_invalid` naming every wrong field
 */
export function checked<Schema extends v.GenericSchema>(
  owner: string,
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'the call'}: ${issue.message}`);
  throw configurationInvalid(`${owner}: ${problems.join('; ')}`);
}
