import { reportUrlOf } from './webhook-options.js';

/** Path and query of a request, as they came over the wire. */
export interface RequestTarget {
  /** Percent-encoded, with its slash in front. */
  readonly path: string;
  /** With its question mark; empty if there is none. */
  readonly query: string;
}

const rawTargets = new WeakMap<Request, string>();

/**
 * Keeps the bytes of a target for {@link targetOf}: a `Request` rewrites them (`'` becomes `%27`), and vendors sign
 * what they have sent.
 */
export function keepRawTarget(request: Request, target: string): void {
  rawTargets.set(request, target);
}

/** The target of a request: its bytes if somebody kept them, else as its URL has it. */
export function targetOf(request: Request): RequestTarget {
  const raw = rawTargets.get(request) ?? request.url;
  // A proxy may be asked with the whole URL, `GET https://app.example/sms HTTP/1.1`.
  const [target = ''] = raw.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').split('#', 1);
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  return { path: path.startsWith('/') ? path : `/${path}`, query: mark === -1 ? '' : target.slice(mark) };
}

/** The last segment of a path that is not empty, decoded; undefined if there is none, or it cannot be decoded. */
export function lastSegmentOf(path: string): string | undefined {
  return decoded(path.split('/').findLast((segment) => segment !== '') ?? '');
}

/**
 * The URL of a request as the vendor has it configured.
 *
 * With a public URL only the query of the request counts, byte for byte, and what its path has behind the provider's id
 * (a secret may be there). The host by which it came does not: anybody can write a `Host`.
 */
export function configuredUrl(
  publicUrl: string | undefined,
  provider: string,
  request: Request,
  { path, query }: RequestTarget = targetOf(request),
): string {
  if (publicUrl === undefined) return `${originOf(request.url)}${path}${query}`;
  return `${reportUrlOf(publicUrl, provider)}${behind(provider, path)}${query}`;
}

/** Of a URL as a `Request` writes it: in its normal form, and without a password. */
function originOf(url: string): string {
  const path = url.indexOf('/', url.indexOf('//') + 2);
  return path === -1 ? url : url.slice(0, path);
}

function behind(provider: string, path: string): string {
  const segments = path.split('/');
  const own = segments.findLastIndex((segment) => decoded(segment) === provider);
  const rest = own === -1 ? [] : segments.slice(own + 1);
  return rest.some((segment) => segment !== '') ? `/${rest.join('/')}` : '';
}

function decoded(segment: string): string | undefined {
  try {
    return segment === '' ? undefined : decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
