import type { Socket } from 'node:net';
import type { Box } from './box.js';
import { AllowedHosts } from './control/allowed-hosts.js';
import { controlApp } from './control/control-app.js';
import { serveControl } from './control/serve-control.js';
import type { ParsedOptions } from './options.js';
import { servePage } from './page/serve-page.js';
import type { RunningVendor } from './running-vendor.js';
import { Connections } from './vendor-port/connections.js';
import { type Exchange, type Listener, listenForHttp, listenForSockets } from './vendor-port/listener.js';
import { headOf, type ServedVendor, serveVendor } from './vendor-port/serve.js';
import { parseTarget } from './vendor-port/target.js';
import type { TlsCertificate } from './vendor-port/tls-certificate.js';

/**
 * Opens the ports, the main one first. If one is taken, none stays open.
 *
 * @throws Error if a port is taken
 * @throws SmsError `configuration_invalid` for a certificate that is none
 */
export async function listenAll(
  box: Box,
  parsed: ParsedOptions,
  certificate: TlsCertificate | undefined,
): Promise<[Listener, ...Listener[]]> {
  const { host, onePort } = parsed;
  let url = '';
  const app = controlApp(box, {
    certificate: certificate?.cert,
    url: () => url,
    otherPaths: parsed.otherPaths,
    page: servePage,
  });
  const control = serveControl(app, new AllowedHosts([host, ...parsed.allowedHosts]));
  const [first] = box.vendors;
  const shared = onePort ? first?.served() : undefined;
  const main = await listenForHttp(
    {
      host,
      port: parsed.port,
      certificate: onePort ? certificate : undefined,
      connections: shared?.connections ?? new Connections(),
      ...(shared === undefined ? {} : { onConnection: connectionFaults(box, shared.vendor, shared.connections) }),
    },
    shared === undefined ? control : (exchange) => serveBoth(shared, control, exchange),
  );
  url = main.url;
  const listeners: [Listener, ...Listener[]] = [main];
  if (shared !== undefined) {
    if (first !== undefined) first.url = main.url;
    return listeners;
  }
  try {
    for (const vendor of box.vendors) listeners.push(await listenFor(vendor, box, parsed, certificate));
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
  return listeners;
}

async function listenFor(
  vendor: RunningVendor,
  box: Box,
  { host, ports }: ParsedOptions,
  certificate: TlsCertificate | undefined,
): Promise<Listener> {
  const { connections, dialect, open } = vendor;
  const onConnection = connectionFaults(box, dialect.vendor, connections);
  const port = ports[dialect.vendor] ?? 0;
  const options = { host, port, certificate, connections, onConnection };
  const served = vendor.served();
  const listener =
    served === undefined
      ? await listenForSockets(options, (socket) => open.onSocket?.(socket))
      : await listenForHttp(options, (exchange) => serveVendor(served, exchange));
  vendor.url = listener.url;
  return listener;
}

function connectionFaults(box: Box, vendor: string, connections: Connections): (socket: Socket) => void {
  return (socket) => {
    const fault = box.faults.onConnection(vendor);
    if (fault !== undefined) connections.end(socket, fault.kind);
  };
}

function serveBoth(
  shared: ServedVendor,
  control: (exchange: Exchange) => Promise<void>,
  exchange: Exchange,
): Promise<void> {
  const { path } = parseTarget(exchange.request.url ?? '');
  return shared.endpointAt(path, headOf(exchange.request)) === undefined
    ? control(exchange)
    : serveVendor(shared, exchange);
}
