import { checkedSchema, invalid } from './configuration.js';
import type { PostgresClient } from './postgres-client.js';
import { Statements } from './statements.js';

/** The tables, and which of their rows are as good as gone. */
const tables = {
  messages: 'expires_at',
  message_keys: 'expires_at',
  message_references: 'expires_at',
  said: 'expires_at',
  subjects: 'expires_at',
  limit_windows: 'ends_at',
  limit_refunds: 'ends_at',
  opt_outs: 'expires_at',
} as const;

const deletions = Object.entries(tables).map(
  ([table, endsAt]) => `
delete from polysms.${table} where ctid = any(array(
  select ctid from polysms.${table} where ${endsAt} <= (select polysms.now_ms($1))
  order by ${endsAt} limit $2 for update skip locked
))
returning 1`,
);

/** Failures outlive challenges, and know no phone number. */
const forgetChallenges = `
update polysms.subjects set challenges = '[]', challenges_end_at = 0 where ctid = any(array(
  select ctid from polysms.subjects
  where challenges_end_at > 0 and challenges_end_at <= (select polysms.now_ms($1))
  order by challenges_end_at limit $2 for update skip locked
))
returning 1`;

const all = [...deletions, forgetChallenges];

/** Options of {@link purge}. */
export interface PurgeOptions {
  /** As for `postgresStores`. Default `polysms`. */
  readonly schema?: string | undefined;
  /** Rows of one statement at most, 1 to 100000. Default 1000. Nobody waits for a batch: it skips what others use. */
  readonly batchSize?: number | undefined;
  /** Ends it after the batch that runs. */
  readonly signal?: AbortSignal | undefined;
  /** For tests: the time in milliseconds, instead of the server's. */
  readonly now?: (() => number) | undefined;
}

/**
 * Deletes what has expired, a batch at a time, until nothing is left. Nothing else deletes it: call this every few
 * minutes, from any process, or from several at once.
 *
 * @param client as for `postgresStores`
 * @returns how many rows it has deleted or emptied
 * @throws SmsError `configuration_invalid` if an option cannot work, `store_unavailable` if a statement fails; what was
 * deleted before stays deleted
 */
export async function purge(client: PostgresClient, options: PurgeOptions = {}): Promise<number> {
  const { schema = 'polysms', batchSize = 1000, signal, now } = options;
  if (typeof client?.query !== 'function') {
    throw invalid('purge', 'client: must be a Pool or Client of pg; make one with `new Pool({ connectionString })`.');
  }
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > 100_000) {
    throw invalid('purge', 'batchSize: must be a whole number of rows, from one to a hundred thousand.');
  }
  // Seldom run: not worth being kept prepared by each connection.
  const statements = new Statements({ client, schema: checkedSchema('purge', schema), prepare: false, now });
  let purged = 0;
  for (const sql of all) {
    for (let last = batchSize; last >= batchSize && signal?.aborted !== true; ) {
      const call = { sql, values: [statements.now, batchSize], store: 'purge', ifLost: 'unknown' } as const;
      last = (await statements.run(call)).length;
      purged += last;
    }
  }
  return purged;
}
