import type { Accepted, Price } from '../contract/outcomes.js';
import type { ReportedState, UndeliveredReason } from '../contract/provider-events.js';
import type { Attempt, SmsErrorJson } from '../errors/sms-error.js';

/** What is known of one message. A plain value that survives JSON; no text, parameter or code is in it. */
export interface MessageRecord {
  /** Of this shape. A store that finds another leaves it alone. */
  readonly version: 1;
  readonly id: string;
  /** Counts what was written: 1 for the first. A store replaces a record only by the one that follows it. */
  readonly revision: number;
  readonly kind: 'message' | 'verification';
  /** What a verification is for. */
  readonly purpose?: string | undefined;
  /** The phone in E.164: look-ups need it. */
  readonly to: string;
  /** When `send()` was called, in milliseconds since 1970, like all times here. */
  readonly createdAt: number;
  /** When the call that sends it has ended, whatever happens. */
  readonly settlesBy: number;
  /** The accounts that may be asked to send it. Nobody else's word about it counts. */
  readonly providers: readonly string[];
  /** How the call ended. Until then it runs, or its process died. */
  readonly settled?: SettledCall | undefined;
  /** One for each provider that was asked, or has told something, in the order of the asking. */
  readonly attempts: readonly AttemptRecord[];
  /** When the sweep is to look at it; undefined if there is nothing to ask. */
  readonly dueAt?: number | undefined;
}

/** How a call ended that sent a message, or tried to. */
export interface SettledCall {
  readonly outcome: 'accepted' | 'refused' | 'not-sent' | 'unknown';
  /** For whoever repeats the call: what it threw. */
  readonly error?: SmsErrorJson | undefined;
}

/** What is known of a message at one provider. */
export interface AttemptRecord {
  readonly provider: string;
  /** What the call learnt. Undefined while it runs, and if its process died. */
  readonly attempt?: Attempt | undefined;
  /** What the provider said when it took the message. */
  readonly accepted?: Omit<Accepted, 'outcome'> | undefined;
  /** Distinct reports, the highest first. */
  readonly history: readonly ReportEntry[];
  /** What look-ups have given so far. */
  readonly lookups?: LookupRecord | undefined;
}

/** One report, without what names the message. */
export interface ReportEntry {
  readonly state: ReportedState;
  readonly reason?: UndeliveredReason | undefined;
  readonly providerCode?: string | undefined;
  readonly reference?: string | undefined;
  readonly at?: number | undefined;
  readonly segments?: number | undefined;
  readonly price?: Price | undefined;
}

/** Look-ups of one attempt. */
export interface LookupRecord {
  readonly asked: number;
  /** What the last one gave. `found` and `absent` (where absence proves) settle the attempt. */
  readonly last: 'found' | 'absent' | 'inconclusive' | 'failed';
  /** Whether the vendor was certain: it has the message, or never had it. */
  readonly proves?: 'accepted' | 'not-sent' | undefined;
  readonly at: number;
}
