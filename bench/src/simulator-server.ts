// The server that `simulator.ts` measures, a process of its own and so one core: `box` is a box with Mob in it, `bare`
// a bare node:http server with Mob's shortest answer. Tells its CPU time when it is asked. Ends with its parent.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mobDialect } from '@polysms/provider-mob/simulator';
import { startSimulator } from '@polysms/simulator';

const none = Number.POSITIVE_INFINITY;
const unlimited = { perMinute: none, perTwelveHours: none, perDayOnPlatform: none };

async function listen(): Promise<string> {
  if (process.argv[2] === 'box') {
    const box = await startSimulator({ dialects: [mobDialect({ limits: unlimited })], seed: 1 });
    return box.urlOf('mob');
  }
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-length': '14' };
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(200, headers).end('{"status":200}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicroseconds: user + system, heapBytes: process.memoryUsage().heapUsed });
});
process.on('disconnect', () => process.exit(0));
process.send?.(await listen());
