import { encodedFields, type HttpRequest, hmacSha256, sha256Hex } from '@polysms/core/provider-kit';
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
const sha256OfNothing = sha256Hex('');
const version = '2017-05-25';
const signedHeaders = 'host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version';
const signedHeadersWithToken =
  'host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version';

/**
 * A call signed with `ACS3-HMAC-SHA256` (help.aliyun.com, document 2593177). The path holds the phone
 * number and the code: nothing may show it.
 */
export function signedRequest({ name, parameters }: Action, { credentials, host, now, nonce }: Signing): HttpRequest {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const query = encodedFields(Object.entries(parameters).sort(byName));
  const date = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const [keyLine, tokenLine, names] = securityToken
    ? [`x-acs-accesskey-id:${accessKeyId}\n`, `x-acs-security-token:${securityToken}\n`, signedHeadersWithToken]
    : ['', '', signedHeaders];
  // In the order of their names. Whatever path a gateway puts in front of it, Alibaba Cloud sees and signs `/`.
  const canonical = `POST\n/\n${query}\nhost:${host}\n${keyLine}x-acs-action:${name}\nx-acs-content-sha256:${sha256OfNothing}
x-acs-date:${date}\n${tokenLine}x-acs-signature-nonce:${nonce}\nx-acs-version:${version}\n\n${names}\n${sha256OfNothing}`;
  const signature = hmacSha256(accessKeySecret, `${algorithm}\n${sha256Hex(canonical)}`).toString('hex');
  const headers: Record<string, string> = {
    'x-acs-action': name,
    'x-acs-content-sha256': sha256OfNothing,
    'x-acs-date': date,
    'x-acs-signature-nonce': nonce,
    'x-acs-version': version,
    // Without it errors come as XML.
    accept: 'application/json',
    authorization: `${algorithm} Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`,
    'user-agent': 'polysms',
  };
  if (securityToken)
    Object.assign(headers, { 'x-acs-accesskey-id': accessKeyId, 'x-acs-security-token': securityToken });
  return { method: 'POST', path: `/?${query}`, headers };
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1;
}
