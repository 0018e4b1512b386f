import { describe, expect, it } from 'vitest';
import { describeSmsProvider } from '../describe-sms-provider.js';
import { CollectingRunner } from './collecting-runner.js';
import { everything, memorySubject } from './memory-subject.js';
import { wrongProviders } from './wrong/index.js';

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
