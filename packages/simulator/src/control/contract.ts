import type { ReportedState, UndeliveredReason } from '@polysms/core/provider-kit';
import type { Fault, FaultSchedule, HttpFault } from '../faults/faults.js';

// What the control API says and takes, as JSON. Times are milliseconds since 1970, by the simulator's clock. Everything
// here is an immutable snapshot: what changes later is told anew.

/** A vendor in the box. `GET /api/vendors` lists them. */
export interface Vendor {
  /** `mob`. */
  readonly vendor: string;
  /** `Mob`. */
  readonly title: string;
  /** Where its API is, without a slash at the end: `http://127.0.0.1:40001`. */
  readonly url: string;
  /** Whether the vendor tells apps what became of a message. */
  readonly reports: boolean;
  /** Whether the vendor hands on what a person answers. */
  readonly inbound: boolean;
  /** Its own answers that the fault `answer` can produce. */
  readonly answers: readonly VendorStatus[];
  /** The addresses of its API: what a fault's `when.endpoint` may name. */
  readonly endpoints: readonly string[];
  /** How its console is set up; null if there is nothing to set. */
  readonly settings: unknown;
  /** What only this vendor has, at `POST /api/vendors/:vendor/calls/:name`. */
  readonly calls: readonly VendorCall[];
  /** One line of code that points the vendor's own SDK here. */
  readonly sdk: string;
}

/** Something that can happen at one vendor only. */
export interface VendorCall {
  readonly name: string;
  readonly what: string;
  /** A body that it takes. */
  readonly example: unknown;
}

/** One of a vendor's own answers. */
export interface VendorStatus {
  /** As the vendor writes it: `458`, `isv.BUSINESS_LIMIT_CONTROL`. */
  readonly name: string;
  readonly meaning: string;
  /** Where the vendor gives it; left out: everywhere. */
  readonly endpoints?: readonly string[] | undefined;
}

/** A message that a vendor took. */
export interface BoxMessage {
  /** Counts up from 1 over all vendors. */
  readonly id: string;
  readonly vendor: string;
  readonly vendorTitle: string;
  /** The phone, in E.164. */
  readonly to: string;
  /** Sender number or name. */
  readonly from?: string | undefined;
  readonly text: string;
  /** The code in the text, if there is one. */
  readonly code?: string | undefined;
  /** The vendor's own id of the message. */
  readonly reference?: string | undefined;
  /** Parts in which the text travels; `GSM-7` parts have 160 characters, or 153 of several, `UCS-2` parts 70, or 67. */
  readonly segments: number;
  readonly encoding: 'GSM-7' | 'UCS-2';
  readonly receivedAt: number;
  /** The phone did not get it, though the vendor took it: what the report will say. Such a message is on no phone. */
  readonly failed?: { readonly state: ReportedState; readonly reason?: UndeliveredReason | undefined } | undefined;
  /** The state that the app was told last. */
  readonly reported?: ReportedState | undefined;
}

/** What a person wrote back. */
export interface BoxReply {
  readonly id: string;
  readonly vendor: string;
  /** The phone, in E.164. */
  readonly from: string;
  /** Our number or name. */
  readonly to: string;
  readonly text: string;
  readonly at: number;
  /** The message that is answered. */
  readonly messageId: string;
  readonly status: TellingStatus;
  readonly attempts: readonly TellingAttempt[];
  /** Why the app is not told. */
  readonly problem?: string | undefined;
}

/** What the app is told of a message. */
export interface BoxReport {
  readonly id: string;
  readonly messageId: string;
  readonly vendor: string;
  readonly state: ReportedState;
  readonly reason?: UndeliveredReason | undefined;
  /** The vendor's own code. */
  readonly providerCode?: string | undefined;
  readonly status: TellingStatus;
  /** When it happened, by the vendor's word. */
  readonly at: number;
  readonly attempts: readonly TellingAttempt[];
  /** The fault that hit it: `report-late`. */
  readonly fault?: Fault['kind'] | undefined;
  /** Why the app is not told. */
  readonly problem?: string | undefined;
}

/**
 * `held`: until somebody releases it. `scheduled`: to be told, or told again. `taken`: the app has it. `refused`: the app
 * would not take it, and the vendor has given up. `lost`: it is never told.
 */
export type TellingStatus = 'held' | 'scheduled' | 'taken' | 'refused' | 'lost';

/** One call of the app's webhook. */
export interface TellingAttempt {
  readonly at: number;
  /** Without its query, which may hold a secret of the app; empty over the app's own connection. */
  readonly url: string;
  /** The HTTP status; `none` if no answer came. */
  readonly status: number | 'none';
}

/** `GET /api/messages/:id`. */
export interface BoxMessageDetails extends BoxMessage {
  /** What happened to it, in the order of time. */
  readonly timeline: readonly TimelineEntry[];
  /** The request with which it came; empty if it came by none, or that is forgotten. */
  readonly wire: readonly WireRequest[];
  readonly reports: readonly BoxReport[];
  readonly replies: readonly BoxReply[];
}

/** A moment in the life of a message. */
export interface TimelineEntry {
  readonly at: number;
  readonly kind: 'request' | 'delivered-to-phone' | 'answer' | 'report' | 'reply' | 'fault';
  /** A sentence for people. */
  readonly text: string;
  /** A second line. */
  readonly detail?: string | undefined;
}

/** A phone that received or wrote something. */
export interface Phone {
  /** E.164. */
  readonly phone: string;
  /** Messages and replies. */
  readonly messages: number;
  readonly last: { readonly text: string; readonly at: number; readonly direction: 'in' | 'out' };
}

/** `GET /api/phones/:phone`. */
export interface PhoneConversation {
  readonly phone: string;
  readonly conversation: readonly ConversationEntry[];
}

/** A bubble: `in` came to the phone, `out` was written on it. */
export type ConversationEntry =
  | { readonly direction: 'in'; readonly message: BoxMessage }
  | { readonly direction: 'out'; readonly reply: BoxReply };

/** `POST /api/phones/:phone/replies`. */
export interface ReplyCall {
  readonly text: string;
  /** The message that is answered. Default: the newest on the phone whose vendor hands replies on. */
  readonly messageId?: string | undefined;
}

/** `POST /api/messages/:id/reports`. */
export interface ReportCall {
  readonly state: ReportedState;
  readonly reason?: UndeliveredReason | undefined;
  /** The vendor's own code. Default: what the vendor says for this state. */
  readonly providerCode?: string | undefined;
}

/** `GET /api/reports`. */
export interface ReportsPage {
  readonly settings: ReportSettings;
  /** Oldest first. */
  readonly reports: readonly BoxReport[];
}

/** How reports come. `POST /api/reports/settings` takes a part of it. */
export interface ReportSettings {
  /** `automatic`: by themselves; `held`: when somebody releases them. Default automatic. */
  readonly mode: 'automatic' | 'held';
  /** How long after the message, and after the report before, in milliseconds. Default 500. */
  readonly delayMs: number;
  /** The app's webhook, to which `/<vendor>` is added, or one webhook for each vendor; null: nobody is told. */
  readonly reportsTo: string | Readonly<Record<string, string>> | null;
}

/** What `POST /api/faults` takes. */
export interface FaultCall {
  /** Default: every vendor. */
  readonly vendor?: string | undefined;
  readonly fault: Fault;
  readonly when?: FaultSchedule | undefined;
}

/** A fault that is switched on. */
export interface FaultEntry {
  readonly id: string;
  /** Null: every vendor. */
  readonly vendor: string | null;
  readonly fault: ShownFault;
  readonly when: FaultSchedule;
  /** How many it will still hit; null: without end. */
  readonly left: number | null;
}

/** A fault as it is shown: with the size of its body, which may be far too long. */
export type ShownFault = Exclude<Fault, HttpFault> | ShownHttpFault;

/** The fault `http` as it is shown. */
export interface ShownHttpFault extends Omit<HttpFault, 'body'> {
  /** How many bytes its body has; left out: it has none. */
  readonly bodyBytes?: number | undefined;
}

/** What has become of the faults. `set`: one is new, or has hit and will hit again. `gone`: used up, or switched off. */
export type FaultChange =
  | { readonly change: 'set'; readonly entry: FaultEntry }
  | { readonly change: 'gone'; readonly id: string }
  | { readonly change: 'all-gone' };

/** A request as it came to a vendor. Credentials are shown as they came: it is a simulator. */
export interface WireRequest {
  readonly id: string;
  readonly vendor: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Cut to 16384 characters; empty if a fault came before reading. */
  readonly body: string;
  /** The HTTP status of the answer; `none` if none was given, or it was cut off. */
  readonly status: number | 'none';
  /** The vendor's own status in the answer: `458`. */
  readonly answerName?: string | undefined;
  /** The body of the answer, cut to 2048 characters. */
  readonly answer?: string | undefined;
  /** Whether the vendor acted on it. */
  readonly processed: boolean;
  readonly fault?: Fault['kind'] | undefined;
  readonly receivedAt: number;
  readonly answeredAt?: number | undefined;
  /** The messages that it made. */
  readonly messageIds: readonly string[];
}

/** What settings have changed. */
export interface SettingsChange {
  /** Null: those of the reports. */
  readonly vendor: string | null;
  readonly settings: unknown;
}

/** The events of `GET /api/events`, by name. A `message`, `reply`, `report` or `request` with a known id replaces it. */
export interface BoxEvents {
  readonly message: BoxMessage;
  readonly reply: BoxReply;
  readonly report: BoxReport;
  readonly request: WireRequest;
  readonly fault: FaultChange;
  readonly settings: SettingsChange;
  /** Everything is as at the start, or events were missed: read everything anew. */
  readonly reset: Readonly<Record<string, never>>;
}

/** `GET /api`. */
export interface ApiList {
  readonly endpoints: readonly ApiEndpoint[];
  /** Every kind of fault that `POST /api/faults` takes as `fault`. */
  readonly faults: readonly ApiFault[];
  /** The fields of `when` at `POST /api/faults`, and what each may be. */
  readonly when: Readonly<Record<string, string>>;
}

/** A kind of fault. */
export interface ApiFault {
  readonly kind: Fault['kind'];
  readonly what: string;
  /** Its further fields, and what each may be. */
  readonly fields: Readonly<Record<string, string>>;
  /** The vendors in the box that can have it. */
  readonly vendors: readonly string[];
  /** A line for a shell that switches it on once. */
  readonly curl: string;
}

/** A path of the control API. */
export interface ApiEndpoint {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** The parameters of its query, in words. */
  readonly query?: string | undefined;
  /** The JSON that it takes, in words. */
  readonly body?: string | undefined;
  readonly what: string;
  /** A line for a shell. */
  readonly curl: string;
}

/** Every answer with a status from 400 up. */
export interface ApiProblem {
  /** A sentence that names the field, and what it must be. */
  readonly error: string;
}
