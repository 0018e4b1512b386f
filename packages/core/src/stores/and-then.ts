import type { Awaitable } from './ask-store.js';

/** Goes on with what was answered: at once if it is there at once. To await it would cost a promise and a turn. */
export function andThen<Value, Result>(
  answer: Awaitable<Value>,
  next: (value: Value) => Awaitable<Result>,
): Awaitable<Result> {
  return answer instanceof Promise ? answer.then(next) : next(answer);
}
