import { createHash, createHmac } from 'node:crypto';
import { parse, stringify } from 'node:querystring';
import { equalInConstantTime } from '@polysms/core/provider-kit';

/** A request as Twilio signs it. */
export interface SignedRequest {
  /** As Twilio has it configured, with scheme, host and query. */
  readonly url: string;
  /** The fields of a form; none for a GET, and for a JSON body, whose hash is in the query. */
  readonly fields: Iterable<readonly [string, string]>;
}

/** `X-Twilio-Signature`: base64 of HMAC-SHA1 under the primary auth token. The fragment of the URL is not signed. */
export function twilioSignature(authToken: string, { url, fields }: SignedRequest): string {
  return signatureOf(authToken, url.replace(/#.*$/s, ''), signedFields(fields));
}

/**
 * Whether a request carries the signature of its account. Twilio's back ends differ over standard ports and the encoding of
 * queries; its own library tries these six spellings of the URL, and so do we. Every one is compared, in constant time.
 */
export function isSignedBy(authToken: string, signature: string | null, { url, fields }: SignedRequest): boolean {
  // What no request can have; the library refuses it, too.
  if (authToken === '' || signature === null || !/^https?:\/\/[^/?#@]+(?:[/?]|$)/i.test(url) || !URL.canParse(url))
    return false;
  const signed = signedFields(fields);
  const normal = new URL(url).href;
  const spellings = [url, normal, withEncodedQuery(normal)].flatMap((each) => [withoutPort(each), withPort(each)]);
  const matches = [...new Set(spellings)].map((each) =>
    equalInConstantTime(signatureOf(authToken, each, signed), signature),
  );
  return matches.includes(true);
}

/** Whether the query of a URL holds the hash of a body. @returns undefined if it holds none */
export function isHashOf(url: string, body: Uint8Array): boolean | undefined {
  const hash = URL.canParse(url) ? new URL(url).searchParams.get('bodySHA256') : null;
  if (hash === null) return undefined;
  return equalInConstantTime(createHash('sha256').update(body).digest('hex'), hash);
}

function signatureOf(authToken: string, url: string, signed: string): string {
  return createHmac('sha1', authToken).update(url).update(signed).digest('base64');
}

/** Names and values with nothing between them: names by code unit, and of those that repeat each value once, in order. */
function signedFields(fields: SignedRequest['fields']): string {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of fields) {
    const known = values.get(name);
    if (known === undefined) values.set(name, new Set([value]));
    else known.add(value);
  }
  const names = [...values.keys()].sort();
  return names.flatMap((name) => [...(values.get(name) ?? [])].sort().map((value) => name + value)).join('');
}

const authority = /^(?<scheme>https?:\/\/)(?<host>\[[^\]]*\]|[^:/?#]*)(?<port>:\d*)?/i;

function withoutPort(url: string): string {
  return url.replace(authority, '$<scheme>$<host>');
}

function withPort(url: string): string {
  const { scheme = '', host = '', port } = authority.exec(url)?.groups ?? {};
  if (port !== undefined) return url;
  const standard = scheme.toLowerCase() === 'https://' ? ':443' : ':80';
  return scheme + host + standard + url.slice(scheme.length + host.length);
}

/** The query as Node's old encoder writes it, which some of Twilio's back ends resemble. */
function withEncodedQuery(url: string): string {
  const mark = url.indexOf('?');
  if (mark === -1 || mark === url.length - 1) return url;
  return `${url.slice(0, mark)}?${stringify(parse(url.slice(mark + 1)))}`;
}
