/** Finds or starts a PostgreSQL for tests and benchmarks. */

export { findPostgres, skipWithoutPostgres } from './find-postgres.js';
export { findPostgresServer, serverUser } from './postgres-server.js';
export { startPostgres, type TestPostgres, type TestPostgresOptions } from './start-postgres.js';
