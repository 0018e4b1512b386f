import type { SmsClient } from '@polysms/core';
import { Queue, Worker, type WorkerOptions } from 'bullmq';
import { type QueuePlace, queueNameOf } from './queue-options.js';
import { endUnready, warnOfTrouble } from './worker-trouble.js';

/** What a {@link SharedSweep} works with. */
export interface SharedSweepDeps {
  readonly place: QueuePlace;
  readonly sms: Pick<SmsClient, 'messages'>;
  readonly everyMs: number;
  /** As the workers of the lanes have them. */
  readonly options: Pick<WorkerOptions, 'lockDuration' | 'stalledInterval' | 'maxStalledCount'>;
}

const sweep = 'sweep';

/**
 * One sweep for all workers: the engine's scheduler is one timer in Redis, however many workers there are. A Redis that
 * loses its data loses the timer, so each worker looks once in a while whether it is there.
 */
export class SharedSweep {
  readonly #queue: Queue<unknown, unknown, string>;
  readonly #worker: Worker<unknown, unknown, string>;
  readonly #everyMs: number;
  readonly #looks: NodeJS.Timeout;
  /** What is asked of Redis now. While Redis is away, it waits, and nothing more is asked. */
  #asking: Promise<unknown> | undefined;
  #isClosed = false;
  /** Settles when the sweep is scheduled and this worker may be the one that sweeps. */
  readonly ready: Promise<unknown>;

  constructor({ place: { connection, name, prefix }, sms, everyMs, options }: SharedSweepDeps) {
    const queueName = queueNameOf(name, 'upkeep');
    this.#everyMs = everyMs;
    this.#queue = new Queue(queueName, { connection, prefix });
    this.#worker = new Worker<unknown, unknown, string>(queueName, async () => void (await sms.messages.sweep()), {
      ...options,
      connection,
      prefix,
      concurrency: 1,
    });
    this.#queue.on('error', () => {});
    this.#worker.on('error', warnOfTrouble);
    // The first time unseen: `everyMs` may be another one than that of earlier workers.
    this.ready = Promise.all([this.#ask(() => this.#schedule()), this.#worker.waitUntilReady()]);
    this.ready.catch(() => endUnready(this.#worker));
    this.#looks = setInterval(() => void this.#ask(() => this.#putBack()), everyMs).unref();
  }

  /** Takes no further sweep. */
  pause(): void {
    clearInterval(this.#looks);
    this.#worker.pause(true).catch(() => {});
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#looks);
    await this.#worker.close();
    await this.#asking;
    await this.#queue.close();
  }

  async #ask(what: () => Promise<unknown>): Promise<void> {
    if (this.#asking !== undefined) return;
    this.#asking = what().catch(warnOfTrouble);
    await this.#asking;
    this.#asking = undefined;
  }

  #schedule(): Promise<unknown> {
    const opts = { removeOnComplete: true, removeOnFail: true, stackTraceLimit: 0 };
    return this.#queue.upsertJobScheduler(sweep, { every: this.#everyMs }, { name: sweep, opts });
  }

  /** Only if it is not there: whoever schedules it again moves it. */
  async #putBack(): Promise<void> {
    const isThere = (await this.#queue.getJobScheduler(sweep)) !== undefined;
    if (!isThere && !this.#isClosed) await this.#schedule();
  }
}
