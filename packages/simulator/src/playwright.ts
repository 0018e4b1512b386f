/** For tests with Playwright of an app whose vendors are in a box: `test` with a `phone` for each test. */

import { test as base } from '@playwright/test';
import type { BoxPhone } from './testing/box-phone.js';
import { type Box, connectBox } from './testing/connect-box.js';

export { expect } from '@playwright/test';
export type { BoxPhone, PhoneWait } from './testing/box-phone.js';
export type { Box } from './testing/connect-box.js';

/** What a test can ask for. */
export interface BoxFixtures {
  /**
   * A phone of this test alone; what was on it before counts as seen. Its number is one of those that Ofcom keeps for
   * films, +447700900000 to +447700900999, and belongs to nobody: 20 workers with 50 numbers each.
   */
  readonly phone: BoxPhone;
  /** An option: the number of `phone`, in E.164, for all tests. Tests that run at once then share it. */
  readonly phoneNumber: string | undefined;
}

/** What the tests of a worker share. */
export interface BoxWorkerFixtures {
  readonly box: Box;
  /** An option: where the box's page and control API are. Default: the environment's `BOX_URL`, or http://127.0.0.1:4600. */
  readonly boxUrl: string;
}

const numbersOfWorker = 50;
const numbers = 1_000;
let tests = 0;

/** Playwright's `test`, with `phone` and `box`. */
export const test = base.extend<BoxFixtures, BoxWorkerFixtures>({
  boxUrl: [process.env['BOX_URL'] ?? 'http://127.0.0.1:4600', { option: true, scope: 'worker' }],
  box: [({ boxUrl }, use) => use(connectBox(boxUrl)), { scope: 'worker' }],
  phoneNumber: [undefined, { option: true }],
  phone: async ({ box, phoneNumber }, use, { parallelIndex }) => {
    await use(await box.newPhone(phoneNumber ?? numberOf(parallelIndex)));
  },
});

/** Another one for each test of a worker, so that no limit for each phone is reached by the test before. */
function numberOf(worker: number): string {
  const index = (worker * numbersOfWorker + (tests % numbersOfWorker)) % numbers;
  tests += 1;
  return `+447700900${String(index).padStart(3, '0')}`;
}
