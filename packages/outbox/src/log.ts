import type { Logger } from 'graphile-worker';

/** The engine's log, of which only its troubles are told: as warnings of the process, without what a job holds. */
export async function logger(): Promise<Logger> {
  const { Logger: EngineLogger } = await import('graphile-worker');
  return new EngineLogger(() => (level, message) => {
    if (level === 'error' || level === 'warning') {
      process.emitWarning(`The outbox's engine says: ${message.split('\n', 1)[0]}`, 'PolysmsWarning');
    }
  });
}
