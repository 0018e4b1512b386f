import type { PhoneNumber } from '../phone/phone-number.js';
import type { CallContext } from './call-context.js';
import type { NotSent, Price, Refused, Unknown } from './outcomes.js';
import type { ReportedState, UndeliveredReason } from './provider-events.js';

/** Asks a vendor what became of a message whose answer was lost, or whose report did not come. */
export interface MessageLookup {
  /** Until a message is so old, in milliseconds, the vendor may not list it yet: until then `absent` proves nothing. */
  readonly visibleAfterMs: number;
  /** Whether a message that the vendor does not list, `visibleAfterMs` after it was sent, was certainly never taken. */
  readonly absenceProves: boolean;
  /** Looks for a message. Asks the vendor once, for each page of its list, and settles by the deadline. */
  find(query: MessageQuery, context: CallContext): Promise<LookupOutcome>;
}

/** Which message is meant. */
export interface MessageQuery {
  /** Our id, which the vendor was given if it takes one. */
  readonly id: string;
  readonly to: PhoneNumber;
  /** The vendor's id, if it is known. */
  readonly reference?: string | undefined;
  /** When the request can have been written, in milliseconds since 1970, by this machine's clock. */
  readonly sentFrom: number;
  readonly sentUntil: number;
}

/** What a look-up gives. */
export type LookupOutcome = MessageFound | MessageAbsent | LookupInconclusive | Refused | NotSent | Unknown;

/** The vendor took the message. */
export interface MessageFound {
  readonly outcome: 'found';
  readonly reference?: string | undefined;
  /** What became of it, if the vendor says; as in a report. */
  readonly state?: ReportedState | undefined;
  readonly reason?: UndeliveredReason | undefined;
  readonly providerCode?: string | undefined;
  /** When it happened, in milliseconds since 1970, if the vendor says. */
  readonly at?: number | undefined;
  readonly segments?: number | undefined;
  readonly price?: Price | undefined;
}

/** The vendor lists no such message. What that proves, {@link MessageLookup.absenceProves} says. */
export interface MessageAbsent {
  readonly outcome: 'absent';
}

/** The vendor lists messages of which nobody can say whether one is ours. */
export interface LookupInconclusive {
  readonly outcome: 'inconclusive';
}
