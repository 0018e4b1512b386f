import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Container } from 'inversify';
import { createShopApi } from './shop-api.js';

/** What {@link startShop} takes. */
export interface ShopOptions {
  readonly container: Container;
  /** Default 0: a free port. */
  readonly port?: number | undefined;
  /** Gets every error that a client of the shop is not told in full. */
  readonly log: (error: unknown) => void;
}

/** A running shop. */
export interface Shop extends AsyncDisposable {
  readonly url: string;
  /** Answers the requests under way, then closes the container and with it every connection to a provider. */
  close(): Promise<void>;
}

/** Starts the shop. It owns the container from here on, also when it cannot start. */
export async function startShop({ container, port = 0, log }: ShopOptions): Promise<Shop> {
  try {
    const api = await createShopApi(container, log);
    const server = createAdaptorServer({ fetch: api.fetch }) as Server;
    endConnectionsOnceClosing(server);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    let closing: Promise<void> | undefined;
    const close = () => {
      closing ??= closeShop(server, container);
      return closing;
    };
    const { port: opened } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${opened}`, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await container.unbindAllAsync();
    throw error;
  }
}

/** Longer than the deadline of a message, so that only a client that dawdles is cut off. */
const patienceMs = 10_000;

async function closeShop(server: Server, container: Container): Promise<void> {
  const impatience = setTimeout(() => server.closeAllConnections(), patienceMs);
  const closed = once(server, 'close');
  server.close();
  await closed;
  clearTimeout(impatience);
  await container.unbindAllAsync();
}

/** Without this, a connection that is kept alive would hold the server open after its last answer. */
function endConnectionsOnceClosing(server: Server): void {
  server.prependListener('request', (_request, response) => {
    response.once('close', () => {
      if (!server.listening) server.closeIdleConnections();
    });
  });
}
