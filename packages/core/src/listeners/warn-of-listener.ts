import { SeldomWarning } from '../errors/seldom-warning.js';

/**
 * Says what a listener threw, as a warning of the process: seldom, and with the place in the listener's code.
 *
 * @param what it listened to: `the event "attempt"`
 */
export function warnOfListener(what: string): (error: unknown) => void {
  const warning = new SeldomWarning(`A listener of ${what} threw`);
  return (error) => warning.warn(error);
}
