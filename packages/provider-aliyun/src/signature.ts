import { createHash, createHmac } from 'node:crypto';
import { encodedFields, type HttpRequest } from '@polysms/core/provider-kit';
import type { AliyunCredentials } from './options.js';

/** One call of an API of Alibaba Cloud's. All its parameters travel in the query of a POST without a body. */
export interface Action {
  /** `SendSms`. */
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What a signature is made of besides the call. */
export interface Signing {
  readonly credentials: AliyunCredentials;
  /** As it goes over the wire: with a port, unless it is the scheme's own. */
  readonly host: string;
  /** Milliseconds since 1970. Alibaba Cloud's clock may differ by 15 minutes. */
  readonly now: number;
  /** New for each request: one that comes again within 15 minutes is refused. */
  readonly nonce: string;
}

const algorithm = 'ACS3-HMAC-SHA256';
const sha256OfNothing = createHash('sha256').digest('hex');

/**
 * A call signed with `ACS3-HMAC-SHA256` (help.aliyun.com, document 2593177). The path holds the phone
 * number and the code: nothing may show it.
 */
export function signedRequest({ name, parameters }: Action, { credentials, host, now, nonce }: Signing): HttpRequest {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const query = encodedFields(Object.entries(parameters).sort(byName));
  const acs: Record<string, string> = {
    'x-acs-action': name,
    'x-acs-content-sha256': sha256OfNothing,
    'x-acs-date': new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    'x-acs-signature-nonce': nonce,
    'x-acs-version': '2017-05-25',
    ...(securityToken && { 'x-acs-accesskey-id': accessKeyId, 'x-acs-security-token': securityToken }),
  };
  const signed = Object.entries({ host, ...acs }).sort(byName);
  const names = signed.map(([header]) => header).join(';');
  // Whatever path a gateway puts in front of it, Alibaba Cloud sees and signs `/`.
  const canonical = ['POST', '/', query, ...signed.map(([header, value]) => `${header}:${value}`), '', names];
  const toSign = `${algorithm}\n${sha256([...canonical, sha256OfNothing].join('\n'))}`;
  const signature = createHmac('sha256', accessKeySecret).update(toSign).digest('hex');
  return {
    method: 'POST',
    path: `/?${query}`,
    headers: {
      ...acs,
      // Without it errors come as XML.
      accept: 'application/json',
      authorization: `${algorithm} Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`,
      'user-agent': 'polysms',
    },
  };
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
