import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { createHttpTransport, type HttpTransport } from './http-transport.js';
import type { HttpTransportOptions } from './http-transport-options.js';

export const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export async function listen(server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  const port = await listen(server);
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${port}`;
}

export async function serveRaw(onConnection: (socket: net.Socket) => void): Promise<string> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    onConnection(socket);
  });
  const port = await listen(server);
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${port}`;
}

export function transportTo(baseUrl: string, options: Partial<HttpTransportOptions> = {}): HttpTransport {
  // A busy machine may take its time to connect.
  const patient = options.dispatcher === undefined ? { connectTimeoutMs: 60_000 } : {};
  const transport = createHttpTransport({ baseUrl, ...patient, ...options });
  cleanups.push(() => transport.close());
  return transport;
}

export const post = {
  method: 'POST',
  path: '/send',
  headers: { 'content-type': 'text/plain' },
  body: 'hello',
} as const;

export async function freePort(): Promise<number> {
  const server = net.createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}
