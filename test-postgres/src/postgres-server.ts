import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, readdir } from 'node:fs/promises';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { delimiter, join } from 'node:path';

/** Debian keeps each version in a folder of its own, out of the PATH. */
const versions = '/usr/lib/postgresql';
const usualFolders = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The folder with `initdb` and `postgres` of this machine, the newest version first. */
export async function findPostgresServer(): Promise<string | undefined> {
  const installed = await readdir(versions).catch(() => []);
  const newestFirst = installed.sort((a, b) => Number(b) - Number(a)).map((version) => join(versions, version, 'bin'));
  for (const folder of [...newestFirst, ...(process.env['PATH'] ?? '').split(delimiter), ...usualFolders]) {
    const programs = ['initdb', 'postgres'].map((name) => access(join(folder, name), constants.X_OK));
    const isThere = await Promise.all(programs).then(
      () => true,
      () => false,
    );
    if (isThere) return folder;
  }
  return undefined;
}

/** A port of the loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

/** Whose rights a server has: PostgreSQL refuses to run as root. */
export interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** Runs a program to its end. */
export async function runToEnd(program: string, args: readonly string[], owner: Owner): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/', ...owner });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${said}`);
}

/** Starts a server and waits until it is ready. It ends with this process. */
export async function spawnServer(program: string, args: readonly string[], owner: Owner): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/', ...owner });
  watch(child);
  const problem = await untilReady(child);
  if (problem !== undefined) {
    await stopServer(child);
    throw new Error(`${program}: ${problem}`);
  }
  child.unref();
  // Its log is read to its end, or the server would wait for a reader.
  child.stderr?.resume();
  if (child.stderr instanceof Socket) child.stderr.unref();
  return child;
}

/**
 * Ends the server when this process ends, however it does: test runners kill their workers. The shell waits for the
 * end of its input, which comes then.
 */
function watch(server: ChildProcess): void {
  if (server.pid === undefined) return;
  const watcher = spawn('sh', ['-c', 'read -r _; kill -QUIT "$0"', String(server.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  server.once('exit', () => watcher.kill('SIGKILL'));
  watcher.unref();
  if (watcher.stdin instanceof Socket) watcher.stdin.unref();
}

const patienceMs = 60_000;

function untilReady(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let log = '';
    const timer = setTimeout(() => resolve(`not ready within ${patienceMs} ms:\n${log}`), patienceMs);
    const end = (problem: string | undefined) => {
      clearTimeout(timer);
      resolve(problem);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', () => end(`ended at once:\n${log}`));
    child.stderr?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4000);
      if (log.includes('ready to accept connections')) end(undefined);
    });
  });
}

/** Ends a server at once, with its connections: its next start recovers from its log, as after a crash. */
export async function stopServer(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  child.kill('SIGCONT');
  child.kill('SIGQUIT');
  await once(child, 'exit');
}
