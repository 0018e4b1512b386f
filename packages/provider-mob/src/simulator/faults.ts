import type { MobEndpoint } from './endpoints.js';

/** Something that goes wrong on the way to Mob, at Mob, or on the way back. */
export type MobFault = ConnectionFault | RequestFault;

/** A fault that hits a request. */
export type RequestFault = DropFault | ResetFault | HangFault | DelayFault | HttpFault | ContentTypeFault | StatusFault;

/**
 * How far a request gets before the fault:
 * `before-reading`: Mob has the head, not the body, and does nothing;
 * `after-reading`: Mob has the request and does nothing;
 * `after-processing`: Mob acts on it, the message arrives, and the answer is lost;
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

/** Mob acts at once and answers late. */
export interface DelayFault {
  readonly kind: 'delay';
  /** Milliseconds of real time, at most 2147483647. */
  readonly delayMs: number;
}

/** An HTTP answer that is not Mob's: 5xx of a gateway, HTML, an empty body, half a JSON text, far too long a body. */
export interface HttpFault {
  readonly kind: 'http';
  /** From 200 to 599. */
  readonly httpStatus: number;
  /** Default empty. */
  readonly body?: string | undefined;
  /** Default: no such header. */
  readonly contentType?: string | undefined;
  /** Whether Mob acts on the request all the same. Default false. */
  readonly processed?: boolean | undefined;
}

/** Mob's own answer under a wrong `Content-Type`, or without one. */
export interface ContentTypeFault {
  readonly kind: 'content-type';
  /** Left out: no such header. */
  readonly contentType?: string | undefined;
}

/** Mob answers this status, whatever was asked, and does nothing. */
export interface StatusFault {
  readonly kind: 'status';
  /** A whole number. */
  readonly status: number;
  readonly error?: string | undefined;
}

/** Which requests a fault hits: first `after` are spared, then `times` are hit. */
export interface FaultSchedule {
  /** Requests to let pass first. Default 0. */
  readonly after?: number | undefined;
  /** Requests to hit, then; Infinity for all. Default 1. */
  readonly times?: number | undefined;
  /** Requests to other endpoints neither count nor are hit. Default: all four. Not for `on-connect`. */
  readonly endpoint?: MobEndpoint | undefined;
}

/** Tells the two families apart. */
export function hitsConnection(fault: MobFault): fault is ConnectionFault {
  return 'when' in fault && fault.when === 'on-connect';
}
