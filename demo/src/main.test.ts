import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type MobSimulator, startMobSimulator } from '@polysms/provider-mob/simulator';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const to = '+8613800138000';
const appKey = 'canary-appkey';
/** A process starts in its own time. */
const patienceMs = 300_000;

let simulator: MobSimulator;
beforeEach(async () => {
  simulator = await startMobSimulator({ appKey });
});
afterEach(() => simulator.close());

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [main, ...args], { env: { PATH: process.env['PATH'], ...env } });
}

async function ended(child: ChildProcessWithoutNullStreams) {
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { status: status as number | null, stdout, stderr, output: stdout + stderr };
}

let runs = 0;

/** Runs a command that ends by itself in this process, since starting one takes longer. */
async function runHere(args: readonly string[], env: NodeJS.ProcessEnv) {
  const { argv, exitCode: before } = process;
  const output = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((written) => {
      output[name] += String(written);
      return true;
    }),
  );
  const listened = new Map((['SIGINT', 'SIGTERM'] as const).map((signal) => [signal, process.listeners(signal)]));
  process.argv = [...argv.slice(0, 2), ...args];
  for (const name of ['MOB_APP_KEY', 'MOB_BASE_URL']) vi.stubEnv(name, env[name]);
  try {
    runs += 1;
    // A query makes it another module, which runs again.
    const again = `./main.js?run=${runs}`;
    await import(again);
    return { status: process.exitCode, ...output };
  } finally {
    process.argv = argv;
    process.exitCode = before;
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
    for (const [signal, others] of listened) {
      for (const listener of process.listeners(signal)) {
        if (!others.includes(listener)) process.removeListener(signal, listener);
      }
    }
  }
}

describe('the main job with an appkey', () => {
  const env = () => ({ MOB_APP_KEY: appKey, MOB_BASE_URL: simulator.url });

  it('asks for the code that arrived, and succeeds with the right one', async () => {
    const child = start(['--', '--to', to], env());
    const { code } = await simulator.waitForMessage({ to, timeoutMs: patienceMs });
    child.stdin.end(`\nnot a code\n${code === '0000' ? '1111' : '0000'}\n ${code} \n`);
    const { status, stdout, output } = await ended(child);
    expect(stdout).toMatch(/send a verification code +accepted +mob +[\d.]+ ms +\+86\*+8000/);
    expect(stdout).toMatch(/incorrect[\s\S]*approved[\s\S]*Done\./);
    expect(status).toBe(0);
    expect(output).not.toContain(appKey);
    expect(output).not.toContain(to);
    expect(output).not.toContain(code);
  });

  it('fails after three wrong codes, and when none is typed', async () => {
    const wrong = start(['--to', to], env());
    const { code } = await simulator.waitForMessage({ to, timeoutMs: patienceMs });
    wrong.stdin.end(`${code === '0000' ? '1111' : '0000'}\n`.repeat(3));
    expect(await ended(wrong)).toMatchObject({ status: 1, stdout: expect.stringContaining('Failed') });

    const none = start(['--to', to], env());
    none.stdin.end();
    expect(await ended(none)).toMatchObject({ status: 1, stdout: expect.stringContaining('No code was typed') });
  });

  it('prints the outcome not-sent, and no stack trace, without network', async () => {
    const { url } = simulator;
    await simulator.close();
    const { status, output } = await ended(start(['--to', to], { ...env(), MOB_BASE_URL: url }));
    expect(output).toMatch(/send a verification code +not-sent/);
    expect(output).toContain('network_error');
    expect(output).not.toMatch(/^\s+at /m);
    expect(status).toBe(1);
  });

  it('prints why Mob refused', async () => {
    const { status, stdout } = await runHere(['--to', to], { ...env(), MOB_APP_KEY: 'another' });
    expect(stdout).toMatch(/refused[\s\S]*authentication_failed: Mob does not know the appkey/);
    expect(status).toBe(1);
  });
});

describe('the main job called wrongly', () => {
  it.each([
    ['no appkey', ['--to', to], {}, /MOB_APP_KEY/],
    ['an unknown option', ['--too', to], {}, /--too/],
    ['a national number', ['--to', '13800138000'], { MOB_APP_KEY: appKey }, /country calling code/],
    ['a bad base URL', ['--to', to], { MOB_APP_KEY: appKey, MOB_BASE_URL: 'nowhere' }, /baseUrl: must be a URL/],
  ])('%s: says so and exits with 2', async (_name, args, env, message) => {
    const { status, stderr } = await runHere(args, env);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(status).toBe(2);
  });

  it('gives its process that exit status', async () => {
    const here = await runHere(['--to', to], {});
    expect(await ended(start(['--to', to]))).toMatchObject({ ...here, status: 2 });
  });
});

describe('the main job', () => {
  it('leaves no simulator behind when it is interrupted', async () => {
    const child = start([]);
    let url: string | undefined;
    for await (const chunk of child.stdout) {
      url = /http:\/\/[\d.:]+/.exec(String(chunk))?.[0];
      if (url !== undefined) break;
    }
    child.kill('SIGTERM');
    await once(child, 'exit');
    await expect(untilRefused(`${url}/simulator/messages`)).resolves.toBe('refused');
  });
});

/** Asks until nobody listens any more; the test's own time limit ends it otherwise. */
async function untilRefused(url: string): Promise<'refused'> {
  for (;;) {
    try {
      await (await fetch(url)).text();
    } catch {
      return 'refused';
    }
  }
}
