import type { Deadline } from '../contract/deadline.js';
import { isThenable } from '../listeners/listeners.js';
import { deadlineAfter } from '../provider-kit/deadline.js';

/** What became of somebody else's work. */
export type Settled<Value> =
  | { readonly value: Value }
  | { readonly error: unknown }
  /** It had not settled when the time was up. What it does later is dropped. */
  | { readonly late: true };

/** Who respects the deadline gets this long to say what happened. */
const graceMs = 25;

/** Waits for work until a little after the deadline. Never rejects, and nothing is left that listens. */
export function within<Value>(deadline: Deadline, work: () => PromiseLike<Value> | Value): Promise<Settled<Value>> {
  return new Promise((resolve) => {
    let stopGrace = () => {};
    let stopWaiting = () => {};
    const settle = (settled: Settled<Value>) => {
      stopWaiting();
      stopGrace();
      resolve(settled);
    };
    let result: PromiseLike<Value> | Value;
    try {
      result = work();
    } catch (error) {
      settle({ error });
      return;
    }
    if (!isThenable(result)) {
      settle({ value: result });
      return;
    }
    stopWaiting = deadline.onEnd(() => {
      stopGrace = deadlineAfter(graceMs).onEnd(() => settle({ late: true }));
    });
    Promise.resolve(result).then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error }),
    );
  });
}
