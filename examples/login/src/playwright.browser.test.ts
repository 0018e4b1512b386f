import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findChromium, skipWithoutChromium } from 'test-chromium';
import { expect, it } from 'vitest';

/** A port that nobody had a moment ago. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? String(address.port) : '';
}

it.skipIf(skipWithoutChromium())('passes its tests in a browser, with the phones of the box', async () => {
  const [BOX_PORT, MOB_PORT, PORT] = [await freePort(), await freePort(), await freePort()];
  const { stdout } = await promisify(execFile)('node', ['node_modules/@playwright/test/cli.js', 'test'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], BOX_PORT, MOB_PORT, PORT, CHROMIUM: findChromium() },
  });
  expect(stdout).toContain('3 passed');
});
