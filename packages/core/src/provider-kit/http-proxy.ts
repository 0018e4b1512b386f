import { type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { isProxy } from './connection-options.js';
import type { HttpConnector } from './http-connector.js';
import { configurationInvalid } from './options.js';

/** A proxy, and the names that are reached without it. */
export interface HttpProxy {
  readonly url: URL;
  readonly noProxy: string;
}

/**
 * The proxy for one vendor, by its option: a URL, or `environment` for what the variables say now. Small letters win,
 * as with curl; HTTP_PROXY stands in for HTTPS_PROXY, as with undici.
 *
 * @throws SmsError `configuration_invalid`, naming the variable, and never its value
 */
export function proxyFor(proxy: string | undefined, origin: string, owner: string): HttpProxy | undefined {
  if (proxy === undefined) return undefined;
  if (proxy !== 'environment') return { url: new URL(proxy), noProxy: '' };
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
  return { url: new URL(url), noProxy: env['no_proxy'] ?? env['NO_PROXY'] ?? '' };
}

/** What the sockets of a pool have in common with those behind a proxy. */
export type SocketOptions = Pick<
  Pool.Options,
  'connections' | 'pipelining' | 'allowH2' | 'keepAliveTimeout' | 'keepAliveMaxTimeout' | 'keepAliveTimeoutThreshold'
>;

/** undici's agent for proxies. It reaches proxy and vendor by our connector, so that all of its options hold. */
export function createProxyAgent(
  { url, noProxy }: HttpProxy,
  sockets: SocketOptions,
  { connect, tls, connectTimeoutMs }: Pick<HttpConnector, 'connect' | 'tls' | 'connectTimeoutMs'>,
): Dispatcher {
  const { username, password, origin } = url;
  const credentials = `${decoded(username)}:${decoded(password)}`;
  return new EnvHttpProxyAgent({
    ...sockets,
    httpProxy: origin,
    httpsProxy: origin,
    noProxy,
    connect,
    ...(credentials === ':' ? {} : { token: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    requestTls: { ...tls, timeout: connectTimeoutMs },
    // A proxy that takes the connection and says nothing is given up as well.
    clientFactory: (proxy) => new Pool(proxy, { connect, headersTimeout: connectTimeoutMs }),
  });
}

/** People forget to encode a percent sign. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
