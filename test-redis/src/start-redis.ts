import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedisServer, freePorts, killServer, spawnServer } from './redis-server.js';

/** Options of {@link startRedis}. */
export interface TestRedisOptions {
  /** Further arguments of the server, such as `['--maxmemory', '3mb']`. */
  readonly args?: readonly string[] | undefined;
}

/** A Redis of one's own, on the loopback, empty, without persistence. It dies with this process. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Of the running server; another one after a restart. */
  readonly pid: number;
  /** Ends it for good. A second call does nothing. */
  stop(): Promise<void>;
  /** The server answers nothing until it is resumed; its connections stay open. */
  pause(): void;
  resume(): void;
  /** Kills it and starts it again on the same port: it has forgotten everything, unless its arguments persist. */
  restart(): Promise<void>;
}

const folders = new Set<string>();
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** @throws Error if there is no server on this machine, or it does not start */
export async function startRedis({ args = [] }: TestRedisOptions = {}): Promise<TestRedis> {
  const server = await findRedisServer();
  if (server === undefined) throw new Error('There is no redis-server and no valkey-server on this machine.');
  const folder = await mkdtemp(join(tmpdir(), 'test-redis-'));
  folders.add(folder);
  const allArgs = ['--dir', folder, '--save', '', '--appendonly', 'no', ...args];
  const start = (port: number) => spawnServer(server, port, allArgs);
  const { port, child: first } = await startSomewhere(start);
  let child = first;
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid ?? 0;
    },
    stop: async () => {
      await killServer(child);
      await rm(folder, { recursive: true, force: true });
      folders.delete(folder);
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    restart: async () => {
      await killServer(child);
      child = await start(port);
    },
  };
}

/** A port that was free may be somebody else's a moment later. */
async function startSomewhere(start: (port: number) => Promise<ChildProcess>) {
  for (let attemptsLeft = 4; ; attemptsLeft -= 1) {
    const [port = 0] = await freePorts(1);
    try {
      return { port, child: await start(port) };
    } catch (error) {
      if (attemptsLeft === 0) throw error;
    }
  }
}
