import type { CheckStep, Opening, SubjectState, VerificationStore } from './verification-store.js';

/**
 * The store with its answers looked at. A store is somebody else's, and what is no answer is a failure: a code must
 * not be sent because `open` said something that is not a refusal. Throws a TypeError then, like a store that failed.
 */
export function checkedAnswers(store: VerificationStore): VerificationStore {
  return {
    isShared: store.isShared,
    open: async (challenge) => opening(await store.open(challenge)),
    settle: async (subject, id, sent) => store.settle(subject, id, sent),
    check: async (check) => step(await store.check(check)),
    conclude: async (conclusion) => oneOf(await store.conclude(conclusion), ['approved', 'refunded', 'not-found']),
    cancel: async (subject, id) => oneOf(await store.cancel(subject, id), [true, false]),
    read: async (subject) => state(await store.read(subject)),
  };
}

function opening(answer: Opening): Opening {
  const isOpening =
    answer?.state === 'opened'
      ? Array.isArray(answer.previous)
      : answer?.state === 'locked' && isTime(answer.retryAfterMs);
  return isOpening ? answer : noAnswer();
}

function step(answer: CheckStep): CheckStep {
  switch (answer?.state) {
    case 'not-found':
      return answer;
    case 'ask':
      return isChallenged(answer) && Array.isArray(answer.issuers) && isTime(answer.checksLeft) ? answer : noAnswer();
    case 'incorrect':
      return isChallenged(answer) && isTime(answer.checksLeft) ? answer : noAnswer();
    case 'approved':
    case 'expired':
    case 'exhausted':
      return isChallenged(answer) ? answer : noAnswer();
    default:
      return noAnswer();
  }
}

function state(answer: SubjectState): SubjectState {
  const isState = Array.isArray(answer?.challenges) && isTime(answer.failures) && isTime(answer.failuresEndInMs);
  return isState ? answer : noAnswer();
}

function isChallenged({ to, purpose }: { readonly to: unknown; readonly purpose: unknown }): boolean {
  return typeof to === 'string' && typeof purpose === 'string';
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function oneOf<Value>(answer: Value, known: readonly Value[]): Value {
  return known.includes(answer) ? answer : noAnswer();
}

function noAnswer(): never {
  throw new TypeError('The store answered something else.');
}
