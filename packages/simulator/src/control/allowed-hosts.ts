import { isIP, isIPv6 } from 'node:net';
import { plainAddress } from '../vendor-port/addresses.js';

/**
 * A host as it is compared: a name in lower case without the dot of the root, an address in its one way of writing.
 * Undefined for what is neither, such as a URL or a name with a port.
 */
export function plainHost(host: string): string | undefined {
  const bare = /^\[(.*)\]$/u.exec(host)?.[1];
  if (bare !== undefined) return isIPv6(bare) ? plainAddress(bare) : undefined;
  if (isIPv6(host)) return plainAddress(host);
  const name = host.toLowerCase().replace(/\.$/u, '');
  return /^[a-z\d_](?:[a-z\d_.-]{0,251}[a-z\d_])?$/u.test(name) ? name : undefined;
}

/** The hosts under which callers may reach the simulator itself. */
export class AllowedHosts {
  readonly #hosts: ReadonlySet<string>;

  /** @param hosts where the server listens, and what its owner has named */
  constructor(hosts: readonly string[]) {
    this.#hosts = new Set(hosts.flatMap((host) => plainHost(host) ?? []));
  }

  /**
   * Whether a Host header, or the host of a whole URL, names one of them, the machine itself, or the address at which
   * the connection came in.
   */
  includes(authority: string, localAddress: string | undefined): boolean {
    const host = hostOf(authority);
    if (host === undefined) return false;
    if (isLoopback(host) || this.#hosts.has(host)) return true;
    return localAddress !== undefined && host === plainAddress(localAddress);
  }
}

/** An IPv6 address needs its brackets here: without them its end could be a port. */
function hostOf(authority: string): string | undefined {
  const host = /^(\[[^\]]*\]|[^:]*)(?::\d{0,5})?$/u.exec(authority)?.[1];
  return host === undefined ? undefined : plainHost(host);
}

/** No DNS server outside the machine is asked for the names below `localhost` (RFC 6761). */
function isLoopback(host: string): boolean {
  if (isIP(host) !== 0) return host === '::1' || host.startsWith('127.');
  return host === 'localhost' || host.endsWith('.localhost');
}
