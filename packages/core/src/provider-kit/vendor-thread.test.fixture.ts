import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { cleanups } from './http-transport.test.fixture.js';

/**
 * A vendor in a thread of its own, which goes on while the test's thread stands still. It counts in shared memory, so
 * that a test can wait for it without its own event loop.
 */
const vendor = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { key, cert, holdsGreetings, counts } = workerData;
  const net = require('node:net');
  const counted = new Int32Array(counts);
  const count = (index) => Atomics.add(counted, index, 1);
  const asked = [];
  const serve = (socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      Atomics.add(counted, 1, bytes.length);
      if (!String(bytes).includes('hello')) return;
      asked.push(socket);
      count(0);
    });
  };
  let greet;
  const SNICallback = (_name, answer) => {
    greet = () => answer(null);
    count(3);
  };
  const server = key === undefined
    ? net.createServer(serve)
    : require('node:tls').createServer({ key, cert, ...(holdsGreetings ? { SNICallback } : {}) }, serve);
  server.on('tlsClientError', () => {});
  const raw = new Set();
  server.on('connection', (socket) => {
    raw.add(socket);
    socket.once('close', () => { raw.delete(socket); count(5); });
  });
  parentPort.on('message', (order) => {
    if (order === 'answer') {
      let pending = asked.length;
      const written = () => (pending -= 1) === 0 && probe.write('?');
      for (const socket of asked) socket.write('HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok', written);
    } else {
      greet();
      const look = () => {
        if ([...raw].some(({ bytesWritten }) => bytesWritten > 0)) count(4);
        else setImmediate(look);
      };
      look();
    }
  });
  // What is written is not there yet: the kernel may be behind. It works in order, so a byte to oneself tells.
  const probed = net.createServer((socket) => socket.on('data', () => count(2)));
  let probe;
  probed.listen(0, '127.0.0.1', () => {
    probe = net.connect(probed.address().port, '127.0.0.1');
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  });
`;

const counters = { requests: 0, bytes: 1, answers: 2, hellos: 3, greetings: 4, closed: 5 } as const;

export interface VendorThread {
  readonly port: number;
  /** Requests read, bytes of them, times that all answers have arrived, TLS handshakes asked for and answered, connections closed. */
  count(what: keyof typeof counters): number;
  /** Answers every request that it has read. */
  answer(): void;
  /** Answers the TLS handshake that it was asked for. */
  greet(): void;
}

/** With a key it speaks TLS; `holdsGreetings`: it answers no handshake before it is told to. */
export async function startVendorThread(tls: { key?: string; cert?: string; holdsGreetings?: boolean } = {}) {
  const counts = new SharedArrayBuffer(4 * Object.keys(counters).length);
  const worker = new Worker(vendor, { eval: true, workerData: { ...tls, counts } });
  cleanups.push(() => worker.terminate());
  const [port] = (await once(worker, 'message')) as [number];
  const counted = new Int32Array(counts);
  const thread: VendorThread = {
    port,
    count: (what) => Atomics.load(counted, counters[what]),
    answer: () => worker.postMessage('answer'),
    greet: () => worker.postMessage('greet'),
  };
  return thread;
}

/**
 * How many sockets of this machine hold something unread that came from this port, as the kernel tells: what a vendor has
 * written may still be on its way, each socket's on its own. All of them where the kernel does not tell.
 */
export function unreadFrom(port: number, sockets: number): number {
  const table = '/proc/net/tcp';
  if (!existsSync(table)) return sockets;
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync(table, 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
  return rows.filter(([, , to, , queues]) => to?.endsWith(remote) && !queues?.endsWith(':00000000')).length;
}

/**
 * Begins something and stands still, as a handler of an app does that computes, until something has happened elsewhere.
 * In the last phase of the event loop's turn, so that the timers that are late by then come first, and what lies in the
 * sockets after them.
 */
export async function standStill({ begin, until }: { begin(): void; until(): boolean }): Promise<void> {
  await setImmediate();
  begin();
  while (!until());
}
