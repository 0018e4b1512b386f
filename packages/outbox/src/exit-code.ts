import type { WorkerEvents } from 'graphile-worker';
import { invalid } from './tables.js';

/** What the engine makes of the exit code of its process when its tables are newer than itself. */
const tablesAreNewer = 57;

/**
 * Runs something of the engine. The exit code of the process belongs to the app, which learns of a failure by itself.
 *
 * @throws SmsError `configuration_invalid` if the tables are newer than the engine; otherwise what the engine throws
 */
export async function keepingExitCode<Result>(run: () => Promise<Result>): Promise<Result> {
  const { exitCode } = process;
  try {
    return await run();
  } catch (error) {
    if (process.exitCode !== tablesAreNewer || exitCode === tablesAreNewer) throw error;
    process.exitCode = exitCode;
    throw invalid(
      'A newer version of graphile-worker has made the tables of the outbox: update @polysms/outbox in this process as well.',
    );
  }
}

/**
 * The same for what the engine does when somebody makes or updates tables in its database, be it those of another schema:
 * it stops, to be started again.
 */
export function keepExitCodeOf(events: WorkerEvents): void {
  events.on('pool:listen:notification', ({ message }) => {
    if (message?.channel !== 'worker:migrate') return;
    const { exitCode } = process;
    // The engine sets its own in this turn, when it has told of the notification.
    queueMicrotask(() => {
      if (process.exitCode === tablesAreNewer) process.exitCode = exitCode;
    });
  });
}
