import type { Logger } from 'graphile-worker';
import type { TellTrouble } from './trouble.js';

/** The engine's log, of which only its troubles are told: as warnings of the process, without what a job holds. */
export async function logger(tell: TellTrouble): Promise<Logger> {
  const { Logger: EngineLogger } = await import('graphile-worker');
  return new EngineLogger(() => (level, message, meta) => {
    if (level !== 'error' && level !== 'warning') return;
    const error: unknown = meta?.['error'] ?? meta?.['fatalError'];
    if (meta?.['failure'] === true) {
      process.emitWarning('A run of a message of the outbox failed; another one follows.', 'PolysmsWarning');
    } else if (error !== undefined) tell(error);
    // That the engine stops has its reason in it, which was told before; and it is started again.
    else if (!/error/i.test(message)) {
      process.emitWarning(`The outbox's engine says: ${message.split('\n', 1)[0]}`, 'PolysmsWarning');
    }
  });
}
