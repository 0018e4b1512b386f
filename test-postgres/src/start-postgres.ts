import { execFileSync } from 'node:child_process';
import { chownSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgresServer, freePort, type Owner, runToEnd, spawnServer, stopServer } from './postgres-server.js';

/** Options of {@link startPostgres}. */
export interface TestPostgresOptions {
  /** Settings of the server by name, such as `{ max_connections: '8' }`. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  /** Where its data lies: an empty folder, which stays. Default: a folder of its own, which goes with the server. */
  readonly folder?: string | undefined;
}

/** A PostgreSQL of one's own, on the loopback, empty, that trusts everybody. It ends with this process. */
export interface TestPostgres {
  readonly url: string;
  readonly port: number;
  /** Ends it for good. A second call does nothing. */
  stop(): Promise<void>;
  /** Ends it at once and starts it again on the same port, with everything that was committed. */
  restart(): Promise<void>;
  /** Ends it at once. `restart()` starts it again. */
  kill(): Promise<void>;
}

const folders = new Set<string>();
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** What a test may lose when the machine loses its power is worth no waiting. */
const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** @throws Error if there is no server on this machine, or it does not start */
export async function startPostgres({ settings = {}, folder }: TestPostgresOptions = {}): Promise<TestPostgres> {
  const programs = await findPostgresServer();
  if (programs === undefined) throw new Error('There is no PostgreSQL server on this machine.');
  const own = folder === undefined ? await mkdtemp(join(tmpdir(), 'test-postgres-')) : undefined;
  const data = own ?? folder ?? '';
  if (own !== undefined) folders.add(own);
  const owner = ownerOf();
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(data, owner.uid, owner.gid);
  const initial = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await runToEnd(join(programs, 'initdb'), initial, owner);
  const port = await freePort();
  const given = Object.entries({ ...quick, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', data, ...given];
  const start = () => spawnServer(join(programs, 'postgres'), args, owner);
  let child = await start();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    stop: async () => {
      await stopServer(child);
      if (own === undefined) return;
      await rm(own, { recursive: true, force: true });
      folders.delete(own);
    },
    restart: async () => {
      await stopServer(child);
      child = await start();
    },
    kill: () => stopServer(child),
  };
}

function ownerOf(): Owner {
  if (process.getuid?.() !== 0) return {};
  for (const user of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, user], { stdio: 'pipe' })));
      if (uid !== undefined && gid !== undefined) return { uid, gid };
    } catch {
      // There is no such user.
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody.');
}
