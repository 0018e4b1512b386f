import { EventEmitter } from 'node:events';
import type { Runner, WorkerEvents } from 'graphile-worker';
import { keepExitCodeOf, keepingExitCode } from './exit-code.js';
import { type TellTrouble, withoutRow } from './trouble.js';

/**
 * Starts an engine and tells of each look for jobs that fails, of which its log says nothing.
 *
 * An engine whose first look fails is stopped, to be started again: it would keep that failure, and never ask PostgreSQL
 * again.
 */
export function startWatched(start: (events: WorkerEvents) => Promise<Runner>, tell: TellTrouble): Promise<Runner> {
  const events: WorkerEvents = new EventEmitter();
  let hasLooked = false;
  const looked = () => {
    hasLooked = true;
  };
  events.once('worker:getJob:empty', looked);
  events.once('job:start', looked);
  events.on('worker:getJob:error', ({ error }) => {
    withoutRow(error);
    tell(error);
    // Only when it has dealt with the failure: it prints one that comes while it stops.
    if (!hasLooked) setImmediate(() => void started.then((engine) => engine.stop()).catch(() => {}));
  });
  events.on('worker:fatalError', ({ error }) => withoutRow(error));
  keepExitCodeOf(events);
  const started = keepingExitCode(() => start(events));
  return started;
}
