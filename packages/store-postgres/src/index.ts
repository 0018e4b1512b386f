/** The stores of Polysms over PostgreSQL. */

export { type MigrateOptions, migrate } from './migrate.js';
export type { PostgresAnswer, PostgresClient, PostgresStatement } from './postgres-client.js';
export {
  type PostgresStores,
  type PostgresStoresOptions,
  type PurgeOptions,
  postgresStores,
} from './postgres-stores.js';
