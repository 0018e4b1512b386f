import type { IncomingMessage } from 'node:http';
import { parseTarget } from '../vendor-port/target.js';
import type { AllowedHosts } from './allowed-hosts.js';

const remedy =
  'Call the simulator by a loopback name or the address it listens on, or name the host at its start: ' +
  '--allowed-hosts, or the option allowedHosts.';

/**
 * Why a request to the simulator itself, which shows codes, is refused; undefined if it is not.
 *
 * A web page must neither read nor steer it. A page that points its own name at this machine (DNS rebinding) counts as
 * the simulator's own page for the browser, and cannot help sending that name as `Host`; any other page's request
 * carries its `Origin`. Vendors' endpoints stay open to every name: their answers hold no code, and clients call them by
 * the names of containers.
 */
export function controlRefusal(request: IncomingMessage, allowed: AllowedHosts): string | undefined {
  const hosts = request.headersDistinct['host'] ?? [];
  const [host] = hosts;
  if (host === undefined || hosts.length > 1) return `The request must have one Host header. ${remedy}`;
  // A whole URL as the request target outranks the header.
  const inTarget = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/iu.exec(request.url ?? '')?.[1];
  const named = inTarget === undefined ? [host] : [host, inTarget];
  if (!named.every((each) => allowed.includes(each, request.socket.localAddress))) {
    return `The Host header must name the simulator. ${remedy}`;
  }
  const { origin } = request.headers;
  const isAnotherPage = origin !== undefined && !isSameOrigin(origin, host);
  if (isAnotherPage || isFromAnotherSite(request)) return 'Web pages may not control the simulator.';
  return undefined;
}

/** A link on another site may lead to the page; nothing else is for other sites, not even as an image or a script. */
function isFromAnotherSite({ headers, method, url = '' }: IncomingMessage): boolean {
  if (headers['sec-fetch-site'] !== 'cross-site') return false;
  return method !== 'GET' || headers['sec-fetch-mode'] !== 'navigate' || parseTarget(url).path !== '/';
}

function isSameOrigin(origin: string, host: string): boolean {
  return origin.toLowerCase().replace(/^https?:\/\//u, '') === host.toLowerCase();
}
