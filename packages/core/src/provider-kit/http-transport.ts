import { Readable } from 'node:stream';
import { type Dispatcher, Pool } from 'undici';
import { baseUrlProblem } from './base-url.js';
import { longestDelayMs } from './deadline.js';
import { type HttpCallContext, HttpExchange, type HttpOutcome } from './http-exchange.js';
import { configurationInvalid } from './options.js';
import { notSent } from './outcomes.js';
import { createPace, type OptionalPaceOptions, type Pace, paceProblem } from './pace.js';

/** How a provider reaches its vendor, and how fast. Without `maxPerSecond` and `pace` requests leave at once. */
export interface HttpTransportOptions extends OptionalPaceOptions {
  /** Where the vendor's API lives: `https://api.example.com` or, behind a gateway, `https://gateway.example/vendor`. */
  readonly baseUrl: string;
  /** Allow `http:` beyond this machine. Whoever is in between can then read credentials and codes. Default false. */
  readonly allowPlainHttp?: boolean | undefined;
  /** Sockets at most, each with one request at a time. Further requests wait for a free one. Default 128. */
  readonly connections?: number | undefined;
  /** A longer answer is no answer: the outcome is `unknown`, `invalid_response`. Default 65536. */
  readonly maxResponseBytes?: number | undefined;
  /** How long a socket may take to connect before it is given up. The call's deadline counts as well. Default 10000. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long an idle socket is kept, unless the vendor asks for less. Default 4000. */
  readonly keepAliveMs?: number | undefined;
  /** Certificates (PEM) of a private authority to trust instead of the public ones. Verification is never off. */
  readonly ca?: string | readonly string[] | undefined;
  /**
   * Sends the requests instead of a pool of our own: a proxy agent, a mock agent; of undici 7. It stays the caller's
   * to close, and brings its own connections, timeouts and certificates. undici's own retries are stopped; one that
   * writes a request twice without saying so could not be.
   */
  readonly dispatcher?: Dispatcher | undefined;
  /** In the place of `maxPerSecond`: the pace of an account that has several transports. The first to close closes it. */
  readonly pace?: Pace | undefined;
}

/** One request. A credential belongs in `headers` or `body`, not in `path`. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Appended to the base URL, `/messages`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** An HTTP client that knows, for every request, whether it was written. */
export interface HttpTransport {
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
 * @throws SmsError `configuration_invalid`, naming the option
 */
export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const problem = baseUrlProblem(options.baseUrl, options.allowPlainHttp);
  if (problem !== undefined) throw configurationInvalid(`createHttpTransport(): baseUrl: ${problem}`);
  const { dispatcher, ca } = options;
  if (dispatcher !== undefined) {
    if (typeof dispatcher?.dispatch !== 'function') {
      throw configurationInvalid('createHttpTransport(): dispatcher: must be a Dispatcher of undici 7.');
    }
    for (const name of ['ca', 'connections', 'connectTimeoutMs', 'keepAliveMs'] as const) {
      if (options[name] === undefined) continue;
      throw configurationInvalid(`createHttpTransport(): ${name}: belongs to the dispatcher; set it there.`);
    }
  }
  if (ca !== undefined && !isPem(ca)) {
    throw configurationInvalid('createHttpTransport(): ca: must be certificates in PEM (-----BEGIN CERTIFICATE-----).');
  }
  for (const name of ['connections', 'maxResponseBytes', 'connectTimeoutMs', 'keepAliveMs'] as const) {
    const value = options[name] === undefined ? 1 : options[name];
    if (!Number.isInteger(value) || value < 1 || value > longestDelayMs) {
      throw configurationInvalid(
        `createHttpTransport(): ${name}: must be a whole number, at least 1 and below 2 ** 31.`,
      );
    }
  }
  const wrongPace = paceProblem(options);
  if (wrongPace !== undefined) {
    throw configurationInvalid(`createHttpTransport(): ${wrongPace.option}: ${wrongPace.message}.`);
  }
  if (options.pace !== undefined && options.maxPerSecond !== undefined) {
    throw configurationInvalid('createHttpTransport(): maxPerSecond: belongs to the pace; set it there.');
  }
  return new PoolTransport(options);
}

function isPem(ca: string | readonly string[]): boolean {
  const certificates = typeof ca === 'string' ? [ca] : ca;
  if (!Array.isArray(certificates) || certificates.length === 0) return false;
  return certificates.every((each) => typeof each === 'string' && each.includes('-----BEGIN CERTIFICATE-----'));
}

class PoolTransport implements HttpTransport {
  readonly #origin: string;
  readonly #basePath: string;
  readonly #maxResponseBytes: number;
  readonly #dispatcher: Dispatcher;
  readonly #ownPool: Pool | undefined;
  readonly #pace: Pace | undefined;
  #inFlight = 0;
  #closed: Promise<void> | undefined;
  #onIdle = () => {};

  constructor(options: HttpTransportOptions) {
    const url = new URL(options.baseUrl);
    this.#origin = url.origin;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#maxResponseBytes = options.maxResponseBytes ?? 65_536;
    this.#ownPool = options.dispatcher === undefined ? createPool(url.origin, options) : undefined;
    this.#dispatcher = options.dispatcher ?? (this.#ownPool as Pool);
    this.#pace = options.pace ?? createPace(options);
  }

  request(request: HttpRequest, context: HttpCallContext): Promise<HttpOutcome> {
    if (this.#pace === undefined) return this.#request(request, context);
    return this.#pace.turn(context).then((heldBack) => heldBack ?? this.#request(request, context));
  }

  #request(request: HttpRequest, context: HttpCallContext): Promise<HttpOutcome> {
    if (this.#closed !== undefined) return Promise.resolve(notSent('aborted', 'The provider is closed.'));
    const { ended } = context.writeBy ?? context.deadline;
    if (ended !== undefined) return Promise.resolve(notSent(ended, 'The call had ended before its request was made.'));
    return new Promise((resolve) => {
      this.#inFlight += 1;
      const settle = (outcome: HttpOutcome) => {
        this.#inFlight -= 1;
        if (this.#inFlight === 0) this.#onIdle();
        resolve(outcome);
      };
      this.#dispatch(request, new HttpExchange(context, this.#maxResponseBytes, settle));
    });
  }

  #dispatch(request: HttpRequest, exchange: HttpExchange): void {
    try {
      const { method, path, headers, body } = request;
      this.#dispatcher.dispatch(
        {
          origin: this.#origin,
          path: this.#basePath + path,
          method,
          // The deadline is ours; undici's own timers are coarse and would only get in its way.
          headersTimeout: 0,
          bodyTimeout: 0,
          ...(this.#ownPool === undefined
            ? onceReadable(headers, body)
            : { headers: headers ?? null, body: body ?? null }),
        },
        exchange,
      );
    } catch (error) {
      exchange.onResponseError(undefined, error instanceof Error ? error : new Error('The dispatcher failed.'));
    }
  }

  close(): Promise<void> {
    this.#pace?.close();
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

function createPool(origin: string, options: HttpTransportOptions): Pool {
  const { connections = 128, connectTimeoutMs = 10_000, keepAliveMs = 4_000, ca } = options;
  return new Pool(origin, {
    connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: keepAliveMs,
    connect: { timeout: connectTimeoutMs, ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }) },
  });
}

/**
 * A body that can be read once only. undici's retry handler repeats a request whose answer broke off half way, and
 * tells the handler nothing of it; a stream that has been read is what it does not repeat.
 */
function onceReadable(headers: HttpRequest['headers'], body: string | undefined) {
  if (body === undefined) return { headers: headers ?? null, body: null };
  const bytes = Buffer.from(body);
  return {
    headers: { ...headers, 'content-length': String(bytes.length) },
    body: Readable.from([bytes], { objectMode: false }),
  };
}
