import { SmsError } from '@polysms/core/stores';
import { checkedSchema, invalid } from './configuration.js';
import { migrationTexts } from './migration-texts.js';
import type { PostgresClient } from './postgres-client.js';
import { postgresFailure, stateOf } from './postgres-failure.js';
import { inSchema } from './statements.js';

/** Options of {@link migrate}. */
export interface MigrateOptions {
  /** As for `postgresStores`. Default `polysms`. */
  readonly schema?: string | undefined;
}

const noRight =
  'The migration failed. The PostgreSQL user may not do it. Give it CREATE on the database and the schema, or run the ' +
  'files in the folder migrations as another user.';

/**
 * Creates the schema with its tables and functions, or brings them up to date. What is there already is left alone, so
 * that every process may call it when it starts: one after the other works, and those that wait find nothing to do.
 *
 * All of it is one transaction. The user needs the right to create a schema, or must own the one that is there. Whoever
 * prefers to do it by hand runs the files in `migrations` in their order.
 *
 * @param client a `Pool` or connected `Client` of `pg`
 * @returns the versions that were applied now, none if all were
 * @throws SmsError `configuration_invalid` if an option cannot work, `store_unavailable` if PostgreSQL refuses
 */
export async function migrate(client: PostgresClient, options: MigrateOptions = {}): Promise<readonly number[]> {
  if (typeof client?.query !== 'function') {
    throw invalid('migrate', 'client: must be a Pool or Client of pg; make one with `new Pool({ connectionString })`.');
  }
  const schema = checkedSchema('migrate', options.schema === undefined ? 'polysms' : options.schema);
  const text = inSchema(scriptOf(migrationTexts), schema);
  try {
    // Without values, so that one round trip can hold many statements: a transaction of their own on one connection.
    const answers = await client.query({ text });
    const last = Array.isArray(answers) ? answers.at(-1) : answers;
    return (last as { readonly rows: readonly { readonly version: number }[] }).rows.map(({ version }) =>
      Number(version),
    );
  } catch (error) {
    if (stateOf(error) === '42501')
      throw new SmsError({ code: 'store_unavailable', outcome: 'not-sent', message: noRight });
    throw postgresFailure(error, 'migration', 'unknown');
  }
}

/** Whoever has the lock migrates. A process that waited for it finds the versions there. */
function scriptOf(texts: readonly string[]): string {
  const steps = texts.map(
    (text, index) => `
do $polysms_step$
declare
  is_there boolean := to_regclass('polysms.migrations') is not null;
begin
  if is_there then
    select exists (select from polysms.migrations where version = ${index + 1}) into is_there;
  end if;
  if not is_there then
    execute $polysms_file$${text}$polysms_file$;
  end if;
end
$polysms_step$;`,
  );
  return `
select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('polysms migrations')::bigint);
${steps.join('\n')}
select version from polysms.migrations where applied_at = now() order by version;`;
}
