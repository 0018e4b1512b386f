import type { Socket } from 'node:net';

/** How a connection ends without an answer. */
export type ConnectionEnd = 'drop' | 'reset' | 'hang';

/** The open connections, below TLS. */
export class Connections {
  readonly #sockets = new Map<string, Socket>();
  readonly #ended = new WeakSet<Socket>();

  /** Call it when a connection comes in, before it carries TLS. */
  add(socket: Socket): void {
    const address = addressOf(socket);
    this.#sockets.set(address, socket);
    socket.once('close', () => {
      // The caller's port may be in use again by then.
      if (this.#sockets.get(address) === socket) this.#sockets.delete(address);
    });
  }

  /** Whether a fault has ended the connection, so that nothing that still arrives counts. */
  hasEnded(socket: Socket): boolean {
    return this.#ended.has(this.#belowTls(socket));
  }

  /** Ends a connection without an answer. */
  end(socket: Socket, how: ConnectionEnd): void {
    const transport = this.#belowTls(socket);
    this.#ended.add(transport);
    switch (how) {
      case 'drop':
        // Only the writing side: to close with unread bytes would send RST, not FIN.
        socket.end();
        return;
      case 'reset':
        // Only a TCP socket can be reset, a TLS socket refuses.
        transport.resetAndDestroy();
        return;
      case 'hang':
        return;
    }
  }

  destroyAll(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  #belowTls(socket: Socket): Socket {
    return this.#sockets.get(addressOf(socket)) ?? socket;
  }
}

function addressOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}
