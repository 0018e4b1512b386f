import { type CallContext, type HttpOutcome, type HttpTransport, notSent } from '@polysms/core/provider-kit';
import type { AliyunCredentials } from './options.js';
import { type Action, signedRequest } from './signature.js';

/** What differs from one request to the next. */
export interface Surroundings {
  now(): number;
  nonce(): string;
}

/** Calls an API of Alibaba Cloud's. */
export type Call = (action: Action, context: CallContext) => Promise<HttpOutcome>;

/** Calls what lives at one address. */
export function callsOver(
  transport: HttpTransport,
  baseUrl: string,
  credentials: () => AliyunCredentials,
  { now, nonce }: Surroundings,
): Call {
  const { host } = new URL(baseUrl);
  return async (action, context) => {
    let request: ReturnType<typeof signedRequest>;
    try {
      // Other code gives them, and may throw, or give none.
      request = signedRequest(action, { credentials: credentials(), host, now: now(), nonce: nonce() });
    } catch {
      return notSent('authentication_failed', 'The option credentials gave no keys to sign with.');
    }
    return transport.request(request, context);
  };
}
