import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What happens to a request: the vendor takes the message or not, and answers or not. */
export type Fault = 'none' | 'taken-unanswered' | 'lost' | 'server-error' | 'too-many';

/** A message that the vendor took. */
interface Entry {
  readonly id: string;
  readonly text: string;
  /** On the monotonic clock, in milliseconds. */
  readonly at: number;
}

/** A vendor on the loopback that keeps a ledger. */
export async function startHttpVendor(faultOf: () => Fault = () => 'none') {
  const ledger: Entry[] = [];
  const ids = new Set<string>();
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.writeHead(ids.has(request.url?.slice(1) ?? '') ? 200 : 404).end();
      return;
    }
    // A worker that is killed while it writes leaves half a request.
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    const fault = faultOf();
    if (fault === 'too-many') return void response.writeHead(429).end();
    if (fault === 'server-error') return void response.writeHead(500).end();
    if (fault === 'lost') return void request.socket.destroy();
    const message = JSON.parse(body) as { readonly id: string; readonly text: string };
    ledger.push({ ...message, at: performance.now() });
    ids.add(message.id);
    if (fault === 'taken-unanswered') return void request.socket.destroy();
    response.writeHead(201).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    ledger: ledger as readonly Entry[],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
