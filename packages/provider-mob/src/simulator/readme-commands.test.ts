import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { listening } from './cli.test.helper.js';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const simulatorCommand = 'npx mob-simulator ';
const lines = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.trim().split('\n'));
const starts = lines.filter((line) => line.startsWith(simulatorCommand));

/** Starts the simulator as a line of README.md does, on a free port in the place of the one that is shown. */
async function started(line: string) {
  const shown = /--port (\d+)/.exec(line)?.[1] ?? 'no port';
  const args = line.slice(simulatorCommand.length).replace(shown, '0').split(' ');
  const { url } = await listening(...args);
  return { url, port: new URL(url).port, shown };
}

/** What the curl lines that follow a start print, each in a folder of its own with those before it. */
async function curled(line: string): Promise<unknown[]> {
  const { port, shown } = await started(line);
  const folder = await mkdtemp(join(tmpdir(), 'polysms-curl-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const after = lines.slice(lines.indexOf(line) + 1);
  const next = after.findIndex((other) => other.startsWith(simulatorCommand));
  const answers: unknown[] = [];
  for (const command of after.slice(0, next).filter((other) => other.startsWith('curl '))) {
    const real = command
      .replaceAll(`:${shown}/`, `:${port}/`)
      .replace('curl ', 'curl --silent --show-error --noproxy "*" ');
    const { stdout } = await promisify(execFile)('sh', ['-c', real], { cwd: folder });
    answers.push(stdout === '' ? stdout : JSON.parse(stdout));
  }
  return answers;
}

test('README.md starts the simulator three times', () => {
  expect(starts).toHaveLength(3);
});

test('its curl lines send, read, set a template and a fault, reset, and bring 469, 458 and 463', async () => {
  const message = { to: '+8613800138000', code: expect.stringMatching(/^\d{4}$/u) };
  const done = { ok: true };
  expect(await curled(starts[0] ?? '')).toEqual([
    { status: 200 },
    [expect.objectContaining(message)],
    done,
    done,
    done,
    done,
    done,
    expect.objectContaining({ status: 469 }),
    done,
    expect.objectContaining({ status: 458 }),
    done,
    expect.objectContaining({ status: 463 }),
  ]);
});

test('its curl lines trust the certificate of --tls and nothing else', async () => {
  const message = { to: '+8613800138000', code: expect.stringMatching(/^\d{4}$/u) };
  expect(await curled(starts[1] ?? '')).toEqual(['', { status: 200 }, [expect.objectContaining(message)]]);
});

test('its line for a container lets the name of the container in', async () => {
  const { url } = await started(starts[2] ?? '');
  const status = await new Promise((resolve) => {
    get(`${url}/simulator/messages`, { headers: { host: 'mob:8090' } }, (response) => {
      resolve(response.resume().statusCode);
    });
  });
  expect(status).toBe(200);
});
