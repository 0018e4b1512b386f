import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

// The built file: what `pnpm box` runs. Tests come after the build.
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function start(args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function run(...args: readonly string[]) {
  const child = start(args);
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status, stdout, stderr };
}

let runs = 0;

/** Runs a command that ends by itself in this process, since starting one takes longer. */
async function runHere(...args: readonly string[]) {
  const { argv, exitCode: before } = process;
  const output = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((written) => {
      output[name] += String(written);
      return true;
    }),
  );
  process.argv = [...argv.slice(0, 2), ...args];
  try {
    runs += 1;
    // A query makes it another module, which runs again.
    const again = `./main.js?run=${runs}`;
    await import(again);
    return { status: process.exitCode, ...output };
  } finally {
    process.argv = argv;
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}

/** Starts the box, and gives what it prints up to the empty line at its end. */
async function running(...args: readonly string[]) {
  const child = start(args);
  let printed = '';
  child.stdout.setEncoding('utf8');
  while (!printed.endsWith('\n\n') || !printed.includes('vendor  '))
    printed += String((await once(child.stdout, 'data'))[0]);
  return { child, printed };
}

describe('the command', () => {
  test('prints where everything is, serves, and stops on SIGTERM', async () => {
    const { child, printed } = await running('--port', '0');
    const page = /^page +(\S+)$/m.exec(printed)?.[1];
    const [, mob, sdk] = /^Mob +(\S+) +(.+)$/m.exec(printed) ?? [];
    expect(printed).toContain(`control API  ${page}/api\n`);
    expect(sdk).toBe(`mob({ appKey: 'any', baseUrl: '${mob}' })`);
    const body = 'appkey=k&phone=13800138000&zone=86';
    expect(await (await fetch(`${mob}/sms/sendmsg`, { method: 'POST', body })).json()).toEqual({ status: 200 });
    const messages = await fetch(`${page}/api/messages?to=+8613800138000`);
    expect(await messages.json()).toMatchObject([{ vendor: 'mob', code: expect.stringMatching(/^\d{4}$/) }]);
    expect((await fetch(`${page}/`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  test('takes TLS, a seed and a webhook, and stops on SIGINT', async () => {
    const { child, printed } = await running(
      '--',
      '--port',
      '0',
      '--tls',
      '--seed',
      '7',
      '--reports-to',
      'http://127.0.0.1:3000',
    );
    expect(printed).toMatch(/^Mob +https:/m);
    const page = /^page +(\S+)$/m.exec(printed)?.[1];
    expect(printed).toContain(`certificate  curl -s ${page}/api/certificate > box.pem\n`);
    expect(await (await fetch(`${page}/api/reports`)).json()).toMatchObject({
      settings: { reportsTo: 'http://127.0.0.1:3000' },
    });
    expect(await (await fetch(`${page}/api/certificate`)).text()).toMatch(/^-----BEGIN CERTIFICATE-----/);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  test('explains itself', async () => {
    const { status = 0, stdout, stderr } = await runHere('--help');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: /);
  });

  test.each([
    [['--colour', 'red'], "Unknown option '--colour'"],
    [['--port', 'many'], '--port must be a whole number.'],
    [['--port', '65536'], 'port: must be a port number'],
    [['--vendor-port', 'mob'], '--vendor-port must be a vendor and its port, such as mob=4601.'],
    [['--vendor-port', 'bom=1'], 'ports.bom: there is no such vendor here; use mob'],
    [['--reports-to', 'here'], 'reportsTo: must be an http or https URL'],
  ])('%j is bad usage', async (args, problem) => {
    const { status, stdout, stderr } = await runHere(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(problem);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('bad usage is the exit status of the process', async () => {
    const here = await runHere('--port', 'many');
    expect(here.status).toBe(2);
    expect(await run('--port', 'many')).toEqual(here);
  });

  test('a taken port is a failure that says what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    expect(await runHere('--port', '0', '--vendor-port', `mob=${port}`)).toEqual({
      status: 1,
      stdout: '',
      stderr: `box: Cannot listen on 127.0.0.1 port ${port}: the port is taken. Choose another with --port, or free ports with --port 0.\n`,
    });
  });
});
