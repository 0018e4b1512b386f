import type { Deadline } from '../contract/deadline.js';
import type { CheckOutcome, NotSent, SendOutcome, Unknown } from '../contract/outcomes.js';
import type { CallContext, SmsProvider } from '../contract/sms-provider.js';
import { wasHeldUp } from '../provider-kit/deadline.js';
import { notSent } from '../provider-kit/outcomes.js';
import type { Circuit } from './circuits/circuit.js';
import type { CallKind } from './read-outcome.js';
import { settleByDeadline } from './settle-by-deadline.js';

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
 * @param call asks the provider; it must take out of the outcome what nobody may see, since health shows the outcome
 * @param asProbe whether the call may pass an open circuit, as its probe
 * @param contexts those of the attempt and of the call, if the attempt may have but a share of it
 */
export function askAccount<Outcome extends SendOutcome | CheckOutcome>(
  { circuit }: Account,
  call: () => Promise<Outcome>,
  deadline: Deadline,
  kind: CallKind,
  asProbe: boolean,
  contexts?: Contexts,
): Promise<Outcome | NotSent | Unknown> {
  const permit = circuit.admit(asProbe);
  if (permit === undefined) return Promise.resolve(circuit.refusal());
  return settleByDeadline(call, deadline, kind, (outcome) => {
    const judged = contexts === undefined ? outcome : ofShare(outcome, contexts);
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
