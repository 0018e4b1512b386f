import type { Deadline } from '../contract/deadline.js';
import type { SeldomWarning } from '../errors/seldom-warning.js';
import { attempt } from './ask-store.js';
import { withGrace } from './with-grace.js';

/**
 * Writes down what became of a message, a little after the end of the call if need be. A store that fails now changes
 * nothing about that: the call goes on, and the warning says so. Never rejects.
 */
export function recordResult(warning: SeldomWarning, deadline: Deadline, write: () => Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const fail = (error: unknown, kind?: string) => {
      warning.warn(error, kind);
      resolve();
    };
    let isOverdue = false;
    const stop = withGrace(deadline).onEnd(() => {
      isOverdue = true;
      fail(undefined, 'no answer in time');
    });
    attempt(write).then(
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
