import { isIP, type Socket } from 'node:net';
import { buildConnector, type Dispatcher, EnvHttpProxyAgent, errors, Pool } from 'undici';
import { deadlineAfter, deadlineSignal, onAbort } from './deadline.js';
import { lookupAddresses } from './dns-lookup.js';
import { connectToFirst } from './happy-eyeballs.js';
import { type HttpTransportOptions, isProxy } from './http-transport-options.js';
import { configurationInvalid } from './options.js';

/** A socket is closed so long before the vendor would close it: a request on its way would be lost. */
const keepAliveMarginMs = 1_000;

/** undici's pool of HTTP/1.1 sockets, or its agent for a proxy, kept to our options where its defaults would outrank them. */
export class HttpPool {
  readonly #pool: Dispatcher;
  readonly #keepAliveMs: number;
  readonly #closing = new AbortController();
  readonly #sockets = new Set<Socket>();
  #restingSince = 0;

  /** @throws SmsError `configuration_invalid` if the environment names a proxy that is none */
  constructor(origin: string, options: HttpTransportOptions, owner: string) {
    const { connections = 128, connectTimeoutMs = 10_000, keepAliveMs = 4_000, ca } = options;
    const proxy = proxyFor(options.proxy, origin, owner);
    this.#keepAliveMs = keepAliveMs;
    const tls = {
      allowH2: false,
      // Said, since NODE_TLS_REJECT_UNAUTHORIZED=0 would switch it off without a word.
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
    };
    const connect = this.#connector(buildConnector({ ...tls, timeout: 0 }), connectTimeoutMs);
    const sockets = {
      connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: keepAliveMs,
      // Without it the vendor's `Keep-Alive: timeout=75` would count instead, up to ten minutes.
      keepAliveMaxTimeout: keepAliveMs,
      keepAliveTimeoutThreshold: keepAliveMarginMs,
      connect,
    };
    this.#pool =
      proxy === undefined
        ? new Pool(origin, sockets)
        : // It reaches proxy and vendor by our connector, so that all of its options hold.
          new EnvHttpProxyAgent({
            ...sockets,
            ...proxy,
            requestTls: { ...tls, timeout: connectTimeoutMs },
            // A proxy that takes the connection and says nothing is given up as well.
            clientFactory: (url) => new Pool(url, { connect, headersTimeout: connectTimeoutMs }),
          });
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#pool.dispatch(options, handler);
  }

  /** No request is in flight any more. */
  rest(): void {
    this.#restingSince = performance.now();
  }

  /**
   * The first request comes after a rest. In a process that was held up, or frozen as serverless functions are, it comes
   * before the timers that should have closed the idle sockets. Whatever is in between has forgotten them by now.
   */
  wake(): void {
    if (performance.now() - this.#restingSince <= this.#keepAliveMs) return;
    // Attempts to connect go on.
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Closes the sockets, and gives up those that are still connecting. */
  async destroy(): Promise<void> {
    const destroyed = this.#pool.destroy();
    this.#closing.abort();
    await destroyed;
  }

  /**
   * undici's connector for TLS, over TCP connections of our own. undici's is neither exact about its timeout (its timers
   * are coarse by a second) nor patient with a second address family, and asks the system for the same name once for
   * each socket.
   */
  #connector(secure: buildConnector.connector, timeoutMs: number): buildConnector.connector {
    const connect = async (options: buildConnector.Options): Promise<Socket> => {
      const { signal, release } = deadlineSignal(deadlineAfter(timeoutMs, { signal: this.#closing.signal }));
      try {
        const socket = await connectTcp(options, signal);
        return options.protocol === 'https:' ? await upgrade(secure, options, socket, signal) : socket;
      } catch (error) {
        throw signal.aborted ? new errors.ConnectTimeoutError('Connecting took too long.') : error;
      } finally {
        release();
      }
    };
    return (options, callback) => {
      connect(options).then(
        (socket) => {
          this.#sockets.add(socket);
          socket.once('close', () => this.#sockets.delete(socket));
          callback(null, socket);
        },
        (error) => callback(error, null),
      );
    };
  }
}

/**
 * The proxy for one vendor, by its option: a URL, or `environment` for what the variables say now. Small letters win,
 * as with curl; HTTP_PROXY stands in for HTTPS_PROXY, as with undici.
 *
 * @throws SmsError `configuration_invalid`, naming the variable, and never its value
 */
function proxyFor(proxy: string | undefined, origin: string, owner: string): EnvHttpProxyAgent.Options | undefined {
  if (proxy !== 'environment') return proxy === undefined ? undefined : agentOptions(proxy, '');
  const { env } = process;
  const ofHttps = origin.startsWith('https:') ? ['https_proxy', 'HTTPS_PROXY'] : [];
  const variable = [...ofHttps, 'http_proxy', 'HTTP_PROXY'].find((name) => (env[name] ?? '') !== '');
  if (variable === undefined) return undefined;
  const url = env[variable] ?? '';
  if (!isProxy(url)) {
    throw configurationInvalid(
      `${owner}: proxy: the variable ${variable} must be the URL of a proxy over http or https, such as http://proxy.example:3128`,
    );
  }
  return agentOptions(url, env['no_proxy'] ?? env['NO_PROXY'] ?? '');
}

/** Where undici's agent finds a proxy, which credentials it shows there, and the names that are reached without it. */
function agentOptions(proxy: string, noProxy: string): EnvHttpProxyAgent.Options {
  const { username, password, origin } = new URL(proxy);
  const credentials = `${decoded(username)}:${decoded(password)}`;
  const token = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return { httpProxy: origin, httpsProxy: origin, noProxy, ...(credentials === ':' ? {} : { token }) };
}

/** People forget to encode a percent sign. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function connectTcp({ hostname, protocol, port }: buildConnector.Options, signal: AbortSignal): Promise<Socket> {
  // A process that was held up is too late before it has begun, and whoever listens now would never hear of that.
  signal.throwIfAborted();
  const family = isIP(hostname);
  const addresses = family === 0 ? await lookupAddresses(hostname, signal) : [{ address: hostname, family }];
  signal.throwIfAborted();
  return connectToFirst(addresses, Number(port || (protocol === 'https:' ? 443 : 80)), signal);
}

function upgrade(
  secure: buildConnector.connector,
  options: buildConnector.Options,
  httpSocket: Socket,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => {
      httpSocket.destroy();
      reject(signal.reason);
    });
    secure({ ...options, httpSocket }, (error, socket) => {
      stopListening();
      if (error === null) resolve(socket);
      else reject(error);
    });
  });
}
