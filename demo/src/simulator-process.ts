import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { MobFault, MobSimulatorSettings, SimulatedMessage } from '@polysms/provider-mob/simulator';

/** A Mob simulator in a process of its own. */
export interface SimulatorProcess extends AsyncDisposable {
  readonly url: string;
  /** What phones have received from it, newest last. */
  messages(): Promise<readonly SimulatedMessage[]>;
  /** Makes its next request go wrong. */
  fail(fault: MobFault): Promise<void>;
  configure(settings: MobSimulatorSettings): Promise<void>;
  /** Ends the process. May be called twice. */
  stop(): Promise<void>;
}

/** Starts the `mob-simulator` command, on a free port unless one is given. */
export async function startSimulatorProcess(appKey: string, port = 0): Promise<SimulatorProcess> {
  const command = fileURLToPath(new URL('./cli.js', import.meta.resolve('@polysms/provider-mob/simulator')));
  const args = [command, '--app-key', appKey, '--port', String(port), '--unlimited'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const kill = () => void child.kill('SIGTERM');
  // Whoever interrupts this process does not want to leave a server behind.
  process.once('exit', kill);
  const stop = async () => {
    process.removeListener('exit', kill);
    kill();
    await exited;
  };
  const url = await firstLine(child.stdout, exited);
  return {
    url,
    messages: async () => (await fetch(`${url}/simulator/messages`)).json() as Promise<readonly SimulatedMessage[]>,
    fail: (fault) => post(`${url}/simulator/faults`, { fault }),
    configure: (settings) => post(`${url}/simulator/settings`, settings),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`The simulator refused a setting: ${await response.text()}`);
}

async function firstLine(output: NodeJS.ReadableStream, exited: Promise<unknown>): Promise<string> {
  const lines = createInterface({ input: output });
  const line = await Promise.race([once(lines, 'line'), exited.then(() => undefined)]);
  if (line === undefined) throw new Error('The simulator ended before it was ready.');
  return String(line[0]);
}
