import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A Mob simulator in a process of its own. */
export interface SimulatorProcess extends AsyncDisposable {
  readonly url: string;
  /** The newest code that a phone received. */
  receivedCode(to: string): Promise<string>;
}

/** Starts the `mob-simulator` command on a free port. */
export async function startSimulatorProcess(appKey: string): Promise<SimulatorProcess> {
  const command = fileURLToPath(new URL('./cli.js', import.meta.resolve('@polysms/provider-mob/simulator')));
  const child = spawn(process.execPath, [command, '--app-key', appKey], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  // Whoever interrupts this process does not want to leave a server behind.
  process.once('exit', () => child.kill('SIGTERM'));
  const url = await firstLine(child.stdout, exited);
  return {
    url,
    async receivedCode(to) {
      const response = await fetch(`${url}/simulator/messages?to=${encodeURIComponent(to)}`);
      const messages = (await response.json()) as readonly { readonly code?: string }[];
      const code = messages.at(-1)?.code;
      if (code === undefined) throw new Error('The simulated phone has received no code.');
      return code;
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function firstLine(output: NodeJS.ReadableStream, exited: Promise<unknown>): Promise<string> {
  const lines = createInterface({ input: output });
  const line = await Promise.race([once(lines, 'line'), exited.then(() => undefined)]);
  if (line === undefined) throw new Error('The simulator ended before it was ready.');
  return String(line[0]);
}
