import type { Worker } from 'bullmq';
import { codeOf } from './queue-failure.js';

const quietMs = 60_000;
let quietUntil = Number.NEGATIVE_INFINITY;

/**
 * At most once a minute. What Redis says may repeat the arguments of a command: it is not passed on. A lock that is lost is
 * among it: this process was busy or away for longer than `takeOverAfterMs`, and another worker has the job.
 */
export function warnOfTrouble(error: unknown): void {
  const now = performance.now();
  if (now < quietUntil) return;
  quietUntil = now + quietMs;
  const isLock = error instanceof Error && /\block\b/i.test(error.message);
  const what = isLock
    ? 'took longer than takeOverAfterMs over a job, and another worker has taken it over'
    : `has trouble with Redis${codeOf(error)}, and goes on when Redis is back`;
  process.emitWarning(`A worker of the queue ${what}.`, 'PolysmsWarning');
}

/**
 * Ends an engine whose connection was given up before it was there. It would ask that connection again and again, without a
 * pause in which the process does anything else.
 */
export function endUnready(worker: Pick<Worker, 'close'>): void {
  worker.close(true).catch(() => {});
}
