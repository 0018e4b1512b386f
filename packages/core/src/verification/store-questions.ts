import type { Deadline } from '../contract/deadline.js';
import { type FailureOutcome, isSmsError, SmsError } from '../errors/sms-error.js';
import { type Awaitable, askStore, type StoreQuestion, withGrace } from '../stores/ask-store.js';
import type { CheckStep, Opening, SubjectState, VerificationStore } from './verification-store.js';

/** How long a challenge is remembered after its end, so that a late check is told why, in milliseconds. */
export const keepMs = 600_000;

// What it means when the verification store fails, by when it does.

export const beforeSending = question('not-sent', 'Nothing was sent.');

export const beforeChecking = question('not-sent', 'The code was not checked.');

export const mayCount = question('unknown', 'The code was not accepted; the check may count.');

export const afterApproval = question(
  'unknown',
  'The provider has accepted the code, which is used up now: a new one is needed.',
);

export const afterAccepting = question('unknown', 'The code was right and is used up now: a new one is needed.');

export const whileCanceling = question('unknown', 'The verification may or may not be canceled.');

export const beforeAnswering = question('not-sent', 'Where the verification stands is not known.');

function question(outcome: FailureOutcome, consequence: string): StoreQuestion {
  return { store: 'verification store', outcome, consequence };
}

/** @throws SmsError the store's failure, as the question says */
export function readSubject(
  { store }: { readonly store: VerificationStore },
  subject: string,
  asked: StoreQuestion,
  deadline: Deadline,
): Promise<SubjectState> {
  return askStore(asked, deadline, () => store.read(subject), { isAnswer: isSubjectState });
}

/**
 * Asks what must be recorded after a code was accepted. It will not be accepted again, so the store gets a moment after
 * the end of the call.
 *
 * @throws SmsError the store's failure: always `unknown`, since the code is used up
 */
export async function recordAccepted<Answer>(
  asked: StoreQuestion,
  deadline: Deadline,
  ask: () => Awaitable<Answer>,
  isAnswer: (answer: Answer) => boolean,
): Promise<Answer> {
  try {
    return await askStore(asked, withGrace(deadline), ask, { isAnswer });
  } catch (error) {
    if (!isSmsError(error) || error.outcome === 'unknown') throw error;
    const { code, retryAfterMs, cause } = error;
    const message = `${error.message} ${asked.consequence}`;
    throw new SmsError({ code, outcome: 'unknown', message, retryAfterMs, cause });
  }
}

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
