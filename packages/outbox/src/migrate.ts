import type { WorkerUtilsOptions } from 'graphile-worker';
import { keepingExitCode } from './exit-code.js';
import { logger } from './log.js';
import { readSchema } from './tables.js';
import { troubleTeller } from './trouble.js';

/** Options of {@link migrateOutbox}. */
export interface MigrateOutboxOptions {
  /** The schema of graphile-worker. Default `graphile_worker`. */
  readonly schema?: string | undefined;
}

/**
 * Makes or updates the engine's tables, as each worker does when it starts. For deployments whose workers may not make a
 * schema: run it as a user who may. Several processes may run it at once.
 *
 * @param pool a pool of `pg`, which stays open
 * @throws SmsError `configuration_invalid`; what the database says stays as `pg` throws it
 */
export async function migrateOutbox(
  pool: NonNullable<WorkerUtilsOptions['pgPool']>,
  options: MigrateOutboxOptions = {},
): Promise<void> {
  const schema = readSchema('migrateOutbox()', options.schema);
  const { makeWorkerUtils } = await import('graphile-worker');
  const shared = { pgPool: pool, schema, logger: await logger(troubleTeller()) };
  // This makes the tables, before anybody asks it for anything.
  const utils = await keepingExitCode(() => makeWorkerUtils(shared));
  await utils.release();
}
