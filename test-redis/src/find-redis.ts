import { findRedisServer } from './redis-server.js';
import { startRedis } from './start-redis.js';

let started: Promise<string> | undefined;

/**
 * The URL of a Redis that tests may share: `REDIS_URL` if it is set, otherwise a server that is started once for this
 * process. Undefined if there is none.
 */
export async function findRedis(): Promise<string | undefined> {
  const given = process.env['REDIS_URL'];
  if (given !== undefined && given !== '') return given;
  if ((await findRedisServer()) === undefined) return undefined;
  started ??= startRedis().then(({ url }) => url);
  return started;
}

/**
 * For `describe.skipIf(skipWithoutRedis(await findRedis()))`: says in one loud line that tests are skipped. With `CI`
 * set in the environment nothing is skipped: the tests fail.
 *
 * @param found what {@link findRedis} or {@link findRedisServer} found
 * @throws Error without Redis, if `CI` is set
 */
export function skipWithoutRedis(found: string | undefined): boolean {
  if (found !== undefined) return false;
  const advice = 'no redis-server or valkey-server on this machine (install one, or set REDIS_URL)';
  if (process.env['CI'] !== undefined && process.env['CI'] !== '') throw new Error(`CI needs Redis: ${advice}.`);
  process.stderr.write(`\n*** SKIPPED, THESE TESTS NEED REDIS: ${advice} ***\n\n`);
  return true;
}
