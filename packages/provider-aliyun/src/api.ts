import { type CallContext, type HttpOutcome, type HttpTransport, notSent } from '@polysms/core/provider-kit';
import { keysFrom } from './options.js';
import { type Action, signedRequest } from './signature.js';

/** What differs from one request to the next. */
export interface Surroundings {
  now(): number;
  nonce(): string;
}

/** Calls an API of Alibaba Cloud's. */
export type Call = (action: Action, context: CallContext) => Promise<HttpOutcome>;

const noKeys = 'The option credentials must return accessKeyId and accessKeySecret, and no promise of them.';

/** Calls what lives at one address. */
export function callsOver(
  transport: HttpTransport,
  baseUrl: string,
  credentials: () => unknown,
  { now, nonce }: Surroundings,
): Call {
  const { host } = new URL(baseUrl);
  return async (action, context) => {
    const keys = keysFrom(credentials);
    if (keys === undefined) return notSent('authentication_failed', noKeys);
    return transport.request(signedRequest(action, { credentials: keys, host, now: now(), nonce: nonce() }), context);
  };
}
