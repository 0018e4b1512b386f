import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeSmsProvider } from '../describe-sms-provider.js';
import { CollectingRunner } from './collecting-runner.js';
import { everything, memorySubject } from './memory-subject.js';
import { wrongProviders } from './wrong/index.js';

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

describe('a wrong provider', () => {
  for (const { name, suite, says, alter, capabilities = everything } of wrongProviders) {
    it(`fails "${suite}" if it ${name}`, { timeout: 60_000 }, async () => {
      const runner = new CollectingRunner();
      const create = () => memorySubject({ capabilities, alter });
      describeSmsProvider('wrong()', { test: runner.test, capabilities, create });

      const results = await runner.run({ suite, until: says });

      const failures = results.map(({ failure = 'passed' }) => failure);
      expect(failures).toContainEqual(expect.stringMatching(says));
      expect(failures.at(-1)).toContain('\nRemedy: ');
    });
  }
});
