// A server in a process of its own that writes down every request of which it ever saw a byte.
// It works on raw sockets, so that nothing between the wire and the ledger can forget a request.
import net from 'node:net';
import tls from 'node:tls';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const { behaviour, seed, key, cert, backlog } = JSON.parse(process.argv[2] ?? '{}');
const random = xoroshiro128plus(seed);
const below = (limit) => uniformInt(random, 0, limit - 1);

const ledger = new Set();
const sockets = new Set();
const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

function serve(socket) {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => socket.destroy());
  if (behaviour === 'faulty' && below(20) === 0) return socket.destroy();
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (;;) {
      const request = /POST \/send\/(\d+) HTTP/.exec(text);
      if (request === null) return;
      ledger.add(Number(request[1]));
      const end = text.indexOf('\r\n\r\nhello');
      if (end < 0) return;
      text = text.slice(end + 9);
      setTimeout(() => reply(socket), below(20));
    }
  });
}

function reply(socket) {
  if (socket.destroyed) return;
  if (behaviour !== 'faulty') return socket.write(answer);
  switch (below(8)) {
    case 0:
      return socket instanceof tls.TLSSocket ? socket.destroy() : socket.resetAndDestroy();
    case 1:
      return socket.destroy();
    case 2:
      return socket.end(answer.slice(0, below(answer.length)));
    case 3:
      return socket.end('this is not HTTP\r\n\r\n');
    default:
      return socket.write(answer);
  }
}

const server = key === undefined ? net.createServer(serve) : tls.createServer({ key, cert }, serve);
server.on('tlsClientError', () => {});
server.listen({ port: 0, host: '127.0.0.1', backlog: backlog ?? 511 }, () =>
  process.send({ port: server.address().port }),
);

// The ledger is closed only when every socket is: what lay in the kernel's buffers has been read by then.
process.on('message', () => {
  server.close(() => process.send({ ledger: [...ledger] }, () => process.exit(0)));
});
process.on('disconnect', () => process.exit(0));
