import type { Ending } from '../contract/deadline.js';
import { errorKind } from '../errors/foreign-error.js';
import type { SeldomWarning } from '../errors/seldom-warning.js';
import { type FailureOutcome, isSmsError, SmsError } from '../errors/sms-error.js';
import { isThenable } from '../listeners/listeners.js';

/** What a store answers: at once, as one in memory can, or later. */
export type Awaitable<Value> = Value | Promise<Value>;

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
 * @param ask runs at once, once. An answer without a promise needs no timer, and one that throws has failed
 * @throws SmsError `store_unavailable`, or `aborted` if the caller ended the call; a store's own SmsError as it is
 */
export function askStore<Answer>(
  question: StoreQuestion,
  deadline: Ending,
  ask: () => Awaitable<Answer>,
  handling?: AnswerHandling<Answer>,
): Promise<Answer> {
  return Promise.resolve(askStoreAtOnce(question, deadline, ask, handling));
}

/**
 * {@link askStore}, without a promise if the store has answered without one: a promise costs more than all that a store
 * in memory does. Rejects, never throws.
 */
export function askStoreAtOnce<Answer>(
  question: StoreQuestion,
  deadline: Ending,
  ask: () => Awaitable<Answer>,
  { isAnswer = anything, onLate }: AnswerHandling<Answer> = {},
): Awaitable<Answer> {
  if (deadline.ended !== undefined) return Promise.reject(endedError(question, deadline.ended));
  let asked: Awaitable<Answer>;
  try {
    asked = ask();
    if (!isThenable(asked)) return isAnswer(asked) ? asked : Promise.reject(noAnswer(question));
  } catch (error) {
    return Promise.reject(failure(question, error));
  }
  const pending = Promise.resolve(asked);
  return new Promise<Answer>((resolve, reject) => {
    let isOver = false;
    const stop = deadline.onEnd((reason) => {
      isOver = true;
      reject(endedError(question, reason));
    });
    pending.then(
      (answer) => {
        stop();
        try {
          if (!isAnswer(answer)) reject(noAnswer(question));
          else if (isOver) onLate?.(answer);
          else resolve(answer);
        } catch (error) {
          reject(failure(question, error));
        }
      },
      (error: unknown) => {
        stop();
        reject(failure(question, error));
      },
    );
  });
}

const anything = () => true;

function failure(question: StoreQuestion, error: unknown): SmsError {
  return isSmsError(error) ? error : errorOf(question, `failed (${errorKind(error)})`);
}

function noAnswer(question: StoreQuestion): SmsError {
  return errorOf(question, 'answered something else than it must');
}

function endedError(question: StoreQuestion, reason: Ending['ended']): SmsError {
  return reason === 'aborted'
    ? errorOf(question, 'had not answered when the call was aborted', 'aborted')
    : errorOf(question, 'did not answer in time');
}

function errorOf(
  { store, outcome, consequence }: StoreQuestion,
  what: string,
  code: 'store_unavailable' | 'aborted' = 'store_unavailable',
): SmsError {
  return new SmsError({ code, outcome, message: `The ${store} ${what}. ${consequence}` });
}

/**
 * Writes down what became of a message, a little after the end of the call if need be. A store that fails now changes
 * nothing about that: the call goes on, and the warning says so. Never rejects; undefined if the store was done at once.
 */
export function recordResult(
  warning: SeldomWarning,
  deadline: Pick<Ending, 'onEnd'>,
  write: () => Awaitable<unknown>,
): Promise<void> | undefined {
  let pending: unknown;
  try {
    pending = write();
  } catch (error) {
    warning.warn(error);
    return undefined;
  }
  return isThenable(pending) ? writtenInTime(warning, deadline, Promise.resolve(pending)) : undefined;
}

function writtenInTime(
  warning: SeldomWarning,
  deadline: Pick<Ending, 'onEnd'>,
  pending: Promise<unknown>,
): Promise<void> {
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
    pending.then(
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

/** What a store may still take when the call has ended, in milliseconds. */
const graceMs = 10;

/** The end of a call, a little later: for what a store must still be told when the call has ended. */
export function withGrace(deadline: Pick<Ending, 'onEnd'>): Ending {
  return {
    ended: undefined,
    onEnd(listener) {
      let timer: NodeJS.Timeout | undefined;
      const stop = deadline.onEnd((reason) => {
        timer = setTimeout(() => listener(reason), graceMs);
      });
      return () => {
        stop();
        clearTimeout(timer);
      };
    },
  };
}

const marker = Symbol.for('polysms.StoreFull');

/** The failure of a store in memory that takes nothing further in. */
export function storeFull(message: string): SmsError {
  const error = new SmsError({ code: 'store_unavailable', outcome: 'not-sent', message });
  return Object.defineProperty(error, marker, { value: true });
}

/** Whether a store is full, rather than down; also if another copy of this package made it. */
export function isStoreFull(error: SmsError): boolean {
  return marker in error;
}
