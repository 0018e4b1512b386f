import type { IncomingHttpHeaders } from 'node:http';

/** Whether a host name or address is the machine itself. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/u.test(host);
}

/**
 * Why a request to the control endpoints is refused; undefined if it is not. A web page must not steer the
 * simulator: browsers put `Origin` on what a page sends elsewhere, and a page that points its own name at the
 * loopback address (DNS rebinding) cannot help sending that name as `Host`.
 */
export function controlRefusal(headers: IncomingHttpHeaders, listensOnLoopback: boolean): string | undefined {
  if (headers.origin !== undefined) return 'Web pages may not control the simulator.';
  if (listensOnLoopback && !isLoopback(hostName(headers.host ?? ''))) {
    return 'The Host header must name a loopback address.';
  }
  return undefined;
}

function hostName(host: string): string {
  const name = host.replace(/:\d*$/u, '');
  return name.startsWith('[') ? name.slice(1, -1) : name.toLowerCase();
}
