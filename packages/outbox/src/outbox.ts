import type { SendRequest } from '@polysms/core';
import { type JobOptions, jobLanes, newJob, type SmsJob } from '@polysms/core/jobs';
import { isSmsError, SmsError } from '@polysms/core/stores';
import type { SqlClient } from './sql-client.js';
import { mostRuns, readSchema, sendTask } from './tables.js';

/** Options of {@link createOutbox}. */
export interface OutboxOptions {
  /** The schema of graphile-worker. Default `graphile_worker`. */
  readonly schema?: string | undefined;
  /** Whose numbers are meant that have no country code, as with `createSmsClient`. */
  readonly defaultCountry?: string | undefined;
}

/** A message for the outbox: what `send()` takes, and when it is to be sent. */
export type OutboxRequest = SendRequest & JobOptions;

/** What became of a request to cancel. */
export type CancelResult =
  /** It was waiting, and is not sent. */
  | 'canceled'
  /** A worker has it: it may have been sent. */
  | 'running'
  /** It has been sent, has been canceled, or never was. */
  | 'not-found';

/** Writes messages down within the app's transactions. It holds no connection. */
export interface Outbox {
  /**
   * Writes a message down on the app's connection, within its transaction: the message is sent once if the transaction
   * commits, and never if it does not. A second message with the same `idempotencyKey` changes nothing.
   *
   * @param client the connection on which the transaction runs; never a pool, which takes any
   * @returns the job's id: its `idempotencyKey`, or a new one
   * @throws SmsError `invalid_request`, `invalid_phone_number`; what the database says stays as `pg` throws it, since the
   * transaction has failed
   */
  enqueue(client: SqlClient, request: OutboxRequest): Promise<string>;
  /** The same for many, in one statement. Answers their ids in order. None is written if one cannot be. */
  enqueueMany(client: SqlClient, requests: readonly OutboxRequest[]): Promise<readonly string[]>;
  /** Takes a message back that nobody has begun to send. It counts when the transaction commits. */
  cancel(client: SqlClient, id: string): Promise<CancelResult>;
}

/**
 * Makes an outbox. Whoever sends its messages is {@link createOutboxWorker}, in this process or in another.
 *
 * @throws SmsError `configuration_invalid`
 */
export function createOutbox(options: OutboxOptions = {}): Outbox {
  const { defaultCountry } = options;
  const schema = readSchema('createOutbox()', options.schema);
  const jobOf = (caller: string, request: OutboxRequest) => newJob(caller, request, { defaultCountry });
  return {
    async enqueue(client, request) {
      const job = jobOf('enqueue()', request);
      await add(client, schema, [job]);
      return job.id;
    },
    async enqueueMany(client, requests) {
      const jobs = requests.map((request, index) => named(index, () => jobOf('enqueueMany()', request)));
      if (jobs.length > 0) await add(client, schema, jobs);
      return jobs.map(({ id }) => id);
    },
    async cancel(client, id) {
      const { rows } = await client.query(`select id, locked_at from "${schema}".remove_job($1)`, [id]);
      // Where there is none, the function answers a row of nulls.
      const [row] = rows as readonly { readonly id: unknown; readonly locked_at: unknown }[];
      if (row === undefined || row.id === null) return 'not-found';
      return row.locked_at === null ? 'canceled' : 'running';
    },
  };
}

/** An error of one request of many says which. */
function named(index: number, make: () => SmsJob): SmsJob {
  try {
    return make();
  } catch (error) {
    if (!isSmsError(error)) throw error;
    const message = `request ${index}: ${error.message}`;
    throw new SmsError({ code: error.code, outcome: error.outcome, message });
  }
}

/** One statement, whatever their number. A job that is there already stays as it is, also while it runs. */
async function add(client: SqlClient, schema: string, jobs: readonly SmsJob[]): Promise<void> {
  const rows = jobs.map((job) => ({
    id: job.id,
    job,
    // Null for a message to be sent at once: the clock of the database counts then.
    run_at: job.availableAt > job.createdAt ? new Date(job.availableAt).toISOString() : null,
    priority: jobLanes.indexOf(job.lane),
  }));
  const text = `select "${schema}".add_job(
      $2, each.job, run_at => each.run_at, max_attempts => $3, job_key => each.id, priority => each.priority,
      job_key_mode => 'unsafe_dedupe')
    from json_to_recordset($1::json) as each(id text, job json, run_at timestamptz, priority int)`;
  await client.query(text, [JSON.stringify(rows), sendTask, mostRuns]);
}
