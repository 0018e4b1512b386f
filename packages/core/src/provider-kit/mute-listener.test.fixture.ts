import { once } from 'node:events';
import net from 'node:net';
import { Worker } from 'node:worker_threads';
import { cleanups } from './http-transport.test.fixture.js';

/** Listens with room for two connections in a thread that then stands still, until it is told to go on. */
const standing = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { host, port, shared } = workerData;
  let requests = 0;
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\\r\\ncontent-length: 1\\r\\n\\r\\n' + (requests += 1)));
  });
  server.listen({ host, port, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(shared), 0, 0);
  });
`;

/** An address that answers no SYN any more: whoever connects hears nothing until the listener goes on. */
export interface MuteListener {
  readonly port: number;
  /** Connections are accepted again, once the kernel of the client has tried again; a request is answered by its number. */
  goOn(): void;
}

export async function listenMutely(host: string, port = 0): Promise<MuteListener> {
  const shared = new SharedArrayBuffer(4);
  const worker = new Worker(standing, { eval: true, workerData: { host, port, shared } });
  cleanups.push(() => worker.terminate());
  const [listening] = (await once(worker, 'message')) as [number];
  // They fill the queue of the listener; the kernel drops what comes then.
  for (let filler = 0; filler < 2; filler += 1) {
    const socket = net.connect(listening, host);
    socket.on('error', () => {});
    cleanups.push(() => socket.destroy());
    await once(socket, 'connect');
  }
  return {
    port: listening,
    goOn() {
      const released = new Int32Array(shared);
      Atomics.store(released, 0, 1);
      Atomics.notify(released, 0);
    },
  };
}
