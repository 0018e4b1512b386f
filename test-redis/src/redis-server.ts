import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { delimiter, join } from 'node:path';

const names = ['redis-server', 'valkey-server'];
const usualFolders = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The path of a Redis or Valkey server of this machine. */
export async function findRedisServer(): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...usualFolders];
  for (const path of names.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/** Ports of the loopback that nobody listens on now, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Starts a server and waits until it is ready. It dies with this process. */
export async function spawnServer(server: string, port: number, args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(server, ['--port', String(port), '--bind', '127.0.0.1', '--daemonize', 'no', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  watch(child);
  const problem = await untilReady(child);
  if (problem !== undefined) {
    await killServer(child);
    throw new Error(`${server}: ${problem}`);
  }
  letGo(child);
  return child;
}

/**
 * Kills the server when this process ends, however it does: test runners kill their workers. The shell waits for the
 * end of its input, which comes then.
 */
function watch(server: ChildProcess): void {
  if (server.pid === undefined) return;
  const script = 'read -r _; kill -9 "$0"';
  const watcher = spawn('sh', ['-c', script, String(server.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  server.once('exit', () => watcher.kill('SIGKILL'));
  watcher.unref();
  if (watcher.stdin instanceof Socket) watcher.stdin.unref();
}

const patienceMs = 20_000;

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
    child.stdout?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4000);
      if (log.includes('Ready to accept connections')) end(undefined);
    });
  });
}

/** Ends a server at once, also one that is paused. */
export async function killServer(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** This process may end while the server runs. */
function letGo(child: ChildProcess): void {
  child.unref();
  if (child.stdout instanceof Socket) child.stdout.unref();
}
