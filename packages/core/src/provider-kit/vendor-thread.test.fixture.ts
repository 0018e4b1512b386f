import { once } from 'node:events';
import { readFileSync } from 'node:fs';
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
  // Later versions send tickets after the handshake: what lies in a socket is the answer only with this one.
  const maxVersion = 'TLSv1.2';
  let greet;
  const SNICallback = (_name, answer) => {
    greet = () => answer(null);
    count(2);
  };
  const server = key === undefined
    ? net.createServer(serve)
    : require('node:tls').createServer({ key, cert, ...(holdsGreetings ? { SNICallback } : { maxVersion }) }, serve);
  server.on('tlsClientError', () => {});
  server.on('connection', (socket) => socket.once('close', () => count(3)));
  parentPort.on('message', (order) => {
    if (order === 'answer') {
      for (const socket of asked) socket.write('HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok');
    } else {
      greet();
    }
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

const counters = { requests: 0, bytes: 1, hellos: 2, closed: 3 } as const;

export interface VendorThread {
  readonly port: number;
  /** Requests read, bytes of them, TLS handshakes asked for, connections closed. */
  count(what: keyof typeof counters): number;
  /** Answers every request that it has read. */
  answer(): void;
  /** Sockets of the client in which something lies that nobody has read. Linux tells. */
  unread(): number;
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
    unread: () => unreadFrom(port),
    greet: () => worker.postMessage('greet'),
  };
  return thread;
}

/** From the kernel's own table: what a write has given away may take a while to arrive, even on one machine. */
function unreadFrom(port: number): number {
  const peer = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return sockets.filter(([, , remote = '', , queues = '']) => remote.endsWith(peer) && !queues.endsWith(':00000000'))
    .length;
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
