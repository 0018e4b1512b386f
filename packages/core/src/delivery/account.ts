import type { CallContext } from '../contract/call-context.js';
import type { Deadline, DeadlineEnd } from '../contract/deadline.js';
import type { LookupOutcome } from '../contract/lookup.js';
import type { CheckOutcome, NotSent, SendOutcome, Unknown } from '../contract/outcomes.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { withoutMessage } from '../errors/foreign-error.js';
import { deadlineAfter, wasHeldUp } from '../provider-kit/deadline.js';
import { notSent, unknown } from '../provider-kit/outcomes.js';
import type { Circuit } from './circuits/circuit.js';
import { type CallKind, readOutcome } from './read-outcome.js';

/** One provider of a client, and beside it the circuit that keeps calls from it while it is down. */
export interface Account {
  readonly id: string;
  readonly provider: SmsProvider;
  readonly circuit: Circuit;
}

/**
 * Asks a provider once, if its circuit lets the call pass, and has the circuit learn from the answer. Never rejects,
 * and settles by the deadline, whatever the provider does.
 *
 * @param call asks the provider
 * @param asProbe whether the call may pass an open circuit, as its probe
 * @param contexts those of the attempt and of the call, if the attempt may have but a share of it
 * @param shown takes out of an outcome what nobody may see: health shows outcomes
 */
export function askAccount<Outcome extends SendOutcome | CheckOutcome>(
  { circuit }: Account,
  call: () => Promise<Outcome>,
  deadline: Deadline,
  kind: CallKind,
  asProbe: boolean,
  contexts?: Contexts,
  shown?: (outcome: NoInfer<Outcome> | Unknown) => NoInfer<Outcome> | Unknown,
): Promise<Outcome | NotSent | Unknown> {
  const permit = circuit.admit(asProbe);
  if (permit === undefined) return Promise.resolve(circuit.refusal());
  return settleByDeadline(call, deadline, kind, (outcome) => {
    const seen = shown === undefined ? outcome : shown(outcome);
    const judged = contexts === undefined ? seen : ofShare(seen, contexts);
    const isOurStall = judged.outcome === 'not-sent' && wasHeldUp(contexts?.attempt.writeBy ?? deadline);
    circuit.record(permit, isOurStall ? stalled : judged);
    return judged;
  });
}

interface Contexts {
  readonly attempt: CallContext;
  readonly call: CallContext;
}

/** What the circuit hears of a request that this process itself was too late to write: nothing about the provider. */
const stalled = notSent('deadline_exceeded', 'The process was held up.');

/**
 * A provider that says why it gave up takes the word from what ended: its share. As long as the call goes on, that is a
 * provider's time-out, which counts against its circuit, and after which others are asked.
 */
function ofShare<Outcome extends SendOutcome | CheckOutcome>(outcome: Outcome, { attempt, call }: Contexts): Outcome {
  if (!('code' in outcome) || call.deadline.ended !== undefined) return outcome;
  const { code } = outcome;
  const hasEnded = attempt.deadline.ended !== undefined || attempt.writeBy?.ended !== undefined;
  // An SDK tells of an abort, whatever aborted it.
  return code === 'deadline_exceeded' || (code === 'aborted' && hasEnded) ? { ...outcome, code: 'timeout' } : outcome;
}

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
      (answered) => settle(readOutcome(kind, answered)),
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
