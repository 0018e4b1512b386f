import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chown, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findPostgresServer,
  freePort,
  initDatabase,
  killServer,
  serverUser,
  signalServer,
  spawnServer,
  watchFolder,
} from './postgres-server.js';

/** Options of {@link startPostgres}. */
export interface TestPostgresOptions {
  /** Further arguments of the server, such as `['-c', 'max_connections=10']`. */
  readonly args?: readonly string[] | undefined;
  /** An empty folder for the data, such as one on a small disk. Default: a new one among the temporary files. */
  readonly folder?: string | undefined;
}

/** A PostgreSQL of one's own, on the loopback, empty, for a superuser `postgres` without a password. */
export interface TestPostgres {
  readonly url: string;
  readonly port: number;
  /** The server answers nothing until it is resumed; its connections stay open. */
  pause(): void;
  resume(): void;
  /** Ends it for good. A second call does nothing. */
  stop(): Promise<void>;
  /** Ends it at once and starts it again on the same port, with all that was committed. */
  restart(): Promise<void>;
  /** Ends it at once. `restart` starts it again. */
  kill(): Promise<void>;
}

/** No write waits for the disk: no test pulls the plug. What is committed outlives the server all the same. */
const quick = ['fsync=off', 'full_page_writes=off', 'unix_socket_directories='];

/** @throws Error if there is no server on this machine, or it does not start */
export async function startPostgres({ args = [], folder }: TestPostgresOptions = {}): Promise<TestPostgres> {
  const bin = await findPostgresServer();
  if (bin === undefined) throw new Error('There is no PostgreSQL server on this machine.');
  const data = folder ?? join(tmpdir(), `test-postgres-${randomUUID()}`);
  const watcher = watchFolder(data);
  await mkdir(data, { recursive: true, mode: 0o700 });
  const user = await serverUser();
  if (user !== undefined) await chown(data, user.uid, user.gid);
  await initDatabase(bin, data);
  const settings = quick.flatMap((setting) => ['-c', setting]);
  const start = (port: number) => spawnServer(bin, data, ['-h', '127.0.0.1', '-p', String(port), ...settings, ...args]);
  const { port, child: first } = await startSomewhere(start);
  let child = first;
  let isStopped = false;
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    pause: () => signalServer(child, 'SIGSTOP'),
    resume: () => signalServer(child, 'SIGCONT'),
    stop: async () => {
      if (isStopped) return;
      isStopped = true;
      await killServer(child);
      await rm(data, { recursive: true, force: true });
      watcher.kill('SIGKILL');
    },
    kill: () => killServer(child),
    restart: async () => {
      await killServer(child);
      child = await start(port);
    },
  };
}

/** A port that was free may be somebody else's a moment later. */
async function startSomewhere(start: (port: number) => Promise<ChildProcess>) {
  for (let attemptsLeft = 4; ; attemptsLeft -= 1) {
    const port = await freePort();
    try {
      return { port, child: await start(port) };
    } catch (error) {
      if (attemptsLeft === 0) throw error;
    }
  }
}
