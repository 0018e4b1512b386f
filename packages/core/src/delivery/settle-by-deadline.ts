import type { Deadline, DeadlineEnd } from '../contract/deadline.js';
import type { LookupOutcome } from '../contract/lookup.js';
import type { CheckOutcome, SendOutcome, Unknown } from '../contract/outcomes.js';
import { withoutMessage } from '../errors/foreign-error.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { unknown } from '../provider-kit/outcomes.js';
import { type CallKind, noOutcome, readOutcome } from './read-outcome.js';

/** A provider that respects its deadline gets this long to say more exactly what happened. */
const graceMs = 25;

/**
 * Makes a call to a provider settle with an outcome, whatever the provider does. Never rejects.
 *
 * A provider that throws, rejects or answers with something that is no outcome gives `unknown`, `invalid_response`.
 * One that has not settled 25 ms after the deadline ended gives `unknown` with `timeout` or `aborted`; whatever it
 * answers later is dropped. Otherwise it is what the provider answered, as plain data.
 *
 * @param call runs at once, once
 * @param judge told of the outcome before the caller is, who gets what it returns; must not throw
 */
export function settleByDeadline<Outcome extends SendOutcome | CheckOutcome | LookupOutcome>(
  call: () => Promise<Outcome>,
  deadline: Deadline,
  kind: CallKind,
  judge: (outcome: Outcome | Unknown) => Outcome | Unknown = (outcome) => outcome,
): Promise<Outcome | Unknown> {
  return new Promise((resolve) => {
    let isSettled = false;
    let stopWaiting = () => {};
    let stopGrace = () => {};
    const settle = (outcome: Outcome | Unknown) => {
      if (isSettled) return;
      isSettled = true;
      stopWaiting();
      stopGrace();
      resolve(judge(outcome));
    };
    let answer: Promise<Outcome>;
    try {
      // Also for a provider that answers without a promise: its outcome counts all the same.
      answer = Promise.resolve(call());
    } catch (error) {
      settle(thrown(error));
      return;
    }
    stopWaiting = deadline.onEnd((reason) => {
      stopGrace = deadlineAfter(graceMs).onEnd(() => settle(overdue(reason)));
    });
    answer.then(
      (answered) => settle(readOutcome(kind, answered) ?? noOutcome()),
      (error: unknown) => settle(thrown(error)),
    );
  });
}

function overdue(reason: DeadlineEnd): Unknown {
  return reason === 'aborted'
    ? unknown('aborted', 'The caller aborted the call, and the provider did not settle: a bug in the provider.')
    : unknown('timeout', 'The provider did not respect its deadline: a bug in the provider.');
}

function thrown(error: unknown): Unknown {
  const message = 'The provider threw an error instead of answering an outcome: a bug in the provider.';
  return unknown('invalid_response', message, { cause: withoutMessage(error) });
}
