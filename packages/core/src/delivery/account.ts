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
 */
export function askAccount<Outcome extends SendOutcome | CheckOutcome>(
  { circuit }: Account,
  call: () => Promise<Outcome>,
  deadline: Deadline,
  kind: CallKind,
  asProbe: boolean,
): Promise<Outcome | NotSent | Unknown> {
  const permit = circuit.admit(asProbe);
  if (permit === undefined) return Promise.resolve(circuit.refusal());
  return settleByDeadline(call, deadline, kind, (outcome) => circuit.record(permit, outcome));
}
