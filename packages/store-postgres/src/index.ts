/** The stores of Polysms over PostgreSQL. */

export { type MigrateOptions, migrate } from './migrate.js';
export type { PostgresAnswer, PostgresClient, PostgresStatement } from './postgres-client.js';
export {
  type PostgresStores,
  type PostgresStoresOptions,
  postgresStores,
} from './postgres-stores.js';
export { type PurgeOptions, purge } from './purge.js';
