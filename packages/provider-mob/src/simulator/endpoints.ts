import type { Parameters } from './form.js';

/** The four addresses of Mob's Web API, as the protocol writes them. */
export const mobEndpoints = ['/sms/sendmsg', '/sms/checkcode', '/sms/verify', '/custom/msg'] as const;

/** An address of Mob's Web API. */
export type MobEndpoint = (typeof mobEndpoints)[number];

/** A request as Mob's logic sees it, without HTTP. */
export interface MobRequest {
  readonly endpoint: MobEndpoint;
  readonly parameters: Parameters;
  /** The caller's IP address. */
  readonly remoteAddress: string;
}

/** Mob's answer: the JSON body of an HTTP 200, also for refusals. */
export interface Verdict {
  readonly status: number;
  readonly error?: string | undefined;
}

/** A request target taken apart. */
export interface Target {
  /** Without doubled slashes: clients that join `https://host/` and `/sms/sendmsg` send two. */
  readonly path: string;
  /** Without the question mark; empty if there is none. */
  readonly query: string;
}

/** Takes a request target apart. Never fails, unlike `URL`, which would take `//sms/sendmsg` for a host. */
export function parseTarget(target: string): Target {
  const relative = target.replace(/^https?:\/\/[^/?]*/iu, '');
  const mark = relative.indexOf('?');
  const path = mark === -1 ? relative : relative.slice(0, mark);
  return { path: path.replaceAll(/\/{2,}/gu, '/'), query: mark === -1 ? '' : relative.slice(mark + 1) };
}

/** The endpoint at a path; undefined if Mob has none there. */
export function endpointAt(path: string): MobEndpoint | undefined {
  return mobEndpoints.find((endpoint) => endpoint === path);
}
