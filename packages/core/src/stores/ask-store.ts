import type { Deadline } from '../contract/deadline.js';
import { errorKind } from '../errors/error-kind.js';
import { type FailureOutcome, isSmsError, SmsError } from '../errors/sms-error.js';

/** What is asked of a store, for the error. */
export interface StoreQuestion {
  /** The store's name in messages: `verification store`. */
  readonly store: string;
  /** What is true of the message if the store fails now. */
  readonly outcome: FailureOutcome;
  /** What that means for the caller, a sentence. */
  readonly consequence: string;
}

/** What else is to be done with an answer. */
export interface AnswerHandling<Answer> {
  /** Whether it is an answer at all. A store is somebody else's: what is none is a failure. Default: anything is. */
  readonly isAnswer?: ((answer: Answer) => boolean) | undefined;
  /** Told what the store answered after the call had ended. */
  readonly onLate?: ((answer: Answer) => void) | undefined;
}

/**
 * Asks a store, for no longer than the call may take: a store that is down must fail the call, not hold it up.
 *
 * @param ask runs at once, once
 * @throws SmsError `store_unavailable`, or `aborted` if the caller ended the call; a store's own SmsError as it is
 */
export function askStore<Answer>(
  { store, outcome, consequence }: StoreQuestion,
  deadline: Pick<Deadline, 'onEnd'>,
  ask: () => Promise<Answer>,
  { isAnswer, onLate }: AnswerHandling<Answer> = {},
): Promise<Answer> {
  const fail = (what: string, code: 'store_unavailable' | 'aborted' = 'store_unavailable') =>
    new SmsError({ code, outcome, message: `The ${store} ${what}. ${consequence}` });
  return new Promise<Answer>((resolve, reject) => {
    let ended = false;
    const stop = deadline.onEnd((reason) => {
      ended = true;
      reject(
        reason === 'aborted'
          ? fail('had not answered when the call was aborted', 'aborted')
          : fail('did not answer in time'),
      );
    });
    if (ended) return;
    attempt(ask).then(
      (answer) => {
        stop();
        const isSound = isAnswer === undefined || isAnswer(answer);
        if (ended && isSound) onLate?.(answer);
        if (isSound) resolve(answer);
        else reject(fail('answered something else than it must'));
      },
      (error: unknown) => {
        stop();
        reject(isSmsError(error) ? error : fail(`failed (${errorKind(error)})`));
      },
    );
  });
}

/** Runs what asks a store. What it throws becomes a rejection, and a plain answer a promise. */
export function attempt<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return Promise.resolve(ask());
  } catch (error) {
    return Promise.reject(error);
  }
}
