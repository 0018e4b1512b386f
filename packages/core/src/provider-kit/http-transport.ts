import { Readable } from 'node:stream';
import { type HttpCallContext, HttpExchange, type HttpOutcome } from './http-exchange.js';
import { HttpPool } from './http-pool.js';
import { type HttpDispatcher, type HttpTransportOptions, httpTransportOptions } from './http-transport-options.js';
import { parseOptions } from './options.js';
import { notSent } from './outcomes.js';
import { createPace, type Pace } from './pace.js';

/**
 * A body that looks as if it had been read already, so that undici never sends it twice.
 *
 * undici's retries repeat a request whose answer broke off half way, and its redirects send it elsewhere, and neither
 * tells the handler. What they never send again is a stream that has been read (`stream.isDisturbed`). A request
 * without a body has nothing to be read, so the stream says so from the beginning. Its length is known at once, so that
 * it is written as a string would be.
 */
export function onceBody(text: string | undefined): Readable {
  const stream = new Readable({ read() {} });
  if (text !== undefined) stream.push(text);
  stream.push(null);
  Object.defineProperty(stream, 'readableDidRead', { value: true });
  return stream;
}

/** One request. A credential belongs in `headers` or `body`, not in `path`. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Appended to the base URL, `/messages`. */
  readonly path: string;
  /** Without an `accept-encoding` the vendor is asked for plain bytes. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** An HTTP client that knows, for every request, whether it was written. */
export interface HttpTransport {
  /** The pace of the account; for a second transport to the same account. Undefined if requests leave at once. */
  readonly pace: Pace | undefined;
  /**
   * Sends a request once: writes it by `context.writeBy`, or else gives it up, and settles by `context.deadline`.
   * Never rejects, never repeats, follows no redirect.
   * `not-sent` is a promise: no byte of the request has left this process, nor will it.
   */
  request(request: HttpRequest, context: HttpCallContext): Promise<HttpOutcome>;
  /** Waits for the requests in flight, which end by their deadlines, then closes the sockets. */
  close(): Promise<void>;
}

/**
 * Makes an {@link HttpTransport}. Opens no socket before the first request. HTTP/1.1, TLS always verified.
 *
 * @param owner the function that the user called, for the message of the error: `mob()`
 * @throws SmsError `configuration_invalid`, naming every wrong option
 */
export function createHttpTransport(options: HttpTransportOptions, owner = 'createHttpTransport()'): HttpTransport {
  parseOptions(owner, httpTransportOptions, options);
  return new PoolTransport(options, owner);
}

class PoolTransport implements HttpTransport {
  readonly #origin: string;
  readonly #basePath: string;
  readonly #maxResponseBytes: number;
  readonly #sender: HttpPool | HttpDispatcher;
  readonly #ownPool: HttpPool | undefined;
  readonly pace: Pace | undefined;
  #inFlight = 0;
  #closed: Promise<void> | undefined;
  #onIdle = () => {};

  constructor(options: HttpTransportOptions, owner: string) {
    const url = new URL(options.baseUrl);
    this.#origin = url.origin;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#maxResponseBytes = options.maxResponseBytes ?? 65_536;
    if (options.dispatcher === undefined) {
      this.#ownPool = new HttpPool(url.origin, options, owner);
      this.#sender = this.#ownPool;
    } else {
      this.#sender = options.dispatcher;
    }
    this.pace = options.pace ?? createPace(options);
  }

  request(request: HttpRequest, context: HttpCallContext): Promise<HttpOutcome> {
    if (this.pace === undefined) return this.#request(request, context);
    return this.pace.turn(context).then((heldBack) => heldBack ?? this.#request(request, context));
  }

  #request(request: HttpRequest, context: HttpCallContext): Promise<HttpOutcome> {
    if (this.#closed !== undefined) return Promise.resolve(notSent('client_closed', 'The provider is closed.'));
    const { ended } = context.writeBy ?? context.deadline;
    if (ended !== undefined) return Promise.resolve(notSent(ended, 'The call had ended before its request was made.'));
    return new Promise((resolve) => {
      if (this.#inFlight === 0) this.#ownPool?.wake();
      this.#inFlight += 1;
      const settle = (outcome: HttpOutcome) => {
        this.#inFlight -= 1;
        if (this.#inFlight === 0) {
          this.#ownPool?.rest();
          this.#onIdle();
        }
        resolve(outcome);
      };
      this.#dispatch(request, new HttpExchange(context, this.#maxResponseBytes, settle));
    });
  }

  #dispatch(request: HttpRequest, exchange: HttpExchange): void {
    try {
      const { method, path, headers, body } = request;
      const isOurs = this.#ownPool !== undefined;
      this.#sender.dispatch(
        {
          origin: this.#origin,
          path: this.#basePath + path,
          method,
          headers: isOurs ? headerList(headers) : headerRecord(headers, body),
          body: isOurs ? (body ?? null) : onceBody(body),
          // The deadline is ours; undici's own timers are coarse and would only get in its way.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        exchange,
      );
    } catch (error) {
      // Whatever it is: only what is safe of it is read.
      exchange.onResponseError(undefined, error as Error);
    }
  }

  close(): Promise<void> {
    this.pace?.close();
    this.#closed ??= this.#whenIdle().then(() => this.#ownPool?.destroy());
    return this.#closed;
  }

  #whenIdle(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }
}

/**
 * Names and values in turns: undici reads a list faster than an object. A vendor that answers encoded unasked is
 * understood all the same, but not invited.
 */
function headerList(headers: HttpRequest['headers'] = {}): string[] {
  const list: string[] = [];
  for (const [name, value] of Object.entries(headers)) list.push(name, value);
  if (!saysEncoding(headers)) list.push('accept-encoding', 'identity');
  return list;
}

/** The same as an object, which proxies and other dispatchers expect, with the length of a body that is a stream. */
function headerRecord(headers: HttpRequest['headers'] = {}, body: string | undefined): Record<string, string> {
  return {
    ...headers,
    ...(saysEncoding(headers) ? {} : { 'accept-encoding': 'identity' }),
    ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
  };
}

function saysEncoding(headers: NonNullable<HttpRequest['headers']>): boolean {
  return Object.keys(headers).some((name) => name.length === 15 && name.toLowerCase() === 'accept-encoding');
}
