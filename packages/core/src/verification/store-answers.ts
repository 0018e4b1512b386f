import type { CheckStep, Opening, SubjectState } from './verification-store.js';

// A store may be somebody else's code. An answer that the port does not know is a failure: a code must not be sent
// because `open` answered with something that is merely not a refusal.

export function isOpening(answer: Opening): boolean {
  if (answer?.state === 'opened') return Array.isArray(answer.previous);
  return answer?.state === 'locked' && isNumber(answer.retryAfterMs);
}

export function isStep(answer: CheckStep): boolean {
  switch (answer?.state) {
    case 'not-found':
      return true;
    case 'ask':
      return isChallenged(answer) && Array.isArray(answer.issuers) && isNumber(answer.checksLeft);
    case 'incorrect':
      return isChallenged(answer) && isNumber(answer.checksLeft);
    case 'approved':
    case 'expired':
    case 'exhausted':
      return isChallenged(answer);
    default:
      return false;
  }
}

export function isConclusion(answer: 'approved' | 'refunded' | 'not-found'): boolean {
  return answer === 'approved' || answer === 'not-found';
}

export function isSubjectState(answer: SubjectState): boolean {
  return Array.isArray(answer?.challenges) && isNumber(answer.failures) && isNumber(answer.failuresEndInMs);
}

export function isFlag(answer: boolean): boolean {
  return typeof answer === 'boolean';
}

function isChallenged({ to, purpose }: { readonly to: unknown; readonly purpose: unknown }): boolean {
  return typeof to === 'string' && typeof purpose === 'string';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}
