import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Order, Surroundings } from './orders.js';

/** A process of an app. */
export interface Worker {
  /** Tells it to do something; for a check the counts of its results. */
  order(order: Extract<Order, { do: 'check' }>): Promise<Readonly<Record<string, number>>>;
  begin(order: Extract<Order, { do: 'start' | 'send' }>): void;
  /** The end of one that dies by itself: the signal that has killed it. */
  readonly death: Promise<NodeJS.Signals | null>;
  /** SIGKILL: nothing in the process gets to know. */
  kill(): Promise<void>;
}

/** Starts a worker, and waits until it is ready. */
export async function startWorker(surroundings: Surroundings): Promise<Worker> {
  const file = fileURLToPath(new URL('../../dist/processes/worker.js', import.meta.url));
  const child: ChildProcess = fork(file, [JSON.stringify(surroundings)]);
  const exited = once(child, 'exit');
  await Promise.race([
    once(child, 'message'),
    exited.then(() => Promise.reject(new Error('The worker ended before it was ready.'))),
  ]);
  return {
    async order(order) {
      child.send(order);
      const [counts] = await once(child, 'message');
      return counts as Readonly<Record<string, number>>;
    },
    begin: (order) => void child.send(order),
    death: exited.then(() => child.signalCode),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
