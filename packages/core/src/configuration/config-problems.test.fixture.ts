import * as v from 'valibot';
import { smsConfigSchema } from './sms-config-schema.js';

/** What the schema finds wrong with a configuration: `deadlineMs: must be …`. */
export function problemsOf(config: unknown): readonly string[] {
  const { issues = [] } = v.safeParse(smsConfigSchema, config);
  return issues.map(({ path, message }) => `${path?.map(({ key }) => key).join('.') ?? ''}: ${message}`);
}
