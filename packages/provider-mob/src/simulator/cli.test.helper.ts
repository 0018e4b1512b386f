import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';

// The built file: what users run. Tests come after the build.
const cli = fileURLToPath(new URL('../../dist/simulator/cli.js', import.meta.url));

type Child = ChildProcessByStdio<null, Readable, Readable>;

function start(args: readonly string[]) {
  const child: Child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return { child, output };
}

/** Runs the command to its end. */
export async function run(...args: readonly string[]) {
  const { child, output } = start(args);
  const [exitStatus] = await once(child, 'close');
  return { exitStatus, ...output };
}

let runs = 0;

/** Runs a command that ends by itself in this process, since starting one takes longer. */
export async function runHere(...args: readonly string[]) {
  const { argv, exitCode: before } = process;
  const output = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      output[name] += String(text);
      return true;
    }),
  );
  process.argv = [...argv.slice(0, 2), ...args];
  try {
    runs += 1;
    // A query makes it another module, which runs again.
    const again = `./cli.js?run=${runs}`;
    await import(again);
    return { exitStatus: process.exitCode, ...output };
  } finally {
    process.argv = argv;
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}

/** Runs the command until it listens. */
export async function listening(...args: readonly string[]) {
  const { child, output } = start(args);
  while (!output.stdout.includes('\n')) await once(child.stdout, 'data');
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const [exitStatus, killedBy] = await once(child, 'close');
    return { exitStatus, killedBy, ...output };
  };
  return { url: output.stdout.trim(), stop };
}
