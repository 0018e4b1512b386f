import { isIP, type Socket } from 'node:net';
import { buildConnector, errors } from 'undici';
import { deadlineAfter, deadlineSignal } from './deadline.js';
import { lookupAddresses } from './dns-lookup.js';
import { connectToFirst } from './happy-eyeballs.js';
import { onAbort } from './on-abort.js';

/** Opens the sockets of one pool, and knows which of them are open. */
export interface HttpConnector {
  readonly connect: buildConnector.connector;
  readonly connectTimeoutMs: number;
  /** How the certificate of a vendor is verified. */
  readonly tls: { readonly allowH2: boolean; readonly rejectUnauthorized: boolean; readonly ca?: string | string[] };
  /** Closes every open socket. Attempts to connect go on. */
  closeSockets(): void;
  /** Gives up the attempts to connect as well. */
  close(): void;
}

/** What a connector needs of the options of a transport. */
export interface HttpConnectorOptions {
  readonly connectTimeoutMs: number;
  readonly ca?: string | readonly string[] | undefined;
}

/**
 * undici's connector for TLS, over TCP connections of our own. undici's is neither exact about its timeout (its timers
 * are coarse by a second) nor patient with a second address family, and asks the system for the same name once for
 * each socket.
 */
export function createHttpConnector({ connectTimeoutMs, ca }: HttpConnectorOptions): HttpConnector {
  const tls = {
    allowH2: false,
    // Said, since NODE_TLS_REJECT_UNAUTHORIZED=0 would switch it off without a word.
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
  };
  const secure = buildConnector({ ...tls, timeout: 0 });
  const closing = new AbortController();
  const sockets = new Set<Socket>();

  const connect = async (options: buildConnector.Options): Promise<Socket> => {
    const { signal, release } = deadlineSignal(deadlineAfter(connectTimeoutMs, { signal: closing.signal }));
    try {
      const socket = await connectTcp(options, signal);
      return options.protocol === 'https:' ? await upgrade(secure, { ...options, httpSocket: socket }, signal) : socket;
    } catch (error) {
      throw signal.aborted ? new errors.ConnectTimeoutError('Connecting took too long.') : error;
    } finally {
      release();
    }
  };

  return {
    connectTimeoutMs,
    tls,
    connect: (options, callback) => {
      connect(options).then(
        (socket) => {
          sockets.add(socket);
          socket.once('close', () => sockets.delete(socket));
          callback(null, socket);
        },
        (error) => callback(error, null),
      );
    },
    closeSockets: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () => closing.abort(),
  };
}

async function connectTcp({ hostname, protocol, port }: buildConnector.Options, signal: AbortSignal): Promise<Socket> {
  // A process that was held up is too late before it has begun, and whoever listens now would never hear of that.
  signal.throwIfAborted();
  const family = isIP(hostname);
  const addresses = family === 0 ? await lookupAddresses(hostname, signal) : [{ address: hostname, family }];
  signal.throwIfAborted();
  return connectToFirst(addresses, Number(port || (protocol === 'https:' ? 443 : 80)), signal);
}

function upgrade(
  secure: buildConnector.connector,
  options: buildConnector.Options & { readonly httpSocket: Socket },
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => {
      options.httpSocket.destroy();
      reject(signal.reason);
    });
    secure(options, (error, socket) => {
      stopListening();
      if (error === null) resolve(socket);
      else reject(error);
    });
  });
}
