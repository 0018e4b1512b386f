import {
  type DeadLetter,
  type JobStep,
  type JobWorkerOptions,
  jobLanes,
  RunningJobs,
  readJob,
  readJobWorkerOptions,
  runJob,
  type SmsJob,
} from '@polysms/core/jobs';
import type { JobHelpers, Runner, RunnerOptions, TaskSpec, WorkerEvents } from 'graphile-worker';
import { keepingExitCode } from './exit-code.js';
import { KeptRunner } from './kept-runner.js';
import { logger } from './log.js';
import { deadTask, invalid, mostRuns, readSchema, sendTask } from './tables.js';
import { hiddenTables, troubleTeller } from './trouble.js';
import { startWatched } from './watched-engine.js';

/** A `Pool` of `pg`. */
type Pool = NonNullable<RunnerOptions['pgPool']>;

/** Options of {@link createOutboxWorker}. */
export interface OutboxWorkerOptions extends JobWorkerOptions {
  /** A pool of `pg`, made, watched and closed by the app, with `concurrency + 2` connections at least. */
  readonly pool: Pool;
  /** The schema of graphile-worker. Default `graphile_worker`. */
  readonly schema?: string | undefined;
  /** How many messages are being sent at a time, from 1 to 1000. Default 10. */
  readonly concurrency?: number | undefined;
  /** How often the database is asked for what is due, besides when it tells by itself, in milliseconds. Default 1000. */
  readonly pollEveryMs?: number | undefined;
  /**
   * When a job is taken over whose worker has not finished it, in milliseconds: the worker has died. Longer than a send
   * takes. A job that is taken over too early is sent once all the same. Default 60000.
   */
  readonly takeOverAfterMs?: number | undefined;
}

/** A job that ended without success. */
export interface OutboxDeadLetter extends DeadLetter {
  readonly id: string;
  /** What was to be sent. Undefined for a job that no worker could read. */
  readonly job: SmsJob | undefined;
}

/** Sends what stands in the outbox. */
export interface OutboxWorker {
  /** Jobs that ended without success, the oldest first, 100 at most. */
  deadLetters(): Promise<readonly OutboxDeadLetter[]>;
  /**
   * Sends a dead letter's message after all, with a day of time. One that may have been sent is not: its key stands.
   *
   * @returns whether there was one under this id
   */
  revive(id: string): Promise<boolean>;
  /** Erases a dead letter, text and phone. Answers whether there was one. */
  discard(id: string): Promise<boolean>;
  /**
   * Takes no further jobs, waits for those that have begun, and leaves client and pool open. May be called twice. While
   * PostgreSQL hangs, it ends 5 seconds after the last message: other workers take over what could not be written down.
   */
  close(): Promise<void>;
}

interface Parsed {
  readonly schema: string;
  readonly concurrency: number;
  readonly pollEveryMs: number;
  readonly takeOverAfterMs: number;
  readonly resolveForMs: number;
}

/**
 * Starts a worker, and makes or updates the engine's tables first. Any number of workers may run, in any number of
 * processes. Each message is sent once, also if workers die, since its job's id is its idempotency key.
 *
 * @throws SmsError `configuration_invalid`: also for a client whose idempotency keys other processes do not see
 */
export async function createOutboxWorker(options: OutboxWorkerOptions): Promise<OutboxWorker> {
  const parsed = parse(options);
  const { schema, concurrency, pollEveryMs } = parsed;
  const { pool } = options;
  // Loaded by workers alone: an app that only enqueues needs none of it.
  const { makeWorkerUtils, run } = await import('graphile-worker');
  const tell = troubleTeller();
  const running = new RunningJobs();
  const shared = { pgPool: pool, schema, logger: await logger(tell) };
  // Makes or updates its tables as well.
  const utils = await keepingExitCode(() => makeWorkerUtils(shared));
  const start = (events: WorkerEvents): Promise<Runner> =>
    run({
      ...shared,
      events,
      concurrency,
      pollInterval: pollEveryMs,
      noHandleSignals: true,
      // In batches the engine waits for what it writes down when it closes, and repeats what fails; else it does neither.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      parsedCronItems: [],
      taskList: { [sendTask]: (payload, helpers) => runTask(options, parsed, running, payload, helpers) },
    });
  const startAgain = () => startWatched(start, tell);
  const engine = new KeptRunner(startAgain, await startAgain(), tell);
  const takeOver = setInterval(() => void takeOverFromDead(), Math.min(parsed.takeOverAfterMs / 2, 30_000));
  takeOver.unref();

  let isTakingOver = false;
  async function takeOverFromDead(): Promise<void> {
    // One at a time: while a table is locked, each would keep another connection from the app.
    if (isTakingOver) return;
    isTakingOver = true;
    try {
      const { rows: seen } = await pool.query<{ hidden: boolean }>('select row_security_active($1::text) as hidden', [
        `"${schema}"._private_jobs`,
      ]);
      // No statement fails then: the engine finds nothing to do.
      if (seen[0]?.hidden === true) tell(hiddenTables);
      const { rows } = await pool.query<{ locked_by: string }>(
        `select distinct locked_by from "${schema}".jobs
         where task_identifier = $1 and locked_at < now() - make_interval(secs => $2)`,
        [sendTask, parsed.takeOverAfterMs / 1000],
      );
      if (rows.length > 0) await utils.forceUnlockWorkers(rows.map((row) => row.locked_by));
      // A worker that died had put another row in the place of these, or they were canceled: nobody runs them.
      const { rows: replaced } = await pool.query<{ id: string }>(
        `select id from "${schema}".jobs
         where task_identifier = $1 and key is null and attempts >= max_attempts and locked_at is null limit 1000`,
        [sendTask],
      );
      if (replaced.length > 0) await utils.completeJobs(replaced.map((row) => row.id));
    } catch (error) {
      // The next turn comes.
      tell(error);
    } finally {
      isTakingOver = false;
    }
  }

  let closed: Promise<void> | undefined;
  return {
    async deadLetters() {
      const text = `select key, payload ${payloadFrom(schema)} order by jobs.id limit 100`;
      const { rows } = await pool.query<{ key: string; payload: unknown }>(text, [deadTask]);
      return rows.map(({ key, payload }) => deadLetterOf(key, payload));
    },
    async revive(id) {
      const text = `select payload ${payloadFrom(schema)} and jobs.key = $2`;
      const { rows } = await pool.query<{ payload: unknown }>(text, [deadTask, id]);
      const job = rows[0] && deadLetterOf(id, rows[0].payload).job;
      if (job === undefined) return false;
      const now = Date.now();
      const { expiresAt: _, ...rest } = job;
      await utils.addJob(sendTask, { ...rest, firstAt: now, availableAt: now, failures: 0 }, specOf(job, now));
      return true;
    },
    async discard(id) {
      // One statement: a dead letter that somebody revives at the same time is not erased under its new name.
      const text = `delete from "${schema}"._private_jobs as jobs using "${schema}"._private_tasks as tasks
        where tasks.id = jobs.task_id and tasks.identifier = $1 and jobs.key = $2`;
      const { rowCount } = await pool.query(text, [deadTask, id]);
      return rowCount !== null && rowCount > 0;
    },
    close() {
      closed ??= (async () => {
        clearInterval(takeOver);
        const stopped = engine.stop();
        // An ended pool answers nobody who waits for a connection: what has begun is taken over by another worker.
        if (pool.ending || pool.ended) return;
        await running.endOf(stopped.then(() => utils.release()));
      })();
      return closed;
    },
  };
}

/** The view `jobs` shows no payload. */
function payloadFrom(schema: string): string {
  return `from "${schema}"._private_jobs as jobs join "${schema}"._private_tasks as tasks on tasks.id = jobs.task_id
    where tasks.identifier = $1`;
}

async function runTask(
  { sms }: OutboxWorkerOptions,
  { resolveForMs }: Parsed,
  running: RunningJobs,
  payload: unknown,
  helpers: JobHelpers,
): Promise<void> {
  const job = readJob(payload);
  const key = helpers.job.key;
  // The first run of a row counts one. Whatever began it before died, or could not write down how it ended.
  const mayHaveBegun = helpers.job.attempts > 1;
  const step: JobStep =
    job === undefined
      ? { step: 'dead', letter: { reason: 'unreadable' } }
      : await running.during(runJob(sms, job, { resolveForMs, mayHaveBegun }));
  switch (step.step) {
    case 'done':
      return;
    case 'repeat':
    case 'resolve':
      await putInPlace(helpers, sendTask, step.job, specOf(step.job, step.atMs));
      return;
    case 'dead':
      await putInPlace(
        helpers,
        deadTask,
        { job: payload, letter: step.letter },
        { jobKey: key ?? `job ${helpers.job.id}` },
      );
  }
}

/**
 * Puts a row in the place of the one that runs, in one statement: a process that dies here leaves the one or the other.
 *
 * @throws Error if the running row itself was changed: it had been taken over, since this worker was slow. Whoever ends a
 * run well erases its row, and this one is to stay.
 */
async function putInPlace(helpers: JobHelpers, task: string, payload: unknown, spec: TaskSpec): Promise<void> {
  const { id } = await helpers.addJob(task, payload, spec);
  if (id === helpers.job.id) throw new Error('The job had been taken over from this worker, which was slow.');
}

function specOf(job: SmsJob, atMs: number) {
  const priority = jobLanes.indexOf(job.lane);
  return { jobKey: job.id, runAt: new Date(atMs), maxAttempts: mostRuns, priority };
}

function deadLetterOf(id: string, payload: unknown): OutboxDeadLetter {
  // What somebody else put in may be anything.
  const { job, letter } = (payload ?? {}) as { readonly job?: unknown; readonly letter?: DeadLetter | null };
  return { id, job: readJob(job), ...(letter ?? { reason: 'unreadable' }) };
}

function parse(options: OutboxWorkerOptions): Parsed {
  const caller = 'createOutboxWorker()';
  if (typeof options !== 'object' || options === null) throw invalid(`${caller} takes an object with sms and pool.`);
  const { pool, concurrency = 10, pollEveryMs = 1_000, takeOverAfterMs = 60_000 } = options;
  const resolveForMs = readJobWorkerOptions(caller, options);
  if (typeof pool?.query !== 'function' || typeof pool.connect !== 'function') {
    throw invalid(`${caller}: pool must be a Pool of pg; make one with new Pool({ connectionString }).`);
  }
  const schema = readSchema(caller, options.schema);
  number(`${caller}: concurrency`, concurrency, 1, 1_000);
  number(`${caller}: pollEveryMs`, pollEveryMs, 1, 3_600_000);
  number(`${caller}: takeOverAfterMs`, takeOverAfterMs, 100, 3_600_000);
  return { schema, concurrency, pollEveryMs, takeOverAfterMs, resolveForMs };
}

function number(field: string, value: unknown, min: number, max: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return;
  throw invalid(`${field} must be a whole number from ${min} to ${max}.`);
}
