import { type JobLane, jobLanes, readJob, type SmsJob } from '@polysms/core/jobs';
import { Queue } from 'bullmq';
import { batchFigures, beginBatch, noteInBatch } from './batch.js';
import { asked as answered, added as confirmed } from './queue-failure.js';
import { checkWhole, connecting, type QueueOptions, queueNameOf, readPlace } from './queue-options.js';
import { batchesOf, checkedBatch, invalidRequest, named, type QueueRequest, readRequest } from './queue-request.js';
import { changeDead, eraseDead, takeBackUnbegun } from './queue-scripts.js';
import { bullIdOf, keyOfBullId, type QueuedJob, readLetter, readQueuedJob } from './queued-job.js';
import type { CancelResult, LaneFigures, QueueDeadLetter, QueuedMessage, SmsQueue } from './sms-queue.js';

/** Options of {@link createQueue}. */
export interface CreateQueueOptions extends QueueOptions {
  /** Whose numbers are meant that have no country code, as with `createSmsClient`. */
  readonly defaultCountry?: string | undefined;
  /** How long a call waits for Redis, in milliseconds, from 10 to an hour. Default 10000. */
  readonly answerWithinMs?: number | undefined;
}

const mostAtOnce = 10_000;
/** How often a message is looked at that workers begin again and again. */
const mostLooks = 5;

/**
 * Makes the end of a queue at which messages are put in. It sends nothing: {@link createWorker} does.
 *
 * @throws SmsError `configuration_invalid`
 */
export function createQueue(options: CreateQueueOptions): SmsQueue {
  const place = readPlace('createQueue()', options);
  const { defaultCountry, answerWithinMs = 10_000 } = options;
  checkWhole('createQueue(): answerWithinMs', answerWithinMs, 10, 3_600_000);
  const { name, prefix } = place;
  const connection = connecting(place.connection);
  const lanes = new Map(
    jobLanes.map((lane) => {
      const queue = new Queue<unknown, unknown, string>(queueNameOf(name, lane), { connection, prefix });
      // The calls that trouble hits tell it themselves.
      queue.on('error', () => {});
      return [lane, queue] as const;
    }),
  );
  const queueOf = (lane: JobLane) => lanes.get(lane) as Queue<unknown, unknown, string>;
  /** A connection that keeps no commands (`enableOfflineQueue: false`) refuses those that come before it is there. */
  const connected = () => queueOf('messages').waitUntilReady();
  const added = (add: () => Promise<unknown>) => confirmed(answerWithinMs, () => connected().then(add));
  const asked = <Answer>(ask: () => Promise<Answer>) => answered(answerWithinMs, () => connected().then(ask));
  let closed: Promise<unknown> | undefined;

  async function find(caller: string, id: string) {
    checkId(caller, id);
    const found = await asked(() =>
      Promise.all(jobLanes.map(async (lane) => ({ lane, bull: await queueOf(lane).getJob(bullIdOf(id)) }))),
    );
    return found.flatMap(({ lane, bull }) => (bull === undefined ? [] : [{ lane, bull }]));
  }

  async function findDead(caller: string, id: string) {
    for (const { lane, bull } of await find(caller, id)) {
      if ((await asked(() => bull.getState())) === 'failed') return { lane, bull };
    }
    return undefined;
  }

  /**
   * In every lane in which it stands. Undefined if a worker began the message in the meantime: what it did is to be read
   * first.
   */
  async function cancelOnce(id: string): Promise<CancelResult | undefined> {
    let result: CancelResult = 'not-found';
    for (const { lane, bull } of await find('cancel()', id)) {
      const state = await asked(() => bull.getState());
      // A dead letter is discarded, not canceled.
      if (state === 'failed' || state === 'completed' || state === 'unknown') continue;
      const queued = readQueuedJob(bull.data);
      if (state === 'active' || mayHaveBeenSent(queued, bull.stalledCounter)) {
        result = 'running';
        continue;
      }
      if (!(await asked(() => takeBackUnbegun(connection, queueOf(lane), id, bull.attemptsStarted)))) return undefined;
      await noted(id, queued, 'canceled');
      if (result === 'not-found') result = 'canceled';
    }
    return result;
  }

  /** The queue has done it already: a count that cannot be written is no failure of the call. */
  async function noted(id: string, queued: QueuedJob | undefined, state: 'canceled' | 'open'): Promise<void> {
    const batch = queued?.batch;
    if (batch !== undefined) await asked(() => noteInBatch(place, batch, state, id)).catch(() => {});
  }

  const queue: SmsQueue = {
    async enqueue(request) {
      const { job, batch } = readRequest('enqueue()', request, defaultCountry);
      await added(async () => {
        if (batch !== undefined) await beginBatch(place, batch, [job.id]);
        await queueOf(job.lane).add('sms', dataOf(job, batch), addOptions(job));
      });
      return job.id;
    },
    async enqueueMany(requests) {
      if (!Array.isArray(requests) || requests.length > mostAtOnce) {
        throw invalidRequest(
          `enqueueMany() takes a list of at most ${mostAtOnce} messages; call it again for the rest.`,
        );
      }
      // Also where the list has a hole.
      const jobs = Array.from(requests as readonly QueueRequest[], (request, index) =>
        named(index, () => readRequest('enqueueMany()', request, defaultCountry)),
      );
      for (const [batch, ids] of batchesOf(jobs)) await added(() => beginBatch(place, batch, ids));
      for (const lane of jobLanes) {
        const own = jobs.filter(({ job }) => job.lane === lane);
        if (own.length === 0) continue;
        await added(() =>
          queueOf(lane).addBulk(
            own.map(({ job, batch }) => ({ name: 'sms', data: dataOf(job, batch), opts: addOptions(job) })),
          ),
        );
      }
      return jobs.map(({ job }) => job.id);
    },
    async cancel(id) {
      for (let triesLeft = mostLooks; triesLeft > 0; triesLeft--) {
        const result = await cancelOnce(id);
        if (result !== undefined) return result;
      }
      // Workers take it again and again.
      return 'running';
    },
    async get(id) {
      const [found] = await find('get()', id);
      if (found === undefined) return undefined;
      const { lane, bull } = found;
      const bullState = await asked(() => bull.getState());
      const queued = readQueuedJob(bull.data);
      const state = stateOf(bullState, queued);
      if (state === undefined) return undefined;
      return {
        id,
        lane,
        state,
        failures: queued?.job.failures ?? 0,
        stalls: bull.stalledCounter,
        mayHaveBeenSent:
          state === 'dead'
            ? readLetter(bull.failedReason).reason === 'unknown'
            : state === 'running' || mayHaveBeenSent(queued, bull.stalledCounter),
      };
    },
    async figures() {
      const all = await asked(() => Promise.all(jobLanes.map(async (lane) => [lane, await figuresOf(queueOf(lane))])));
      return Object.fromEntries(all) as Record<JobLane, LaneFigures>;
    },
    async batch(batch) {
      const checked = checkedBatch('batch()', batch);
      return asked(() => batchFigures(place, checked));
    },
    async deadLetters(limit = 100) {
      if (!(Number.isSafeInteger(limit) && limit >= 1)) {
        throw invalidRequest('deadLetters(): limit must be a whole number, 1 or more.');
      }
      const lettersOf = async (lane: JobLane) => {
        const jobs = await queueOf(lane).getFailed(0, limit - 1);
        return jobs.map((bull): QueueDeadLetter => {
          const id = keyOfBullId(bull.id ?? '');
          // Also one of another version: a person may want to see it.
          const job = readJob((bull.data as Partial<QueuedJob> | undefined)?.job);
          return { id, lane, job, ...readLetter(bull.failedReason) };
        });
      };
      return (await asked(() => Promise.all(jobLanes.map(lettersOf)))).flat().slice(0, limit);
    },
    async revive(id) {
      const found = await findDead('revive()', id);
      const queued = found && readQueuedJob(found.bull.data);
      if (found === undefined || queued === undefined) return false;
      const { expiresAt: _, ...job } = queued.job;
      const now = Date.now();
      const revived = { ...job, firstAt: now, availableAt: now, failures: 0 };
      const queueHere = queueOf(found.lane);
      if (!(await asked(() => changeDead(connection, queueHere, id, { ...queued, job: revived })))) return false;
      const isRevived = await asked(async () => {
        try {
          await found.bull.retry('failed');
          return true;
        } catch (error) {
          // Somebody else has revived or discarded it.
          if ((await found.bull.getState()) !== 'failed') return false;
          throw error;
        }
      });
      if (isRevived) await noted(id, queued, 'open');
      return isRevived;
    },
    async discard(id) {
      const found = await findDead('discard()', id);
      return found !== undefined && asked(() => eraseDead(connection, queueOf(found.lane), id));
    },
    async close() {
      closed ??= Promise.all([...lanes.values()].map((each) => each.close()));
      await closed;
    },
    [Symbol.asyncDispose]: () => queue.close(),
  };
  return queue;
}

function checkId(caller: string, id: unknown): void {
  if (typeof id === 'string' && id !== '') return;
  throw invalidRequest(`${caller} takes the id of a message, as enqueue() answered it.`);
}

/** Done jobs are erased at once, with text and phone: the message's record knows what became of it. */
function addOptions(job: SmsJob) {
  const delay = Math.max(0, job.availableAt - job.createdAt);
  return { jobId: bullIdOf(job.id), removeOnComplete: true, stackTraceLimit: 0, ...(delay === 0 ? {} : { delay }) };
}

function dataOf(job: SmsJob, batch: string | undefined): QueuedJob {
  return { version: 1, key: job.id, handed: 0, job, stalls: 0, ...(batch === undefined ? {} : { batch }) };
}

function mayHaveBeenSent(queued: QueuedJob | undefined, stalledCounter: number): boolean {
  if (queued === undefined) return stalledCounter > 0;
  return queued.job.unknownSince !== undefined || queued.watch !== undefined || stalledCounter > queued.stalls;
}

function stateOf(state: string, queued: QueuedJob | undefined): QueuedMessage['state'] | undefined {
  if (state === 'active') return 'running';
  if (state === 'failed') return 'dead';
  if (state === 'completed' || state === 'unknown') return undefined;
  if (queued?.watch !== undefined) return 'delivering';
  if (queued?.job.unknownSince !== undefined) return 'unknown';
  return state === 'delayed' ? 'scheduled' : 'waiting';
}

async function figuresOf(queue: Queue<unknown, unknown, string>): Promise<LaneFigures> {
  const [counts, { meta }] = await Promise.all([
    queue.getJobCounts('wait', 'delayed', 'active', 'failed'),
    queue.getMetrics('completed'),
  ]);
  const { wait = 0, delayed = 0, active = 0, failed = 0 } = counts;
  return { waiting: wait, scheduled: delayed, running: active, dead: failed, done: meta.count };
}
