import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** How a command ended. */
export interface Ended {
  readonly ok: boolean;
  readonly stdout: string;
  /** Both streams. */
  readonly output: string;
}

/**
 * Runs a command to its end. `node` comes first on its path. Its output goes to files, whole: on a pipe that an earlier
 * command of the same line (`npx`) has made non-blocking, the error of a crashing Node is cut off where the pipe is full.
 */
export function attempt(command: string, args: readonly string[], cwd: string, node = process.execPath): Ended {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH']}`, FORCE_COLOR: '0' };
  const folder = mkdtempSync(join(tmpdir(), 'polysms-command-'));
  const [out, err] = [join(folder, 'stdout'), join(folder, 'stderr')] as const;
  const files = [openSync(out, 'w'), openSync(err, 'w')] as const;
  try {
    const { status, error } = spawnSync(command, args, { cwd, env, stdio: ['ignore', ...files] });
    const stdout = readFileSync(out, 'utf8');
    return { ok: status === 0, stdout, output: `${stdout}${readFileSync(err, 'utf8')}${error ?? ''}` };
  } finally {
    for (const file of files) closeSync(file);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same for a command that must succeed; gives its standard output. */
export function run(command: string, args: readonly string[], cwd: string, node?: string): string {
  const { ok, stdout, output } = attempt(command, args, cwd, node);
  if (!ok) throw new Error(`${[command, ...args].join(' ')} failed:\n${lastOf(output)}`);
  return stdout;
}

/** The end of a long output: there a program says why it failed. */
export function lastOf(output: string): string {
  return output.length > 4000 ? `…${output.slice(-4000)}` : output;
}
