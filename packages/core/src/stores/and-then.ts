import type { Awaitable } from './ask-store.js';

/** Has a store that throws reject, so that whoever asks several at once hears of each. Never throws. */
export function askWithoutThrow<Answer>(ask: () => Awaitable<Answer>): Awaitable<Answer> {
  try {
    return ask();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Goes on with what was answered: at once if it is there at once. To await it would cost a promise and a turn. */
export function andThen<Value, Result>(
  answer: Awaitable<Value>,
  next: (value: Value) => Awaitable<Result>,
): Awaitable<Result> {
  return answer instanceof Promise ? answer.then(next) : next(answer);
}
