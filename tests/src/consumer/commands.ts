import { spawnSync } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

/** How a command ended. */
export interface Ended {
  readonly ok: boolean;
  readonly stdout: string;
  /** Both streams. */
  readonly output: string;
}

/** Runs a command to its end. `node` comes first on its path. */
export function attempt(command: string, args: readonly string[], cwd: string, node = process.execPath): Ended {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH']}`, FORCE_COLOR: '0' };
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  return { ok: status === 0, stdout, output: `${stdout}${stderr}${error ?? ''}` };
}

/** The same for a command that must succeed; gives its standard output. */
export function run(command: string, args: readonly string[], cwd: string, node?: string): string {
  const { ok, stdout, output } = attempt(command, args, cwd, node);
  if (!ok) throw new Error(`${[command, ...args].join(' ')} failed:\n${output}`);
  return stdout;
}
