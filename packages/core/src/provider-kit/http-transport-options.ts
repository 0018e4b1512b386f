import type { Dispatcher } from 'undici';
import { baseUrlProblem } from './base-url.js';
import { longestDelayMs } from './deadline.js';
import { configurationInvalid } from './options.js';
import { type OptionalPaceOptions, type Pace, paceProblem } from './pace.js';

/** How a provider reaches its vendor, and how fast. Without `maxPerSecond` and `pace` requests leave at once. */
export interface HttpTransportOptions extends OptionalPaceOptions {
  /** Where the vendor's API lives: `https://api.example.com` or, behind a gateway, `https://gateway.example/vendor`. */
  readonly baseUrl: string;
  /** Allow `http:` beyond this machine. Whoever is in between can then read credentials and codes. Default false. */
  readonly allowPlainHttp?: boolean | undefined;
  /** Sockets at most, each with one request at a time. Further requests wait for a free one. Default 128. */
  readonly connections?: number | undefined;
  /** A longer answer, also once it is decoded, is no answer: `unknown`, `invalid_response`. Default 65536. */
  readonly maxResponseBytes?: number | undefined;
  /**
   * How long a socket may take to connect, the name and TLS included, before it is given up. The call's own moments
   * count as well. Default 10000.
   */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * How long an idle socket is kept at most. A vendor that asks for less (`Keep-Alive: timeout=…`) gets less, with a
   * second to spare. Choose less than the NAT or firewall in between forgets after. Default 4000.
   */
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

/** @throws SmsError `configuration_invalid`, naming the option */
export function checkHttpTransportOptions(options: HttpTransportOptions): void {
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
}

function isPem(ca: string | readonly string[]): boolean {
  const certificates = typeof ca === 'string' ? [ca] : ca;
  if (!Array.isArray(certificates) || certificates.length === 0) return false;
  return certificates.every((each) => typeof each === 'string' && each.includes('-----BEGIN CERTIFICATE-----'));
}
