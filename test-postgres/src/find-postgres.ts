import { findPostgresServer } from './postgres-server.js';
import { startPostgres } from './start-postgres.js';

let started: Promise<string> | undefined;

/**
 * The URL of a PostgreSQL that tests may share, each file in a schema of its own: `POSTGRES_URL` if it is set, otherwise
 * a server that is started once for this process. Undefined if there is none. The user must be a superuser.
 */
export async function findPostgres(): Promise<string | undefined> {
  const given = process.env['POSTGRES_URL'];
  if (given !== undefined && given !== '') return given;
  if ((await findPostgresServer()) === undefined) return undefined;
  started ??= startPostgres().then(({ url }) => url);
  return started;
}

/**
 * For `describe.skipIf(skipWithoutPostgres(await findPostgres()))`: says in one loud line that tests are skipped. With
 * `CI` set in the environment nothing is skipped: the tests fail.
 *
 * @param found what {@link findPostgres} or `findPostgresServer` found
 * @throws Error without PostgreSQL, if `CI` is set
 */
export function skipWithoutPostgres(found: string | undefined): boolean {
  if (found !== undefined) return false;
  const advice = 'no PostgreSQL server on this machine (install one, or set POSTGRES_URL)';
  if (process.env['CI'] !== undefined && process.env['CI'] !== '') throw new Error(`CI needs PostgreSQL: ${advice}.`);
  process.stderr.write(`\n*** SKIPPED, THESE TESTS NEED POSTGRESQL: ${advice} ***\n\n`);
  return true;
}
