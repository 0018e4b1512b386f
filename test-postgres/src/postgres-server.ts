import { type ChildProcess, execFile, spawn } from 'node:child_process';
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
  const args = [
    '-D',
    folder,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ];
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
  watch(child, folder);
  const problem = await untilReady(child);
  if (problem !== undefined) {
    await killServer(child);
    throw new Error(`postgres: ${problem}`);
  }
  letGo(child);
  return child;
}

/**
 * Ends the server when this process ends, however it does: test runners kill their workers. The shell waits for the end
 * of its input, which comes then.
 */
function watch(server: ChildProcess, folder: string): void {
  if (server.pid === undefined) return;
  const script = 'read -r _; kill -CONT "$0"; kill -QUIT "$0"; while kill -0 "$0"; do sleep 0.1; done; rm -rf "$1"';
  const watcher = spawn('sh', ['-c', script, String(server.pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  server.once('exit', () => watcher.kill('SIGKILL'));
  watcher.unref();
  if (watcher.stdin instanceof Socket) watcher.stdin.unref();
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

/** Ends a server at once, also one that is paused. It recovers when it starts again. */
export async function killServer(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const exited = once(child, 'exit');
  child.kill('SIGCONT');
  child.kill('SIGQUIT');
  await exited;
}

/** This process may end while the server runs. */
function letGo(child: ChildProcess): void {
  child.unref();
  if (child.stderr instanceof Socket) child.stderr.unref();
}
