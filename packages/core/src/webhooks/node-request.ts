import type { IncomingMessage } from 'node:http';
import { keepRawTarget } from './request-target.js';

/** What frameworks and body parsers add to a request. */
interface AddedByOthers {
  /** Express: the target, before a mount has taken its path away. */
  readonly originalUrl?: unknown;
  /** The bytes of the body, as users of body parsers keep them for signatures. */
  readonly rawBody?: unknown;
  /** The bytes, too, after `express.raw()`. */
  readonly body?: unknown;
}

/** Whether somebody has read the body, and has not kept its bytes. */
export function isBodyTaken(incoming: IncomingMessage & AddedByOthers): boolean {
  const { headers } = incoming;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return hasBody && incoming.readableDidRead && bytesKept(incoming) === undefined;
}

/** A web request over one of Node's. Its body is read when it is asked for. @throws TypeError if there is no such request */
export function requestOf(incoming: IncomingMessage & AddedByOthers): Request {
  const { originalUrl, method = 'GET' } = incoming;
  const target = typeof originalUrl === 'string' ? originalUrl : (incoming.url ?? '/');
  const headers = new Headers();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    const name = incoming.rawHeaders[index] ?? '';
    // HTTP/2 has its first line among them.
    if (!name.startsWith(':')) headers.append(name, incoming.rawHeaders[index + 1] ?? '');
  }
  const hasBody = method !== 'GET';
  const request = new Request(urlOf(incoming, target), {
    method,
    headers,
    ...(hasBody ? { body: bytesKept(incoming) ?? streamOf(incoming), duplex: 'half' } : {}),
  });
  keepRawTarget(request, target);
  return request;
}

/** Where no `webhooks.publicUrl` is set, this is all that is known of the URL which the vendor has. */
function urlOf(incoming: IncomingMessage, target: string): URL {
  const scheme = 'encrypted' in incoming.socket ? 'https' : 'http';
  const { host = '' } = incoming.headers;
  const origin = URL.canParse(`${scheme}://${host}`) ? new URL(`${scheme}://${host}`).origin : `${scheme}://localhost`;
  const path = target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '');
  // Not as a relative URL: `//evil.example/` would be a host.
  return new URL(`${origin}${path.startsWith('/') ? '' : '/'}${path}`);
}

function bytesKept({ rawBody, body }: AddedByOthers): Uint8Array | undefined {
  if (rawBody instanceof Uint8Array) return rawBody;
  return body instanceof Uint8Array ? body : undefined;
}

/** `Readable.toWeb` would destroy the socket when the body is not wanted, and with it the answer that says so. */
function streamOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  // Its `return` is never called: that would destroy the socket, too.
  const chunks: AsyncIterator<Uint8Array> = incoming[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        incoming.pause();
      },
    },
    { highWaterMark: 0 },
  );
}
