import type { Deadline } from '../contract/deadline.js';
import type { CheckOutcome, NotSent, SendOutcome, Unknown } from '../contract/outcomes.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import type { Circuit } from './circuits/circuit.js';
import { type CallKind, settleByDeadline } from './settle-by-deadline.js';

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
 * @param whole the end of the whole call, if the attempt has but a share of it
 */
export function askAccount<Outcome extends SendOutcome | CheckOutcome>(
  { circuit }: Account,
  call: () => Promise<Outcome>,
  deadline: Deadline,
  kind: CallKind,
  asProbe: boolean,
  whole?: Pick<Deadline, 'ended'>,
): Promise<Outcome | NotSent | Unknown> {
  const permit = circuit.admit(asProbe);
  if (permit === undefined) return Promise.resolve(circuit.refusal());
  return settleByDeadline(call, deadline, kind, (outcome) => {
    const judged = whole === undefined ? outcome : ofShare(outcome, whole);
    circuit.record(permit, judged);
    return judged;
  });
}

/**
 * A provider that says why it gave up takes the word from what ended: its share. As long as the call goes on, that is a
 * provider's time-out, which counts against its circuit, and after which others are asked.
 */
function ofShare<Outcome extends SendOutcome | CheckOutcome>(
  outcome: Outcome,
  whole: Pick<Deadline, 'ended'>,
): Outcome {
  const isEndOfShare = 'code' in outcome && outcome.code === 'deadline_exceeded' && whole.ended === undefined;
  return isEndOfShare ? { ...outcome, code: 'timeout' } : outcome;
}
