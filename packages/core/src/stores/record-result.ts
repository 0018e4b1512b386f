import type { Deadline } from '../contract/deadline.js';
import { errorKind } from '../errors/error-kind.js';
import { withGrace } from './with-grace.js';

/**
 * Writes down what became of a message, a little after the end of the call if need be. A store that fails now changes
 * nothing about that: the call goes on, and a warning of the process says so. Never rejects.
 *
 * @param store its name in the warning: `verification store`
 */
export async function recordResult(store: string, deadline: Deadline, write: () => Promise<unknown>): Promise<void> {
  let stop = () => {};
  const overdue = new Promise<never>((_, reject) => {
    stop = withGrace(deadline).onEnd(() => reject(new Error('overdue')));
  });
  try {
    await Promise.race([write(), overdue]);
  } catch (error) {
    process.emitWarning(`The ${store} could not record a result: ${errorKind(error)}`, 'PolysmsWarning');
  } finally {
    stop();
  }
}
