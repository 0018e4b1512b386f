import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One address for several web processes, each in turn. In earnest it is nginx, or your cloud's. */
export interface Balancer extends AsyncDisposable {
  readonly url: string;
  add(port: number): void;
  remove(port: number): void;
}

export async function startBalancer(): Promise<Balancer> {
  const ports: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const port = ports.shift();
    if (port === undefined) return void socket.destroy();
    ports.push(port);
    const upstream = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (port) => void ports.push(port),
    remove: (port) => {
      const index = ports.indexOf(port);
      if (index >= 0) ports.splice(index, 1);
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
