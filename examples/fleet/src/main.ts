import { findPostgres, skipWithoutPostgres } from 'test-postgres';
import { findRedis, skipWithoutRedis } from 'test-redis';
import { startFleet } from './fleet.js';

const [postgresUrl, redisUrl] = [await findPostgres(), await findRedis()];
if (postgresUrl === undefined || redisUrl === undefined) {
  skipWithoutPostgres(postgresUrl);
  skipWithoutRedis(redisUrl);
  process.exit(1);
}
const fleet = await startFleet({ postgresUrl, redisUrl });
process.stdout.write(`The shop is at ${fleet.url}, and the phones are at ${fleet.box.url}.\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void fleet[Symbol.asyncDispose]().then(() => process.exit(0)));
}
