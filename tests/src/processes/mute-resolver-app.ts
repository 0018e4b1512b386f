// An app with three vendors, of which the name server answers for one. It is started by a test where the system asks
// the name server below. Prints what became of the requests.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpTransport, deadlineAfter } from '@polysms/core/provider-kit';

const queries: Record<string, number> = {};

/** The part of a query that its answer repeats, and the name and type in it. */
function questionOf(query: Buffer) {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.'), isIpv4: query.readUInt16BE(at + 1) === 1, question: query.subarray(12, at + 5) };
}

const names = createSocket('udp4', (query, sender) => {
  const { name, isIpv4, question } = questionOf(query);
  queries[name] = (queries[name] ?? 0) + 1;
  if (name.startsWith('mute')) return;
  const head = Buffer.from([query[0] ?? 0, query[1] ?? 0, 0x81, 0x80, 0, 1, 0, isIpv4 ? 1 : 0, 0, 0, 0, 0]);
  const address = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
  names.send(Buffer.concat([head, question, isIpv4 ? address : Buffer.alloc(0)]), sender.port, sender.address);
});
names.bind(53, '127.0.0.1');
await once(names, 'listening');

const vendor = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
await once(vendor, 'listening');
const { port } = vendor.address() as AddressInfo;

const sendTo = (host: string) => {
  const transport = createHttpTransport({
    baseUrl: `http://${host}:${port}`,
    allowPlainHttp: true,
    connectTimeoutMs: 1_000,
  });
  const one = () => transport.request({ method: 'POST', path: '/' }, { deadline: deadlineAfter(20_000) });
  return Promise.all(Array.from({ length: 10 }, async () => (await one()).outcome));
};
const outcomes = await Promise.all(['mute-1.example', 'mute-2.example', 'well.example'].map(sendTo));
process.stdout.write(JSON.stringify({ outcomes, queries }));
process.exit();
