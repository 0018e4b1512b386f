import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import { configurationInvalid } from '@polysms/core/provider-kit';
import type { AllowedHosts } from './allowed-hosts.js';
import { type ApiContext, answerApi } from './api.js';
import { answerControl, type Controlled } from './control.js';
import { controlRefusal } from './control-guard.js';
import { endpointAt, parseTarget } from './endpoints.js';
import type { TlsCertificate } from './options.js';
import { writeProblem } from './write-reply.js';

/** Where the server listens, and what it serves. */
export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly certificate: TlsCertificate | undefined;
  /** Under which names the simulator itself answers. */
  readonly allowedHosts: AllowedHosts;
  readonly api: ApiContext;
  readonly controlled: Controlled;
}

/** A server that listens. */
export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** Destroys open connections. */
  close(): Promise<void>;
}

/**
 * Starts to listen. Malformed HTTP, slow heads and slow bodies are Node's own business: it answers 400, 431 or 408.
 *
 * @throws Error saying that the port is taken, or what else is wrong with the address
 * @throws SmsError `configuration_invalid` for a certificate that is none
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { api, certificate, host } = options;
  const server = certificate === undefined ? createServer() : tlsServer(certificate);
  const serve = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean) => {
    answer(options, request, response, awaitsContinue).catch(() => {
      // A bug of the simulator must look like a broken server, not end the process.
      if (response.headersSent) response.destroy();
      else writeProblem(response, 500, 'The simulator failed.');
    });
  };
  server.on('connection', (socket) => {
    api.connections.add(socket);
    const fault = api.faults.onConnection();
    if (fault !== undefined) api.connections.end(socket, fault.kind);
  });
  server.on('request', (request, response) => serve(request, response, false));
  server.on('checkContinue', (request, response) => serve(request, response, true));
  await listen(server, options);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://${reachable(host)}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        api.connections.destroyAll();
      }),
  };
}

async function answer(
  options: HttpServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  awaitsContinue: boolean,
): Promise<void> {
  const { api, controlled, allowedHosts } = options;
  if (api.connections.hasEnded(request.socket)) return;
  const { path, query } = parseTarget(request.url ?? '');
  const endpoint = endpointAt(path);
  if (endpoint !== undefined) {
    await answerApi(api, endpoint, { request, response, query, awaitsContinue });
    return;
  }
  const refusal = controlRefusal(request, allowedHosts);
  if (refusal !== undefined) {
    writeProblem(response, 403, refusal);
    return;
  }
  if (awaitsContinue) response.writeContinue();
  await answerControl(controlled, request, response, { path, query });
}

function tlsServer(certificate: TlsCertificate): Server {
  try {
    return createTlsServer({ key: certificate.key, cert: certificate.cert });
  } catch {
    throw configurationInvalid(
      'startMobSimulator(): tls: key and cert must be a private key and its certificate, in PEM.',
    );
  }
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const problem = error.code === 'EADDRINUSE' ? 'the port is taken' : error.message;
      reject(new Error(`Cannot listen on ${host} port ${port}: ${problem}.`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

/** The host for a URL: "every address" is not one that can be called. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIPv6(host) ? `[${host}]` : host;
}
