import type { SendRequest } from '@polysms/core';
import { type JobOptions, jobLanes, newJob, type SmsJob } from '@polysms/core/jobs';
import { isSmsError, SmsError } from '@polysms/core/stores';
import type { SqlClient } from './sql-client.js';
import { invalid, mostRuns, readSchema, sendTask } from './tables.js';

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
  /** A worker has it, or had it and nobody knows the end: it may have been sent. */
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
   * @throws SmsError `invalid_request`, `invalid_phone_number`; `configuration_invalid` if the engine's tables are not
   * there; what else the database says stays as `pg` throws it. The transaction has failed with it
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
  const jobOf = (caller: string, request: OutboxRequest) =>
    keepable(caller, newJob(caller, request, { defaultCountry }));
  return {
    async enqueue(client, request) {
      const job = jobOf('enqueue()', request);
      await add(client, schema, [job]);
      return job.id;
    },
    async enqueueMany(client, requests) {
      if (!Array.isArray(requests)) throw invalidRequest('enqueueMany() takes a list of messages.');
      // Also where the list has a hole.
      const jobs = Array.from(requests as readonly OutboxRequest[], (request, index) =>
        named(index, () => jobOf('enqueueMany()', request)),
      );
      if (jobs.length > 0) await add(client, schema, jobs);
      return jobs.map(({ id }) => id);
    },
    async cancel(client, id) {
      // A worker that takes it meanwhile counts a run, and the lock waits for that.
      const taken = `with unbegun as materialized (
          select key from "${schema}"._private_jobs
          where key = $1 and task_id = (select id from "${schema}"._private_tasks where identifier = $2)
            and attempts = 0 and payload ->> 'unknownSince' is null for update)
        select removed.id from unbegun, "${schema}".remove_job(unbegun.key) as removed`;
      if ((await run(client, schema, taken, [id, sendTask])).length > 0) return 'canceled';
      const there = `select jobs.id from "${schema}"._private_jobs as jobs join "${schema}"._private_tasks as tasks
        on tasks.id = jobs.task_id where jobs.key = $1 and tasks.identifier = $2`;
      return (await run(client, schema, there, [id, sendTask])).length > 0 ? 'running' : 'not-found';
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
  await run(client, schema, text, [JSON.stringify(rows), sendTask, mostRuns]);
}

/** What PostgreSQL answers where the tables of the engine are not there: no schema, table or function of that name. */
const notThere: ReadonlySet<unknown> = new Set(['3F000', '42P01', '42883']);

async function run(client: SqlClient, schema: string, text: string, values: unknown[]): Promise<readonly unknown[]> {
  if (typeof client?.query !== 'function') {
    throw invalidRequest('The outbox: client must be the connection of pg on which the transaction runs.');
  }
  try {
    return (await client.query(text, values)).rows;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && notThere.has(error.code))) throw error;
    throw invalid(
      `The outbox: its tables are not in the schema ${schema}. Start a worker first, or run migrateOutbox(), with the same schema.`,
    );
  }
}

/** PostgreSQL would repeat the text in its error, and fail the transaction. */
function keepable(caller: string, job: SmsJob): SmsJob {
  JSON.stringify(job, (key, value: unknown) => {
    for (const each of [key, value]) {
      if (typeof each === 'string' && (each.includes('\0') || !each.isWellFormed())) {
        throw invalidRequest(`${caller}: PostgreSQL keeps neither the character of code zero nor half a character.`);
      }
    }
    return value;
  });
  return job;
}

function invalidRequest(message: string): SmsError {
  return new SmsError({ code: 'invalid_request', outcome: 'not-sent', message });
}
