import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

const file = new URL('./worker-process.test.fixture.mjs', import.meta.url);

/** What a worker in a process of its own is told. */
interface WorkerOrder {
  readonly redis: string;
  readonly place: { readonly name: string; readonly prefix: string };
  /** The prefix of the message store. */
  readonly store: string;
  readonly vendors: readonly string[];
  /** The point at which it kills itself. */
  readonly diesAt?: number | undefined;
  readonly maxPerSecond?: number | undefined;
  readonly deadlineMs?: number | undefined;
  readonly takeOverAfterMs?: number | undefined;
  readonly sweepEveryMs?: number | false | undefined;
  readonly concurrency?: number | undefined;
}

export function startWorkerProcess(order: WorkerOrder): ChildProcess {
  return fork(file, [JSON.stringify(order)]);
}

/** Lets a worker end what it has begun. */
export async function endWorkerProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  if (child.connected) child.disconnect();
  await exit;
}
