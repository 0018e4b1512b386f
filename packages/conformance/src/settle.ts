import { reject } from './demand.js';
import { afterRunning } from './running-time.js';
import { demandWellFormed, describeValue, type Outcome } from './well-formed.js';

/** How long anything may take that has no deadline to end it. Below the usual time limit of a test, 2 or 5 s. */
export const patienceMs = 1500;

/**
 * Makes a call and returns its outcome.
 * Fails the test if the call throws, is not settled in time or has an outcome that the contract does not know.
 */
export async function settle<Result extends Outcome>(
  name: string,
  call: () => Promise<Result>,
  withinMs: number = patienceMs,
): Promise<Result> {
  const outcome = await settled(name, call, withinMs);
  demandWellFormed(name, outcome);
  return outcome;
}

/** Makes a call and returns what it gives. Fails the test if the call throws or is not settled in time. */
export async function settled<Result>(
  name: string,
  call: () => Promise<Result>,
  withinMs: number = patienceMs,
): Promise<Result> {
  const end = await inTime(call, withinMs);
  switch (end.status) {
    case 'late':
      return reject(
        `${name} had not settled ${withinMs} ms after it began`,
        'listen to context.deadline.onEnd(), end the request yourself when it calls, and answer with unknown or not-sent',
      );
    case 'rejected':
      return reject(
        `${name} rejected with ${describeValue(end.error)}`,
        'a provider never throws for a failure; catch it where it happens and return the outcome that it means',
      );
    case 'fulfilled':
      return end.value;
  }
}

type End<Value> =
  | { readonly status: 'fulfilled'; readonly value: Value }
  | { readonly status: 'rejected'; readonly error: unknown }
  | { readonly status: 'late' };

/**
 * Waits for a promise, but not for ever. The time is that in which the test machine runs this process, and begins
 * before the call: a machine that stands still for a moment does not make a punctual provider late.
 */
export function inTime<Value>(call: () => Value | PromiseLike<Value>, withinMs: number): Promise<End<Value>> {
  return new Promise((resolve) => {
    const stopWaiting = afterRunning(withinMs, () => resolve({ status: 'late' }));
    const settled = (end: End<Value>) => {
      stopWaiting();
      resolve(end);
    };
    // Inside then(), a synchronous throw is a rejection as well.
    Promise.resolve()
      .then(call)
      .then(
        (value) => settled({ status: 'fulfilled', value }),
        (error: unknown) => settled({ status: 'rejected', error }),
      );
  });
}
