// The other side of every request: Mob's shortest answer, at once. A process of its own, so that its CPU time is not
// counted. Ends with its parent.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-length': '14' };

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(200, headers).end('{"status":200}'));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
