/** Something that goes wrong on the way to a vendor, at the vendor, or on the way back. */
export type Fault = ConnectionFault | RequestFault | ReportFault;

/** A fault that hits a request. */
export type RequestFault =
  | DropFault
  | ResetFault
  | HangFault
  | DelayFault
  | HttpFault
  | ContentTypeFault
  | StatusFault
  | HtmlFault
  | TruncatedFault
  | AnswerFault
  | CommonFault;

/**
 * How far a request gets before the fault:
 * `before-reading`: the vendor has the head, not the body, and does nothing;
 * `after-reading`: the vendor has the request and does nothing;
 * `after-processing`: the vendor acts on it, the message arrives, and the answer is lost;
 * `while-answering`: the same, with the answer lost half way through its body.
 */
export type FaultMoment = 'before-reading' | 'after-reading' | 'after-processing' | 'while-answering';

/** A connection is closed in an orderly way (drop: FIN) or reset (RST) at once: before TLS and before any request. */
export interface ConnectionFault {
  readonly kind: 'drop' | 'reset';
  readonly when: 'on-connect';
}

/** The connection is closed in an orderly way (FIN) instead of an answer. */
export interface DropFault {
  readonly kind: 'drop';
  readonly when: FaultMoment;
}

/** The connection is reset (RST) instead of an answer. */
export interface ResetFault {
  readonly kind: 'reset';
  readonly when: FaultMoment;
}

/** No answer ever comes; the connection stays open until the caller leaves. */
export interface HangFault {
  readonly kind: 'hang';
  readonly when: FaultMoment;
}

/** The vendor acts at once and answers late. */
export interface DelayFault {
  readonly kind: 'delay';
  /** Milliseconds of real time, at most 2147483647. */
  readonly delayMs: number;
}

/** An HTTP answer that is not the vendor's: 5xx of a gateway, an empty body, half a JSON text, far too long a body. */
export interface HttpFault {
  readonly kind: 'http';
  /** From 200 to 599. */
  readonly httpStatus: number;
  /** Default empty. */
  readonly body?: string | undefined;
  /** Default: no such header. */
  readonly contentType?: string | undefined;
  /** Further headers. The length of the body is not among them: it is always right. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Whether the vendor acts on the request all the same. Default false. */
  readonly processed?: boolean | undefined;
}

/** The page of a gateway, instead of an answer. */
export interface HtmlFault {
  readonly kind: 'html';
  /** From 200 to 599. Default 502. */
  readonly httpStatus?: number | undefined;
  /** Whether the vendor acts on the request all the same. Default false. */
  readonly processed?: boolean | undefined;
}

/** The vendor acts, and answers with the first half of its body: whole for HTTP, broken for a parser. */
export interface TruncatedFault {
  readonly kind: 'truncated';
}

/** The vendor's own answer under a wrong `Content-Type`, or without one. */
export interface ContentTypeFault {
  readonly kind: 'content-type';
  /** Left out: no such header. */
  readonly contentType?: string | undefined;
}

/** The vendor answers one of its own statuses, whatever was asked, and does nothing. */
export interface AnswerFault {
  readonly kind: 'answer';
  /** One of the vendor's `answers`: `458`. */
  readonly name: string;
}

/** A vendor whose statuses are numbers answers this one, even one that nobody knows, and does nothing. */
export interface StatusFault {
  readonly kind: 'status';
  /** A whole number. */
  readonly status: number;
  /** The vendor's words about it. */
  readonly error?: string | undefined;
}

/** What every vendor has a status for: too many requests, and no money left. It does nothing. */
export interface CommonFault {
  readonly kind: 'rate-limit' | 'balance';
}

/**
 * What goes wrong with the reports of a message: `report-lost`: none comes. `report-late`: they come `delayMs` later.
 * `report-twice`: each comes twice. `reports-reversed`: the last comes first. `report-contradicted`: after `delivered`
 * comes `undelivered`.
 */
export type ReportFault =
  | { readonly kind: 'report-lost' | 'report-twice' | 'reports-reversed' | 'report-contradicted' }
  | { readonly kind: 'report-late'; readonly delayMs: number };

/** Which requests a fault hits: first `after` are spared, then `times` are hit, or those that the dice choose. */
export interface FaultSchedule {
  /** Requests to let pass first. Default 0. */
  readonly after?: number | undefined;
  /** Requests to hit, then; Infinity for all. Default 1; with `probability`, Infinity. */
  readonly times?: number | undefined;
  /** The share of requests to hit, above 0 and at most 1, as the seed's dice fall. Default 1. */
  readonly probability?: number | undefined;
  /** Requests to other endpoints neither count nor are hit. Default: all. Not for `on-connect` and reports. */
  readonly endpoint?: string | undefined;
}

/** Whether a fault hits a connection before any request. */
export function hitsConnection(fault: Fault): fault is ConnectionFault {
  return 'when' in fault && fault.when === 'on-connect';
}

/** Whether a fault hits the reports of a message. */
export function hitsReports(fault: Fault): fault is ReportFault {
  return fault.kind.startsWith('report');
}
