import type { Dispatcher } from 'undici';
import * as v from 'valibot';
import { longestDelayMs } from './deadline.js';
import { burstRule, isBurst, isMaxPerSecond, maxPerSecondRule, type OptionalPaceOptions, type Pace } from './pace.js';
import { isLoopback, pathTo } from './schema-parts.js';

/** What sends requests: a dispatcher of undici 7. Named here, so that an app needs no types of undici's. */
export interface HttpDispatcher extends Pick<Dispatcher, 'dispatch'> {}

/** How a provider reaches its vendor, and how fast. Without `maxPerSecond` requests leave at once. */
export interface ConnectionOptions extends OptionalPaceOptions {
  /** Allow `http:` beyond this machine. Whoever is in between can then read credentials and codes. Default false. */
  readonly allowPlainHttp?: boolean | undefined;
  /** Sockets at most, each with one request at a time. Further requests wait for a free one. Default 128. */
  readonly connections?: number | undefined;
  /** A longer answer, also once it is decoded, is no answer: `unknown`, `invalid_response`. Default 65536. */
  readonly maxResponseBytes?: number | undefined;
  /**
   * How long a socket may take to connect, the name and TLS included, before it is given up, in milliseconds. The
   * call's own moments count as well. Default 10000.
   */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * How long an idle socket is kept at most, in milliseconds. A vendor that asks for less (`Keep-Alive: timeout=…`) gets
   * less, with a second to spare. Choose less than the NAT or firewall in between forgets after. Default 4000.
   */
  readonly keepAliveMs?: number | undefined;
  /**
   * Certificates (PEM) of a private authority to trust instead of the public ones, for the vendor and for a proxy over
   * TLS. Verification is never off.
   */
  readonly ca?: string | readonly string[] | undefined;
  /**
   * An HTTP proxy: `http://proxy.example:3128`, or `https:`, with user name and password if it wants them, which are
   * kept secret. Requests go through a tunnel. `environment`: what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say when the
   * provider is made. Default: none, whatever the environment says.
   */
  readonly proxy?: string | undefined;
  /**
   * Sends the requests instead of a pool of our own: a mock agent, an agent of your own; of undici 7. It stays the
   * caller's to close, and brings its own connections, timeouts and certificates. undici's own retries are stopped;
   * one that writes a request twice without saying so could not be.
   */
  readonly dispatcher?: HttpDispatcher | undefined;
}

/** An option that may be left out. */
export type OptionalOption<Value> = v.OptionalSchema<v.GenericSchema<Value>, undefined>;

/** The schemas of {@link ConnectionOptions}, by name. */
export type ConnectionEntries = {
  readonly [Name in keyof ConnectionOptions]-?: OptionalOption<NonNullable<ConnectionOptions[Name]>>;
};

const count = 'must be a whole number, at least 1 and below 2 ** 31';
const whole = v.pipe(v.number(count), v.integer(count), v.minValue(1, count), v.maxValue(longestDelayMs, count));

const pemRule = 'must be certificates in PEM (-----BEGIN CERTIFICATE-----), one text or a list';
const proxyRule = 'must be the URL of a proxy over http or https, such as http://proxy.example:3128, or environment';

const isDispatcher = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'dispatch' in value && typeof value.dispatch === 'function';

/**
 * The options that every provider over HTTP shares, for its own schema of Valibot: `v.strictObject({ apiKey,
 * ...connectionOptions })`. Pass them on to `createHttpTransport`, which checks how they go together.
 */
export const connectionOptions: ConnectionEntries = {
  allowPlainHttp: v.optional(v.boolean('must be true or false')),
  connections: v.optional(whole),
  maxResponseBytes: v.optional(whole),
  connectTimeoutMs: v.optional(whole),
  keepAliveMs: v.optional(whole),
  ca: v.optional(v.custom<string | readonly string[]>(isPem, pemRule)),
  proxy: v.optional(
    v.pipe(
      v.string(proxyRule),
      v.check((proxy) => proxy === 'environment' || isProxy(proxy), proxyRule),
    ),
  ),
  dispatcher: v.optional(v.custom<HttpDispatcher>(isDispatcher, 'must be a Dispatcher of undici 7')),
  maxPerSecond: v.optional(v.pipe(v.number(maxPerSecondRule), v.check(isMaxPerSecond, maxPerSecondRule))),
  burst: v.optional(v.pipe(v.number(burstRule), v.check(isBurst, burstRule))),
};

/** The options that `createHttpTransport` takes, of those of a provider: all that are in {@link connectionOptions}. */
export function connectionOf(options: ConnectionOptions): ConnectionOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(connectionOptions, name)));
}

function isPem(ca: unknown): boolean {
  const certificates: unknown = typeof ca === 'string' ? [ca] : ca;
  if (!Array.isArray(certificates) || certificates.length === 0) return false;
  return certificates.every((each) => typeof each === 'string' && each.includes('-----BEGIN CERTIFICATE-----'));
}

/** Whether it is the URL of a proxy. */
export function isProxy(proxy: string): boolean {
  if (!URL.canParse(proxy)) return false;
  const { protocol, pathname, search, hash } = new URL(proxy);
  return /^https?:$/.test(protocol) && pathname === '/' && search === '' && hash === '';
}

/**
 * What is wrong with the base URL of a vendor's API; undefined if nothing is.
 *
 * Requests carry credentials, so they go over TLS; `http:` is for servers on this machine (tests, simulators)
 * unless the caller allows it elsewhere.
 */
export function baseUrlProblem(baseUrl: string, allowPlainHttp = false): string | undefined {
  if (!URL.canParse(baseUrl)) return 'must be a URL, such as https://api.example.com';
  const url = new URL(baseUrl);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must start with https://';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  if (url.search !== '' || url.hash !== '') return 'must not contain a query or a fragment';
  if (url.protocol === 'http:' && !allowPlainHttp && !isLoopback(url.hostname)) {
    return 'must start with https://, since requests carry credentials; set allowPlainHttp to override';
  }
  return undefined;
}

/** How a provider reaches its vendor, and how fast. Without `maxPerSecond` and `pace` requests leave at once. */
export interface HttpTransportOptions extends ConnectionOptions {
  /** Where the vendor's API lives: `https://api.example.com` or, behind a gateway, `https://gateway.example/vendor`. */
  readonly baseUrl: string;
  /** In the place of `maxPerSecond`: the pace of an account that has several transports. The first to close closes it. */
  readonly pace?: Pace | undefined;
}

/** What a dispatcher of the caller decides, and our pool otherwise. */
const ofThePool = ['ca', 'connections', 'connectTimeoutMs', 'keepAliveMs', 'proxy'] as const;

/** Checks how a vendor is to be reached. */
export const httpTransportOptions = v.pipe(
  v.strictObject({
    baseUrl: v.string('must be a URL, such as https://api.example.com'),
    pace: v.optional(
      v.custom<Pace>(
        (value) => typeof value === 'object' && value !== null && 'turn' in value,
        'must be a Pace; make it with createPace()',
      ),
    ),
    ...connectionOptions,
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const options = dataset.value;
    const refuse = (name: string, message: string) => addIssue({ message, path: pathTo(options, name) });
    const wrongUrl = baseUrlProblem(options.baseUrl, options.allowPlainHttp);
    if (wrongUrl !== undefined) refuse('baseUrl', wrongUrl);
    for (const name of options.dispatcher === undefined ? [] : ofThePool) {
      if (options[name] !== undefined) refuse(name, 'belongs to the dispatcher; set it there');
    }
    if (options.burst !== undefined && options.maxPerSecond === undefined) {
      refuse('burst', 'belongs to maxPerSecond; set that as well');
    }
    if (options.pace !== undefined && options.maxPerSecond !== undefined) {
      refuse('maxPerSecond', 'belongs to the pace; set it there');
    }
  }),
);
