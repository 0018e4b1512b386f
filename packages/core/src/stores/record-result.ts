import type { Deadline } from '../contract/deadline.js';
import { errorKind } from '../errors/error-kind.js';
import { isSmsError } from '../errors/sms-error.js';
import { asked } from './asked.js';
import { withGrace } from './with-grace.js';

/**
 * Writes down what became of a message, a little after the end of the call if need be. A store that fails now changes
 * nothing about that: the call goes on, and a warning of the process says so. Never rejects.
 *
 * @param store its name in the warning: `verification store`
 */
export function recordResult(store: string, deadline: Deadline, write: () => Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const fail = (error: unknown) => {
      process.emitWarning(
        `The ${store} could not record a result: ${isSmsError(error) ? error.code : errorKind(error)}`,
        'PolysmsWarning',
      );
      resolve();
    };
    let isOverdue = false;
    const stop = withGrace(deadline).onEnd(() => {
      isOverdue = true;
      fail(new Error('overdue'));
    });
    asked(write).then(
      () => {
        stop();
        resolve();
      },
      (error: unknown) => {
        stop();
        if (!isOverdue) fail(error);
      },
    );
  });
}
