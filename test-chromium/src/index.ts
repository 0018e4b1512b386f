/** A Chromium for tests that do what a person does. */

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian, Ubuntu and macOS put it. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A Chromium on this machine: `CHROMIUM`, or where it usually is; undefined if there is none. */
export function findChromium(): string | undefined {
  return [process.env['CHROMIUM'] ?? '', ...places].find((place) => place !== '' && existsSync(place));
}

/**
 * For `describe.skipIf(skipWithoutChromium())`: says in one loud line that tests are skipped. With `CI` set in the
 * environment nothing is skipped.
 *
 * @throws Error without Chromium, if `CI` is set
 */
export function skipWithoutChromium(): boolean {
  if (findChromium() !== undefined) return false;
  const advice = 'no Chromium on this machine (install the package chromium, or name its file in CHROMIUM)';
  if (process.env['CI'] !== undefined && process.env['CI'] !== '') throw new Error(`CI needs Chromium: ${advice}.`);
  process.stderr.write(`\n*** SKIPPED, THESE TESTS NEED CHROMIUM: ${advice} ***\n\n`);
  return true;
}

/** Starts it without a window, and without the calls home that it makes by itself. */
export async function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium() ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    // A machine with two busy cores may take a minute.
    timeout: 240_000,
  });
}
