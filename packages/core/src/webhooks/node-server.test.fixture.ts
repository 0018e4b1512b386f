import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** A server on loopback that answers by this listener, and what it did that nobody wants. */
export async function serving(listener: RequestListener) {
  return over(createServer(listener).listen(0, '127.0.0.1'));
}

/** A server on loopback that somebody else has made. */
export async function over(server: Server) {
  if (!server.listening) await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    /** Says this over a socket, byte for byte, and ends when the server has answered and closed. */
    async say(...lines: readonly string[]): Promise<string> {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(lines.join('\r\n'), 'latin1');
      return text(socket).catch(() => 'reset');
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
