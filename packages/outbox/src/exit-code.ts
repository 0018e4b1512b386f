import type { WorkerEvents } from 'graphile-worker';

/** What the engine makes of the exit code of its process when its tables are newer than itself. */
const tablesAreNewer = 57;

/** Runs something of the engine. The exit code of the process belongs to the app, which learns of a failure by itself. */
export async function keepingExitCode<Result>(run: () => Promise<Result>): Promise<Result> {
  const { exitCode } = process;
  try {
    return await run();
  } catch (error) {
    if (process.exitCode === tablesAreNewer) process.exitCode = exitCode;
    throw error;
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
