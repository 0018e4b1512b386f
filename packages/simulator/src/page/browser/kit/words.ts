import type { BoxReport, TellingStatus } from '../../../control/contract.js';

/** What became of telling the app, for a person. */
export const tellingWords: Readonly<Record<TellingStatus, string>> = {
  held: 'held back',
  scheduled: 'on its way to the app',
  taken: 'taken by the app',
  refused: 'not taken by the app',
  lost: 'lost on its way',
};

type State = BoxReport['state'];
type Reason = NonNullable<BoxReport['reason']>;

/** What a person can report of a message, the likeliest first. */
export const failedStates: readonly Exclude<State, 'delivered' | 'sent' | 'queued'>[] = [
  'undelivered',
  'rejected',
  'expired',
];

export const reasonWords: Readonly<Record<Reason, string>> = {
  unreachable: 'the phone is off, abroad or full',
  unknown_subscriber: 'nobody has the number',
  not_mobile: 'it is a landline',
  blocked: 'it is on a block list',
  opted_out: 'the person wants no more messages',
  filtered: 'it was taken for spam',
  unregistered_sender: 'the sender is not registered',
  carrier_fault: 'the carrier failed',
  other: 'another reason',
};
