import type { SmsClient } from '@polysms/core';
import {
  type DeadLetter,
  type JobLane,
  type JobWorkerOptions,
  jobLanes,
  RunningJobs,
  readJobWorkerOptions,
} from '@polysms/core/jobs';
import { isSmsError } from '@polysms/core/stores';
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import { noteInBatch } from './batch.js';
import { checkWhole, connecting, invalid, type QueueOptions, queueNameOf, readPlace } from './queue-options.js';
import { mendBroken } from './queue-scripts.js';
import { readQueuedJob } from './queued-job.js';
import { type DoneJob, type QueueStep, runQueued } from './run-queued.js';
import { sendingLane } from './sending-lane.js';
import { SharedSweep } from './shared-sweep.js';
import { endUnready, warnOfTrouble } from './worker-trouble.js';

/** Options of {@link createWorker}. */
export interface QueueWorkerOptions extends QueueOptions, JobWorkerOptions {
  /** How many messages of each lane this worker sends at a time, from 1 to 1000, or of all. Default 20 of each. */
  readonly concurrency?: number | { readonly [Lane in JobLane]?: number | undefined } | undefined;
  /**
   * When a job is taken over whose worker has died, in milliseconds, from 100 to an hour. A worker that lives says so in
   * time. A job that is taken over too early is sent once all the same. Default 30000.
   */
  readonly takeOverAfterMs?: number | undefined;
  /**
   * How often vendors are asked about messages of which nobody knows, by one of all workers, in milliseconds, from 1000;
   * false: the clients do so themselves. Default 30000. Give the clients of workers `messages: { sweepEveryMs: false }`.
   */
  readonly sweepEveryMs?: number | false | undefined;
  /** How long dead letters are kept for a person, in milliseconds. Default 2592000000, 30 days. */
  readonly keepDeadLettersMs?: number | undefined;
  /** Told of each job that this worker has ended. What it throws becomes a warning. */
  readonly onEnd?: ((ended: EndedJob) => void) | undefined;
}

/** A job that is over. */
export type EndedJob =
  | ({ readonly id: string; readonly lane: JobLane; readonly end: 'done' } & DoneJob)
  | ({ readonly id: string; readonly lane: JobLane; readonly end: 'dead' } & DeadLetter);

/** Sends what is in the queue. */
export interface QueueWorker extends AsyncDisposable {
  /** Settles when it takes jobs. */
  ready(): Promise<void>;
  /**
   * Takes no further jobs, waits for those that have begun, and leaves client and connection open. May be called twice. While
   * Redis hangs, it ends 5 seconds after the last message: other workers take over what could not be written down.
   */
  close(): Promise<void>;
}

interface Retrying {
  readonly maxRetriesPerRequest?: number | null | undefined;
  readonly redisOptions?: Retrying | undefined;
}

const hourMs = 3_600_000;
/** The engine counts how often a job's worker died: only `nextStep` ends a job. */
const mostStalls = 1_000_000_000;
/** A week of minutes: what the engine keeps of its figures. */
const minutesOfFigures = 10_080;

/**
 * Starts a worker. Any number of workers may run, in any number of processes. Each message is sent once, also if workers
 * die, since its job's id is its idempotency key.
 *
 * @throws SmsError `configuration_invalid`: also for a client whose idempotency keys other processes do not see
 */
export function createWorker(options: QueueWorkerOptions): QueueWorker {
  const read = readPlace('createWorker()', options);
  const resolveForMs = readJobWorkerOptions('createWorker()', options);
  const { takeOverAfterMs = 30_000, keepDeadLettersMs = 30 * 24 * hourMs, sweepEveryMs = 30_000, sms } = options;
  checkWhole('createWorker(): takeOverAfterMs', takeOverAfterMs, 100, hourMs);
  checkWhole('createWorker(): keepDeadLettersMs', keepDeadLettersMs, 1000, 10 * 365 * 24 * hourMs);
  if (sweepEveryMs !== false) checkWhole('createWorker(): sweepEveryMs', sweepEveryMs, 1000, hourMs);
  // A worker outlives a restart of Redis: its commands wait for it.
  const given: Retrying = read.connection.options;
  const { maxRetriesPerRequest } = read.connection.isCluster ? (given.redisOptions ?? {}) : given;
  if (maxRetriesPerRequest !== null) {
    throw invalid(
      'createWorker(): connection must have maxRetriesPerRequest: null, so that it waits for a restart of Redis.',
    );
  }
  const place = { ...read, connection: connecting(read.connection) };
  const shared = {
    connection: place.connection,
    prefix: place.prefix,
    lockDuration: takeOverAfterMs,
    stalledInterval: Math.max(50, Math.ceil(takeOverAfterMs / 2)),
    maxStalledCount: mostStalls,
    // Redis counts in whole seconds here.
    removeOnFail: { age: Math.ceil(keepDeadLettersMs / 1000) },
    metrics: { maxDataPoints: minutesOfFigures },
    runRetryDelay: 1_000,
  };
  const concurrency = Object.fromEntries(jobLanes.map((lane) => [lane, concurrencyOf(options, lane)]));
  const running = new RunningJobs();
  const workers = jobLanes.map(
    (lane) =>
      new Worker<unknown, DoneJob, string>(
        queueNameOf(place.name, lane),
        (job, token) => running.during(sendingLane.run(lane, () => runBull(job, token, lane))),
        { ...shared, concurrency: concurrency[lane] ?? 1 },
      ),
  );
  const sweep =
    sweepEveryMs === false ? undefined : new SharedSweep({ place, sms, everyMs: sweepEveryMs, options: shared });
  for (const worker of workers) {
    worker.on('error', warnOfTrouble);
    worker.waitUntilReady().catch(() => endUnready(worker));
    worker.on('stalled', (id) => void mendBroken(place.connection, worker.toKey(id)).catch(warnOfTrouble));
  }

  let isStopped = false;
  /** A client that is closed never sends again: its worker would take all jobs and put them back, in circles. */
  function stop(): void {
    if (isStopped) return;
    isStopped = true;
    for (const worker of workers) worker.pause(true).catch(() => {});
    sweep?.pause();
    process.emitWarning(
      'The client of a worker of the queue is closed, so the worker takes no further jobs. Close the worker first.',
      'PolysmsWarning',
    );
  }
  const sending: Pick<SmsClient, 'send' | 'messages'> = {
    messages: sms.messages,
    send: async (request) => {
      try {
        return await sms.send(request);
      } catch (error) {
        if (isSmsError(error) && error.code === 'client_closed') stop();
        throw error;
      }
    },
  };

  async function runBull(
    bull: Job<unknown, DoneJob, string>,
    token: string | undefined,
    lane: JobLane,
  ): Promise<DoneJob> {
    const queued = readQueuedJob(bull.data);
    const step: QueueStep =
      queued === undefined
        ? { step: 'dead', letter: { reason: 'unreadable' } }
        : await runQueued(queued, { sms: sending, resolveForMs, stalls: bull.stalledCounter }).catch(leaveToOthers);
    const id = queued?.key ?? bull.id ?? '';
    const batch = queued?.batch;
    if (batch !== undefined && step.step !== 'later')
      await noteInBatch(place, batch, step.step, id).catch(leaveToOthers);
    switch (step.step) {
      case 'done':
        tell({ id, lane, end: 'done', ...step.result });
        return step.result;
      case 'later':
        try {
          await bull.updateData(step.queued);
          await bull.moveToDelayed(step.atMs, token);
        } catch {
          // Its lock ends, and another run follows: the key knows what this one did.
        }
        throw new DelayedError();
      case 'dead':
        tell({ id, lane, end: 'dead', ...step.letter });
        throw new UnrecoverableError(JSON.stringify(step.letter));
    }
  }

  function tell(ended: EndedJob): void {
    try {
      options.onEnd?.(ended);
    } catch {
      process.emitWarning('onEnd() of createWorker() threw.', 'PolysmsWarning');
    }
  }

  let closed: Promise<unknown> | undefined;
  const worker: QueueWorker = {
    async ready() {
      await Promise.all([...workers.map((each) => each.waitUntilReady()), sweep?.ready]);
    },
    async close() {
      closed ??= running.endOf(Promise.all([...workers.map((each) => each.close()), sweep?.close()]));
      await closed;
    },
    [Symbol.asyncDispose]: () => worker.close(),
  };
  return worker;
}

/** A bug of ours must not make a dead letter of a message that may have been sent: its lock ends, and another run follows. */
function leaveToOthers(): never {
  process.emitWarning('A run of a queued message failed; another one follows.', 'PolysmsWarning');
  throw new DelayedError();
}

function concurrencyOf({ concurrency = 20 }: QueueWorkerOptions, lane: JobLane): number {
  if (typeof concurrency === 'number') {
    checkWhole('createWorker(): concurrency', concurrency, 1, 1_000);
    return concurrency;
  }
  const own = concurrency[lane] ?? 20;
  checkWhole(`createWorker(): concurrency.${lane}`, own, 1, 1_000);
  return own;
}
