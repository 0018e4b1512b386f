import { createHash, createHmac } from 'node:crypto';
import type { VendorRequest } from '@polysms/simulator';

/** A request, taken apart. The simulator has a reading of the protocol of its own: one mistake cannot hide in both. */
export interface ApiCall {
  readonly request: VendorRequest;
  /** The signature: the old one stands among the parameters. */
  readonly style: 'v3' | 'v1';
  readonly parameters: ReadonlyMap<string, string>;
  /** The parameters of the query alone. */
  readonly query: ReadonlyMap<string, string>;
}

/** Takes a request apart; undefined if its query cannot be decoded. */
export function apiCallOf(request: VendorRequest): ApiCall | undefined {
  try {
    const query = new Map(pairsOf(request.query));
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    const form = isForm ? new URLSearchParams(request.text) : [];
    const parameters = new Map([...query, ...form]);
    // By the old signature the SDK sends the headers of the new one as well.
    return { request, style: parameters.has('SignatureVersion') ? 'v1' : 'v3', query, parameters };
  } catch {
    return undefined;
  }
}

function pairsOf(query: string): [string, string][] {
  const pairs = query === '' ? [] : query.split('&').map((pair) => pair.split('='));
  return pairs.map(([name = '', ...value]) => [decodeURIComponent(name), decodeURIComponent(value.join('='))]);
}

/** What a call says of itself, wherever it says it. */
export function claimsOf({ request: { headers }, style, parameters }: ApiCall) {
  const header = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  if (style === 'v1') {
    return {
      action: parameters.get('Action'),
      version: parameters.get('Version'),
      keyId: parameters.get('AccessKeyId'),
      time: parameters.get('Timestamp'),
      nonce: parameters.get('SignatureNonce'),
      token: parameters.get('SecurityToken'),
    };
  }
  return {
    action: header('x-acs-action'),
    version: header('x-acs-version'),
    keyId: authorizationOf(header('authorization')).Credential,
    time: header('x-acs-date'),
    nonce: header('x-acs-signature-nonce'),
    token: header('x-acs-security-token'),
  };
}

/** What the server would have signed, and whether that is what came. */
export interface Checked {
  readonly isRight: boolean;
  readonly stringToSign: string;
}

export function checkSignature(call: ApiCall, secret: string): Checked {
  return call.style === 'v3' ? checkV3(call, secret) : checkV1(call, secret);
}

function checkV3({ request, query }: ApiCall, secret: string): Checked {
  const { headers, method, body } = request;
  const { SignedHeaders = '', Signature } = authorizationOf(headers.authorization);
  const names = SignedHeaders.split(';');
  const bodyHash = sha256(body);
  const mustBeSigned = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-acs-'));
  const lines = names.map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`).join('');
  const canonical = `${method}\n/\n${canonicalOf(query)}\n${lines}\n${SignedHeaders}\n${bodyHash}`;
  const stringToSign = `ACS3-HMAC-SHA256\n${sha256(canonical)}`;
  const isWhole = mustBeSigned.every((name) => names.includes(name)) && headers['x-acs-content-sha256'] === bodyHash;
  const isRight = isWhole && createHmac('sha256', secret).update(stringToSign).digest('hex') === Signature;
  // As the gateway does: the sentence repeats number, text and code.
  return { isRight, stringToSign: `${stringToSign} canonical request: ${canonical}` };
}

function checkV1({ request, parameters }: ApiCall, secret: string): Checked {
  const signed = new Map([...parameters].filter(([name]) => name !== 'Signature'));
  const stringToSign = `${request.method}&%2F&${encoded(canonicalOf(signed))}`;
  const signature = createHmac('sha1', `${secret}&`).update(stringToSign).digest('base64');
  return { isRight: signature === parameters.get('Signature'), stringToSign };
}

function authorizationOf(
  header: string | undefined,
): Readonly<Record<'Credential' | 'SignedHeaders' | 'Signature', string | undefined>> {
  const [, Credential, SignedHeaders, Signature] =
    /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([\da-f]{64})$/.exec(header ?? '') ?? [];
  return { Credential, SignedHeaders, Signature };
}

function canonicalOf(parameters: ReadonlyMap<string, string>): string {
  return [...parameters.keys()]
    .sort()
    .map((name) => `${encoded(name)}=${encoded(parameters.get(name) ?? '')}`)
    .join('&');
}

/** Bare are letters, digits and `-_.~` only. */
function encoded(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
