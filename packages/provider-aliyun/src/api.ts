import {
  type CallContext,
  type HttpOutcome,
  type HttpTransport,
  jsonObject,
  notSent,
} from '@polysms/core/provider-kit';
import type { AliyunCredentials } from './options.js';
import { type Action, signedRequest } from './signature.js';

/** What differs from one request to the next. */
export interface Surroundings {
  now(): number;
  nonce(): string;
}

/** Calls an API of Alibaba Cloud's. */
export type Call = (action: Action, context: CallContext) => Promise<HttpOutcome>;

const noKeys = notSent(
  'authentication_failed',
  'The option credentials must return accessKeyId and accessKeySecret, and no promise of them.',
);

/** Calls what lives at one address. */
export function callsOver(
  transport: HttpTransport,
  baseUrl: string,
  credentials: () => unknown,
  { now, nonce }: Surroundings,
): Call {
  const { host } = new URL(baseUrl);
  return async (action, context) => {
    const keys = keysOf(credentials);
    if (keys === undefined) return noKeys;
    return transport.request(signedRequest(action, { credentials: keys, host, now: now(), nonce: nonce() }), context);
  };
}

/** Other code gives them: it may throw, or give none, or a promise. */
function keysOf(credentials: () => unknown): AliyunCredentials | undefined {
  try {
    const given = credentials();
    // Its failure would otherwise end the process.
    if (given instanceof Promise) given.catch(() => undefined);
    const { accessKeyId, accessKeySecret, securityToken = '' } = jsonObject(given) ?? {};
    if (!isKey(accessKeyId) || !isKey(accessKeySecret) || !(securityToken === '' || isKey(securityToken)))
      return undefined;
    return { accessKeyId, accessKeySecret, securityToken };
  } catch {
    return undefined;
  }
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}
