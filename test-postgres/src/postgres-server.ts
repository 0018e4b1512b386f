import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, readdir } from 'node:fs/promises';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Where Debian and its kin keep each version of the server. */
const versionsFolder = '/usr/lib/postgresql';
const usualFolders = ['/usr/local/bin', '/usr/local/pgsql/bin', '/opt/homebrew/bin'];

/** The folder with `initdb` and `postgres` of this machine, of the newest version. */
export async function findPostgresServer(): Promise<string | undefined> {
  const versions = (await readdir(versionsFolder).catch(() => [])).sort((one, other) => Number(other) - Number(one));
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...versions.map((version) => join(versionsFolder, version, 'bin')),
    ...usualFolders,
  ];
  for (const folder of folders) {
    const areThere = ['initdb', 'postgres'].map((name) => access(join(folder, name), constants.X_OK));
    const isThere = await Promise.all(areThere).then(
      () => true,
      () => false,
    );
    if (isThere) return folder;
  }
  return undefined;
}

/** Who runs the server: PostgreSQL refuses to run as root. Undefined if this process may run it. */
export async function serverUser(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name]))).catch(() => undefined);
    if (ids !== undefined) return { uid: Number(ids[0]?.stdout), gid: Number(ids[1]?.stdout) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody.');
}

/** A port of the loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

/** Makes an empty database cluster, with a superuser `postgres` who needs no password. */
export async function initDatabase(bin: string, folder: string): Promise<void> {
  const args = ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await run(join(bin, 'initdb'), args, { cwd: '/', ...(await serverUser()) });
}

/** Starts a server and waits until it is ready. It dies with this process. */
export async function spawnServer(bin: string, folder: string, args: readonly string[]): Promise<ChildProcess> {
  const user = await serverUser();
  const child = spawn(join(bin, 'postgres'), ['-D', folder, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C' },
    ...user,
  });
  const problem = await untilReady(child);
  if (problem !== undefined) {
    await killServer(child);
    throw new Error(`postgres: ${problem}`);
  }
  letGo(child);
  return child;
}

/**
 * Ends the server of a folder and removes the folder when this process ends, however it does: test runners kill their
 * workers. The shell waits for the end of its input, which comes then. It begins before anything is in the folder, and
 * looks again for what a server or `initdb` that was starting still wrote.
 */
export function watchFolder(folder: string): ChildProcess {
  const script = `
    read -r _
    for turn in 1 2 3 4 5; do
      server=$(head -n 1 "$0/postmaster.pid")
      if [ -n "$server" ]; then
        kill -CONT "$server" $(pgrep -P "$server")
        kill -QUIT "$server"
        while kill -0 "$server"; do sleep 0.1; done
      fi
      rm -rf "$0"
      sleep 0.5
    done`;
  const watcher = spawn('sh', ['-c', script, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watcher.unref();
  if (watcher.stdin instanceof Socket) watcher.stdin.unref();
  return watcher;
}

const patienceMs = 60_000;

/** Its log says so: to connect would not do, since another server may have got the port. */
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

/** Pauses or resumes a server: each connection has a process of its own. */
export function signalServer(server: ChildProcess, signal: 'SIGSTOP' | 'SIGCONT'): void {
  server.kill(signal);
  const { stdout } = spawnSync('pgrep', ['-P', String(server.pid)], { encoding: 'utf8' });
  for (const pid of stdout.split('\n').filter((line) => line !== '')) {
    try {
      process.kill(Number(pid), signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Ends a server at once, also one that is paused. It recovers when it starts again. */
export async function killServer(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const exited = once(child, 'exit');
  signalServer(child, 'SIGCONT');
  child.kill('SIGQUIT');
  await exited;
}

/** This process may end while the server runs. */
function letGo(child: ChildProcess): void {
  child.unref();
  if (child.stderr instanceof Socket) child.stderr.unref();
}
