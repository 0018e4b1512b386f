/** Messages that are sent if, and only if, the app's own PostgreSQL transaction commits. */

export { type MigrateOutboxOptions, migrateOutbox } from './migrate.js';
export { type CancelResult, createOutbox, type Outbox, type OutboxOptions, type OutboxRequest } from './outbox.js';
export type { SqlClient } from './sql-client.js';
export { createOutboxWorker, type OutboxDeadLetter, type OutboxWorker, type OutboxWorkerOptions } from './worker.js';
