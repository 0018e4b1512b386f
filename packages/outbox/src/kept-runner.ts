import { setTimeout as delay } from 'node:timers/promises';
import type { Runner } from 'graphile-worker';
import type { TellTrouble } from './trouble.js';

const pauseMs = 1_000;

/** An engine that is started again whenever it ends by itself: it gives up when its database is away for long. */
export class KeptRunner {
  readonly #start: () => Promise<Runner>;
  readonly #tell: TellTrouble;
  readonly #pauseMs: number;
  readonly #stopped = new AbortController();
  readonly #ended: Promise<void>;
  #runner: Runner;

  /** @param pause in the place of a second, for tests */
  constructor(start: () => Promise<Runner>, first: Runner, tell: TellTrouble, pause = pauseMs) {
    this.#start = start;
    this.#tell = tell;
    this.#pauseMs = pause;
    this.#runner = first;
    this.#ended = this.#keep();
  }

  /** Waits for the jobs that have begun, and for what the engine gives back to its database: that may hang. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    // One that has ended already rejects.
    await this.#runner.stop().catch(() => {});
    await this.#ended;
  }

  /** Never rejects. */
  async #keep(): Promise<void> {
    const { signal } = this.#stopped;
    await endOf(this.#runner);
    while (!signal.aborted) {
      await delay(this.#pauseMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      const next = await this.#start().catch(this.#tell);
      if (next === undefined) continue;
      this.#runner = next;
      if (signal.aborted) await next.stop().catch(() => {});
      else await endOf(next);
    }
  }
}

/** How the engine says that its workers have ended, well or not. */
const endings = [
  'pool:gracefulShutdown:complete',
  'pool:gracefulShutdown:error',
  'pool:forcefulShutdown:complete',
  'pool:forcefulShutdown:error',
] as const;

/** Its workers have ended. Its promise would also wait for what it gives back to a database that is away, and may hang. */
function endOf({ events, promise }: Runner): Promise<void> {
  return new Promise((resolve) => {
    for (const ending of endings) events.once(ending, () => resolve());
    promise.then(resolve, () => resolve());
  });
}
