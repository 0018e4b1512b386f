import { type Dispatcher, Pool } from 'undici';
import { createHttpConnector, type HttpConnector } from './http-connector.js';
import { createProxyAgent, type HttpProxy } from './http-proxy.js';
import type { HttpTransportOptions } from './http-transport-options.js';

/** A socket is closed so long before the vendor would close it: a request on its way would be lost. */
const keepAliveMarginMs = 1_000;

/** undici's pool of HTTP/1.1 sockets, or its agent for a proxy, kept to our options where its defaults would outrank them. */
export class HttpPool {
  readonly #pool: Dispatcher;
  readonly #connector: HttpConnector;
  readonly #keepAliveMs: number;
  #restingSince = 0;

  constructor(origin: string, options: HttpTransportOptions, proxy: HttpProxy | undefined) {
    const { connections = 128, connectTimeoutMs = 10_000, keepAliveMs = 4_000, ca } = options;
    this.#keepAliveMs = keepAliveMs;
    this.#connector = createHttpConnector({ connectTimeoutMs, ca });
    const sockets = {
      connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: keepAliveMs,
      // Without it the vendor's `Keep-Alive: timeout=75` would count instead, up to ten minutes.
      keepAliveMaxTimeout: keepAliveMs,
      keepAliveTimeoutThreshold: keepAliveMarginMs,
    };
    this.#pool =
      proxy === undefined
        ? new Pool(origin, { ...sockets, connect: this.#connector.connect })
        : createProxyAgent(proxy, sockets, this.#connector);
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
    if (performance.now() - this.#restingSince > this.#keepAliveMs) this.#connector.closeSockets();
  }

  /** Closes the sockets, and gives up those that are still connecting. */
  async destroy(): Promise<void> {
    const destroyed = this.#pool.destroy();
    this.#connector.close();
    await destroyed;
  }
}
