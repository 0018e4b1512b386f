import { SmsError } from '@polysms/core/stores';

const schemas = /^[a-z_][a-z0-9_]{0,62}$/;

/** The schema, if it is a name that needs no quotes. */
export function checkedSchema(caller: string, schema: unknown): string {
  if (typeof schema === 'string' && schemas.test(schema) && !schema.startsWith('pg_')) return schema;
  throw invalid(
    caller,
    'schema: must be one to sixty-three lower-case letters, digits or underscores, with no digit first and no `pg_`.',
  );
}

export function invalid(caller: string, problem: string): SmsError {
  return new SmsError({ code: 'configuration_invalid', outcome: 'not-sent', message: `${caller}(): ${problem}` });
}
