import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { ReportedState, UndeliveredReason } from '@polysms/core/provider-kit';
import type { BoxMessage, VendorStatus } from './control/contract.js';
import type { RequestFault } from './faults/faults.js';

/** How one vendor talks. Stateless: {@link Dialect.open} makes what runs. */
export interface Dialect {
  /** Its name in the control API and in the address of a webhook, in kebab case: `mob`. */
  readonly vendor: string;
  /** Its name for people: `Mob`. */
  readonly title: string;
  /** Its own answers that a fault can produce: the table of the README and of the page. */
  readonly answers: readonly VendorStatus[];
  /** The addresses of its API: what a fault's `endpoint` may name. */
  readonly endpoints: readonly string[];
  /** Starts the vendor, at the start of a simulator. */
  open(world: World): OpenDialect;
}

/** A vendor that runs. It speaks HTTP (`onRequest`) or a protocol of its own (`onSocket`). */
export interface OpenDialect {
  /** Acts on a request and answers it. The kit does not call it if a fault comes before, and may lose the answer. */
  onRequest?(request: VendorRequest): VendorAnswer | Promise<VendorAnswer>;
  /** Takes a connection over, below which the kit has put TLS if that was asked for. */
  onSocket?(socket: Socket): void;
  /**
   * The one of {@link Dialect.endpoints} that a path belongs to: `/send` of `/send/42`. Undefined: there is nothing, and
   * no fault hits the request; `onRequest` says so. Default: the path itself, if it is an endpoint. It is asked before the
   * body is read, which a fault may prevent.
   *
   * @param head the rest of the head, for a vendor that names its action in a header or in the query
   */
  endpointAt?(path: string, head: RequestHead): string | undefined;
  /**
   * What the vendor says for one of {@link Dialect.answers}, doing nothing.
   *
   * @param words of the fault `status`, instead of the vendor's own
   */
  answerAs(name: string, request: VendorRequest, words?: string): VendorAnswer;
  /** Which of its answers the common faults stand for, at an endpoint. */
  commonAnswer(fault: 'rate-limit' | 'balance', endpoint: string): string;
  /** Whether its statuses are numbers, so that the fault `status` can produce any. Default false. */
  readonly answersNumbers?: boolean;
  /** The longest body that it reads, in bytes. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** How its console is set up. `configure` throws `configuration_invalid`, and has changed nothing then. */
  readonly settings?: { read(): unknown; configure(changes: unknown): void };
  /** What else can happen at this vendor, by name: `POST /api/vendors/:vendor/calls/:name` with its body. */
  readonly calls?: Readonly<Record<string, DialectCall>>;
  /** How the vendor tells what became of a message; left out where it never does. */
  readonly reports?: Reporting;
  /** How the vendor hands on what a person wrote back; left out where it never does. */
  readonly inbound?: Telling<PhoneReply>;
  /** The vendor says something new of a message, whether or not the app hears it: for a vendor that can be asked. */
  onReport?(report: PhoneReport): void;
  /** A person wrote back: what the vendor itself does about it, such as a list of those who want no more. */
  onReply?(reply: PhoneReply): void;
  /** A request whose body was read has been answered, or left without an answer. */
  onAnswered?(exchange: AnsweredRequest): void;
  /** One line of code that points the vendor's own SDK at an address. */
  sdkLine(url: string): string;
  /** Back to the start. */
  reset(): void;
}

/** Something that can happen at one vendor only. */
export interface DialectCall {
  /** A sentence for people. */
  readonly what: string;
  /** A body that it takes. */
  readonly example: unknown;
  /** Makes it happen. Throws `configuration_invalid` for a wrong body. */
  run(body: unknown): unknown;
}

/** What stands in front of a request's body, besides its path. */
export interface RequestHead {
  readonly method: string;
  /** Without the question mark; empty if there is none. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
}

/** A request, read to its end. */
export interface VendorRequest extends RequestHead {
  /** Its id among the requests on the wire. */
  readonly id: string;
  /** Without the query. */
  readonly path: string;
  readonly body: Uint8Array;
  /** The body as UTF-8. */
  readonly text: string;
  /** The address as the caller knows it, with its query, over which some vendors sign. */
  readonly url: string;
  /** The caller's IP address. */
  readonly remoteAddress: string;
  readonly receivedAt: number;
  /** Puts a message on a phone, by this request. */
  deliver(content: MessageContent): BoxMessage;
}

/** What a vendor answers. */
export interface VendorAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** Left out: no such header. */
  readonly contentType?: string | undefined;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body: string;
  /** The vendor's own status, for people who look at it: `458`. */
  readonly name?: string | undefined;
}

/** A request, and what became of it. */
export interface AnsweredRequest {
  readonly request: VendorRequest;
  /** The vendor's own answer; undefined if a fault kept it from the caller. */
  readonly answer: VendorAnswer | undefined;
  readonly processed: boolean;
  readonly fault: RequestFault['kind'] | undefined;
}

/** What the kit owns, and shows each vendor of. */
export interface World {
  /** Milliseconds since 1970. */
  readonly clock: { now(): number };
  readonly random: Random;
  /** Runs something later, by the clock. A reset cancels it, and so does what it returns. */
  schedule(delayMs: number, run: () => void): () => void;
  readonly phones: Phones;
  /** The fault that is due for a request, used up by asking: for `onSocket`, since the kit asks by itself over HTTP. */
  nextFault(endpoint: string): RequestFault | undefined;
  /** Puts a request on the record: for `onSocket`, since the kit does so by itself over HTTP. Returns its id. */
  recordRequest(request: RecordedRequest): string;
}

/** The phones of the box, which receive from every vendor. */
export interface Phones {
  /**
   * Puts a message on a phone, and schedules its reports.
   *
   * @param requestId by which request it came
   */
  deliver(content: MessageContent, requestId?: string): BoxMessage;
  /** A message of this vendor, as it is now; undefined once it is forgotten. */
  message(id: string): BoxMessage | undefined;
}

/** A message, as a vendor hands it over. */
export interface MessageContent {
  /** E.164. */
  readonly to: string;
  readonly from?: string | undefined;
  readonly text: string;
  /** The code in the text. Default: the first 4 to 8 digits in it; null: there is none. */
  readonly code?: string | null | undefined;
  /** The vendor's own id of the message. */
  readonly reference?: string | undefined;
  /** Where the app wants the reports of this message, instead of at its webhook. */
  readonly reportUrl?: string | undefined;
  /** What the vendor tells of this message, in this order; empty: nothing. Default: what it tells of every message. */
  readonly reportStates?: readonly ReportedState[] | undefined;
  /** The vendor took it, and the phone will not get it: what the last report says. */
  readonly failed?:
    | {
        readonly state: ReportedState;
        readonly reason?: UndeliveredReason | undefined;
        readonly providerCode?: string | undefined;
      }
    | undefined;
}

/** Random values that follow from the simulator's seed, if it has one. */
export interface Random {
  /** So many decimal digits; leading zeros occur. */
  digits(length: number): string;
  /** A whole number between two others, both included. */
  integer(min: number, max: number): number;
  /** So many characters of `0123456789abcdef`. */
  hex(length: number): string;
}

/** A request over a protocol of the vendor's own, for people who look at it. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly status: number | 'none';
  readonly answer?: string | undefined;
  readonly answerName?: string | undefined;
  readonly processed: boolean;
  readonly fault?: RequestFault['kind'] | undefined;
}

/** What a vendor tells of a message. */
export interface PhoneReport {
  /** Its id among the reports. */
  readonly id: string;
  readonly message: BoxMessage;
  readonly state: ReportedState;
  readonly reason?: UndeliveredReason | undefined;
  readonly providerCode?: string | undefined;
  readonly at: number;
}

/** What a person wrote back. */
export interface PhoneReply {
  /** Its id among the replies. */
  readonly id: string;
  /** The phone, in E.164. */
  readonly from: string;
  /** Our number or name. */
  readonly to: string;
  readonly text: string;
  readonly at: number;
  /** The message that is answered. */
  readonly message: BoxMessage;
}

/** How a vendor tells reports. */
export type Reporting = Telling<PhoneReport> & {
  /** What it tells of a message that arrives, in this order. */
  readonly states: readonly ReportedState[];
};

/** How a vendor tells an app something: by a call of its webhook, or over a connection that the app has opened. */
export type Telling<What> = WebhookTelling<What> | ConnectionTelling<What>;

/** A vendor that calls the app's webhook. */
export interface WebhookTelling<What> {
  readonly via: 'webhook';
  /**
   * The call as the vendor makes it, signed as the vendor signs.
   *
   * @param url where it goes, without user and password, which the kit sends as Basic; the vendor may sign over it
   */
  write(what: What, url: string): WebhookCall;
  /**
   * For a vendor that tells several things in one call: at most how many, and that call. What falls due at one moment for
   * one webhook goes together.
   */
  readonly together?: { readonly most: number; write(whats: readonly What[], url: string): WebhookCall };
  /** What the app's answer means; null: none came. Default: a status from 200 to 299 is `taken`, all else `again`. */
  verdictOn?(answer: WebhookAnswer | null, call: MadeCall): WebhookVerdict;
  /** How long it waits for an answer, in milliseconds of real time. Default 5000. */
  readonly timeoutMs?: number;
  /** How long it waits before each repetition, in milliseconds by the clock. Default: it repeats nothing. */
  readonly repeatsAfterMs?: readonly number[];
}

/** What an app's webhook answered. */
export interface WebhookAnswer {
  readonly status: number;
  readonly body: string;
}

/** A call of an app's webhook that has been made. */
export interface MadeCall {
  /** The webhook as the app named it, with its fragment: some vendors read there how often to call. Without user and password. */
  readonly url: string;
  /** 1 for the first call, one more for each repetition. */
  readonly attempt: number;
  /** Why no answer came. `not-connected`: the app was never reached, or its certificate was refused. */
  readonly failure: 'not-connected' | 'timed-out' | 'cut-off' | undefined;
}

/** `again`: the vendor repeats its call, as long as it has repetitions left. `given-up`: it does not. */
export type WebhookVerdict = 'taken' | 'again' | 'given-up';

/** A vendor that tells over the app's own connection. */
export interface ConnectionTelling<What> {
  readonly via: 'connection';
  /** Resolves with whether the app has taken it. */
  tell(what: What): Promise<boolean>;
  /** How long it waits before each repetition, in milliseconds by the clock. Default: it repeats nothing. */
  readonly repeatsAfterMs?: readonly number[];
}

/** A call of an app's webhook. */
export interface WebhookCall {
  readonly method: 'POST' | 'GET';
  /** Default: the webhook itself; for a vendor that puts things into the query. */
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
