import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeSmsProvider } from '../describe-sms-provider.js';
import { CollectingRunner } from './collecting-runner.js';
import { everything, memorySubject } from './memory-subject.js';
import { wrongProviders } from './wrong/index.js';
import type { WrongProvider } from './wrong/wrong-provider.js';

/** What wrong providers print is seen by the kit, and by nobody else. */
const warningListeners = process.listeners('warning');

beforeAll(() => {
  for (const method of ['debug', 'error'] as const) vi.spyOn(console, method).mockReturnValue(undefined);
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockReturnValue(true);
  process.removeAllListeners('warning');
});

afterAll(() => {
  vi.restoreAllMocks();
  for (const listener of warningListeners) process.on('warning', listener);
});

/** What is printed and which timers are open is seen of the whole process: such a provider is tested by itself. */
const isSeenInProcess = ({ suite, says }: WrongProvider) =>
  suite === 'privacy' || says.test('still open: 1 × Timeout') || says.test('was printed to the console');

/** Whoever reads requests of several MiB holds up those that wait. */
const isBusy = ({ suite }: WrongProvider) => suite === 'webhooks';

async function expectFailure({ suite, says, alter, capabilities = everything }: WrongProvider): Promise<void> {
  const runner = new CollectingRunner();
  const create = () => memorySubject({ capabilities, alter });
  describeSmsProvider('wrong()', { test: runner.test, capabilities, create });

  const results = await runner.run({ suite, until: says });

  const failures = results.map(({ failure = 'passed' }) => failure);
  expect(failures).toContainEqual(expect.stringMatching(says));
  expect(failures.at(-1)).toContain('\nRemedy: ');
}

// Most of their time they wait.
describe.concurrent('a wrong provider', () => {
  for (const wrong of wrongProviders.filter((each) => !isSeenInProcess(each) && !isBusy(each))) {
    it(`fails "${wrong.suite}" if it ${wrong.name}`, () => expectFailure(wrong));
  }
});

describe('a wrong provider that shows in the whole process, or is busy', () => {
  for (const wrong of wrongProviders.filter((each) => isSeenInProcess(each) || isBusy(each))) {
    it(`fails "${wrong.suite}" if it ${wrong.name}`, () => expectFailure(wrong));
  }
});
