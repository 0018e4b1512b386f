import type { Parameters } from './form.js';

/** The four addresses of Mob's Web API, as the protocol writes them. */
export const mobEndpoints = ['/sms/sendmsg', '/sms/checkcode', '/sms/verify', '/custom/msg'] as const;

/** An address of Mob's Web API. */
export type MobEndpoint = (typeof mobEndpoints)[number];

/** A request as Mob's logic sees it, without HTTP. */
export interface MobRequest {
  /** Its id on the wire. */
  readonly id: string;
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

/** The endpoint at a path; undefined if Mob has none there. */
export function endpointAt(path: string): MobEndpoint | undefined {
  return mobEndpoints.find((endpoint) => endpoint === path);
}
