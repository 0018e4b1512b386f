import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createSocketServer, isIPv6, type Socket, type Server as SocketServer } from 'node:net';
import { createServer as createTlsSocketServer } from 'node:tls';
import { configurationInvalid } from '@polysms/core/provider-kit';
import type { TlsCertificate } from './certificate.js';
import type { Connections } from './connections.js';
import { writeProblem } from './write-answer.js';

/** One HTTP exchange. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The caller waits for `100 Continue` before it writes its body, as C# does. */
  readonly awaitsContinue: boolean;
}

/** Where a port is, and who sees its connections first. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly certificate: TlsCertificate | undefined;
  readonly connections: Connections;
  /** Sees a connection before it carries TLS, and may end it. */
  readonly onConnection?: (socket: Socket) => void;
}

/** A port that listens. */
export interface Listener {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Destroys open connections. */
  close(): Promise<void>;
}

/**
 * Starts to listen for HTTP. Malformed HTTP, slow heads and slow bodies are Node's own business: it answers 400, 431
 * or 408.
 *
 * @throws Error saying that the port is taken, or what else is wrong with the address
 * @throws SmsError `configuration_invalid` for a certificate that is none
 */
export function listenForHttp(
  options: ListenOptions,
  answer: (exchange: Exchange) => Promise<void>,
): Promise<Listener> {
  const { certificate } = options;
  const server: Server = certificate === undefined ? createServer() : withTls(() => createTlsServer(pair(certificate)));
  const serve = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean) => {
    if (options.connections.hasEnded(request.socket)) return;
    answer({ request, response, awaitsContinue }).catch(() => {
      // A bug of the simulator, or of a dialect, must look like a broken server, not end the process.
      if (response.headersSent) response.destroy();
      else writeProblem(response, 500, 'The simulator failed.');
    });
  };
  server.on('request', (request, response) => serve(request, response, false));
  server.on('checkContinue', (request, response) => serve(request, response, true));
  return listen(server, options, 'http');
}

/**
 * Starts to listen for a protocol of the vendor's own.
 *
 * @throws as {@link listenForHttp}
 */
export function listenForSockets(options: ListenOptions, take: (socket: Socket) => void): Promise<Listener> {
  const { certificate, connections } = options;
  const accept = (socket: Socket) => {
    // Whoever leaves with a reset is no failure of the simulator.
    socket.on('error', () => socket.destroy());
    if (!connections.hasEnded(socket)) take(socket);
  };
  const server =
    certificate === undefined
      ? createSocketServer(accept)
      : withTls(() => createTlsSocketServer(pair(certificate), accept));
  return listen(server, options, 'tcp');
}

async function listen(server: SocketServer, options: ListenOptions, scheme: 'http' | 'tcp'): Promise<Listener> {
  const { certificate, connections, host, onConnection } = options;
  server.prependListener('connection', (socket: Socket) => {
    connections.add(socket);
    onConnection?.(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const problem = error.code === 'EADDRINUSE' ? 'the port is taken' : error.message;
      reject(new Error(`Cannot listen on ${host} port ${options.port}: ${problem}.`, { cause: error }));
    });
    server.listen(options.port, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const shown = certificate === undefined ? scheme : { http: 'https', tcp: 'tls' }[scheme];
  return {
    url: `${shown}://${reachable(host)}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        connections.destroyAll();
      }),
  };
}

function pair({ key, cert }: TlsCertificate): TlsCertificate {
  return { key, cert };
}

function withTls<Made>(make: () => Made): Made {
  try {
    return make();
  } catch {
    throw configurationInvalid(
      'startSimulator(): tls: key and cert must be a private key and its certificate, in PEM.',
    );
  }
}

/** The host for a URL: "every address" is not one that can be called. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIPv6(host) ? `[${host}]` : host;
}
