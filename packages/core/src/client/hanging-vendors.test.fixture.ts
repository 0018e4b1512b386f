import { type ChildProcess, fork } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import type { SmsProvider } from '../contract/sms-provider.js';
import { createHttpTransport } from '../provider-kit/http-transport.js';
import { accepted, notSent, unknown } from '../provider-kit/outcomes.js';

/** Where a vendor hangs; `healthy` does not. */
export type Phase = 'healthy' | HangingPhase;
export type HangingPhase = (typeof unwritten)[number] | (typeof written)[number];

/** Hangs before anything can be written. */
export const unwritten = ['lookup is mute', 'SYN is dropped', 'TLS stalls'] as const;
/** Hangs when the request may have been read. */
export const written = ['reads nothing', 'reads and is silent', 'answers a byte a second'] as const;

const answer = 'HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n';

/** One vendor, and what it has seen of the requests. */
export interface Vendor {
  readonly provider: SmsProvider;
  /** The bodies of the requests of which a byte came. */
  received(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Makes vendors that hang, all over real sockets of this machine. */
export class HangingVendors {
  #deaf: ChildProcess | undefined;
  #deafPort: Promise<number> | undefined;
  readonly #fillers: net.Socket[] = [];
  readonly #lookup: { mockRestore(): void };

  constructor() {
    const { lookup } = dns;
    this.#lookup = vi.spyOn(dns, 'lookup').mockImplementation((...given: readonly unknown[]) => {
      if (!String(given[0]).startsWith('mute.')) Reflect.apply(lookup, dns, given);
    });
  }

  async vendor(id: string, phase: Phase): Promise<Vendor> {
    switch (phase) {
      case 'lookup is mute':
        return vendorAt(id, 'http://mute.localhost:9', none);
      case 'SYN is dropped':
        return vendorAt(id, `http://127.0.0.1:${await this.#portOfTheDeaf()}`, none);
      case 'TLS stalls':
        return listening(id, 'https', () => {});
      case 'reads nothing':
        return listening(id, 'http', () => {}, 'paused');
      case 'reads and is silent':
        return listening(id, 'http', () => {});
      case 'answers a byte a second':
        return listening(id, 'http', (socket) => {
          let sent = 0;
          const timer = setInterval(() => socket.write(answer.charAt(sent++)), 1_000);
          socket.on('close', () => clearInterval(timer));
        });
      case 'healthy':
        return listening(id, 'http', (socket) => socket.write(answer));
    }
  }

  close(): void {
    this.#lookup.mockRestore();
    for (const socket of this.#fillers) socket.destroy();
    this.#deaf?.kill('SIGKILL');
  }

  /** A port whose queue of connections is full, in a process that never accepts any: the kernel drops what comes. */
  #portOfTheDeaf(): Promise<number> {
    this.#deafPort ??= this.#startDeaf();
    return this.#deafPort;
  }

  async #startDeaf(): Promise<number> {
    this.#deaf = fork(fileURLToPath(new URL('./deaf-server.test.fixture.mjs', import.meta.url)));
    const [port] = (await once(this.#deaf, 'message')) as [number];
    for (let filled = 0; filled < 8; filled += 1) {
      const socket = net.connect(port, '127.0.0.1');
      socket.on('error', () => socket.destroy());
      this.#fillers.push(socket);
    }
    await once(this.#fillers[0] as net.Socket, 'connect');
    return port;
  }
}

async function none(): Promise<readonly string[]> {
  return [];
}

/** A vendor on a socket of this process; `onRequest` is called for every request that has been read. */
async function listening(
  id: string,
  scheme: 'http' | 'https',
  onRequest: (socket: net.Socket) => void,
  reading: 'flowing' | 'paused' = 'flowing',
): Promise<Vendor> {
  const sockets = new Map<net.Socket, string>();
  const server = net.createServer({ pauseOnConnect: reading === 'paused' }, (socket) => {
    sockets.set(socket, '');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      sockets.set(socket, `${sockets.get(socket)}${chunk}`);
      if (scheme === 'http') onRequest(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const received = async () => {
    // What lay in the buffers of the kernel has been received, too.
    await Promise.all([...sockets.keys()].map(drained));
    return [...sockets.values()].flatMap((text) => text.split('POST /').slice(1));
  };
  return vendorAt(id, `${scheme}://127.0.0.1:${port}`, received, async () => {
    for (const socket of sockets.keys()) socket.destroy();
    server.close();
  });
}

async function drained(socket: net.Socket): Promise<void> {
  if (!socket.isPaused() || socket.destroyed) return;
  socket.resume();
  await once(socket, 'close').catch(() => {});
}

function vendorAt(id: string, baseUrl: string, received: Vendor['received'], close = async () => {}): Vendor {
  const transport = createHttpTransport({ baseUrl, connectTimeoutMs: 60_000 });
  const provider: SmsProvider = {
    specification: 'v1',
    id,
    sends: { text: true, template: false, senderId: true },
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    async send(message, context) {
      if (message.kind !== 'text') return notSent('unsupported_message', 'It sends texts only.');
      const outcome = await transport.request({ method: 'POST', path: '/', body: message.text }, context);
      if (outcome.outcome !== 'answered') return outcome;
      return outcome.status === 201 ? accepted() : unknown('provider_unavailable', 'It said something else.');
    },
    close: () => transport.close(),
  };
  return { provider, received, close };
}
