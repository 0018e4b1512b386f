import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a process ended. */
export interface Ended {
  readonly exitStatus: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, without a proxy. It may fail. */
export function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const options = { env: { ...process.env, NO_PROXY: '*', no_proxy: '*', ...env } };
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      const exitStatus = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ exitStatus, stdout, stderr });
    });
  });
}

/** Runs a command that must not fail, and returns what it printed. */
export async function printed(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { exitStatus, stdout, stderr } = await run(command, args, env);
  if (exitStatus !== 0) throw new Error(`${command} ended with ${exitStatus}: ${stderr}`);
  return stdout;
}

/**
 * Whether the tests of a client are skipped, which is then said in one loud line: its language is not on this machine.
 *
 * @param needs what the client imports, by a command that fails without it
 * @throws Error if `CI` is set and the language is there, but not what the client imports
 */
export async function skipWithout(tool: string, needs?: { readonly name: string; readonly probe: readonly string[] }) {
  const isThere = (await run('sh', ['-c', `command -v ${tool}`])).exitStatus === 0;
  const isWhole = isThere && (needs === undefined || (await run(tool, needs.probe)).exitStatus === 0);
  if (isWhole) return false;
  const missing = isThere ? `${needs?.name} for ${tool}` : tool;
  const ci = process.env['CI'];
  if (isThere && ci !== undefined && ci !== '') throw new Error(`CI needs ${missing}.`);
  process.stderr.write(`\n*** SKIPPED, A CLIENT OF MOB'S PAGE: no ${missing} on this machine ***\n\n`);
  return true;
}

/** A sample with its placeholders replaced, each of which must be there once. */
export async function sample(file: string, replacements: Readonly<Record<string, string>>): Promise<string> {
  let text = await readFile(new URL(file, import.meta.url), 'utf8');
  for (const [placeholder, value] of Object.entries(replacements)) {
    const parts = text.split(placeholder);
    if (parts.length !== 2) throw new Error(`${file} has ${placeholder} ${parts.length - 1} times.`);
    text = parts.join(value);
  }
  return text;
}

/** Acts in a folder that is gone afterwards. */
export async function inFolder<Result>(act: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'polysms-sample-'));
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
