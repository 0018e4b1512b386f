// How many messages the second provider takes when nobody listens where the first one should be: real sockets, a
// closed port, and a server in another process. `node bench/dist/dead-first-provider.js [sends]`
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createSmsClient, isSmsError } from '@polysms/core';
import { mob } from '@polysms/provider-mob';
import { inFlight } from './in-flight.js';

const sends = Number(process.argv[2] ?? 100_000);
const leastShare = 0.9999;

/** A port that was free a moment ago, and where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const server = fork(fileURLToPath(new URL('./server.js', import.meta.url)));
const [port] = await once(server, 'message');
const account = (id: string, at: unknown) => mob({ appKey: 'bench', id, baseUrl: `http://127.0.0.1:${at}` });

const client = createSmsClient({
  providers: [account('dead', await closedPort()), account('second', port)],
  templates: {
    shipped: { params: ['order'], providers: { dead: { template: '2901' }, second: { template: '2901' } } },
  },
  // As short as no app has it, so that the dead provider is asked again and again.
  breaker: { openMs: 50, maxOpenMs: 50 },
});
const attempts = new Map<string, number>();
client.on('attempt', ({ provider, outcome, code }) => {
  const what = `${provider}: ${outcome}${code === undefined ? '' : `, ${code}`}`;
  attempts.set(what, (attempts.get(what) ?? 0) + 1);
});

let taken = 0;
const errors = new Map<string, number>();
const started = performance.now();
await inFlight(sends, 50, async (index) => {
  const to = `+86138${String(index % 1000).padStart(8, '0')}`;
  try {
    const { provider } = await client.send({ to, template: 'shipped', params: { order: '42' } });
    if (provider === 'second') taken += 1;
  } catch (error) {
    const kind = isSmsError(error) ? `${error.outcome}, ${error.code}` : String(error);
    errors.set(kind, (errors.get(kind) ?? 0) + 1);
  }
});
const seconds = (performance.now() - started) / 1000;

console.table(Object.fromEntries(attempts));
if (errors.size > 0) console.table(Object.fromEntries(errors));
console.log(`${taken} of ${sends} taken by the second provider: ${((100 * taken) / sends).toFixed(4)} %`);
console.log(`${Math.round(sends / seconds)} sends a second`);
await client.close();
server.disconnect();
if (!(taken / sends >= leastShare)) process.exitCode = 1;
