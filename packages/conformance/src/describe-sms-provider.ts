import { withBench } from './bench.js';
import { checkDifferences, type Differences } from './differences.js';
import { operationsOf } from './operations.js';
import type { ConformanceOptions } from './options.js';
import type { Suite } from './suite.js';
import { closeSuite } from './suites/close.js';
import { contractSuite } from './suites/contract.js';
import { deadlineSuite } from './suites/deadline.js';
import { eventsSuite } from './suites/events.js';
import { lookupSuite } from './suites/lookup.js';
import { outcomesSuite } from './suites/outcomes.js';
import { privacySuite } from './suites/privacy.js';
import { sendSuite } from './suites/send.js';
import { verificationSuite } from './suites/verification.js';
import { webhooksSuite } from './suites/webhooks.js';

/** The suites by their titles. */
function suitesFor({ slack }: Differences): readonly (readonly [string, Suite])[] {
  const lateness = slack === undefined ? '' : `, up to ${slack.ms} ms late (${slack.reason})`;
  return [
    ['contract', contractSuite],
    ['send', sendSuite],
    ['outcomes', outcomesSuite],
    [`abort and deadline${lateness}`, deadlineSuite],
    ['verification', verificationSuite],
    ['webhooks', webhooksSuite],
    ['events', eventsSuite],
    ['lookup', lookupSuite],
    ['privacy', privacySuite],
    ['close', closeSuite],
  ];
}

/**
 * Defines the tests that prove that a provider keeps the contract `SmsProvider`: the suites contract, send, outcomes,
 * abort and deadline, verification, webhooks, events, lookup, privacy and close. Every test gets a subject of its own from `options.create`.
 *
 * Nothing is skipped: what a provider cannot do is declared in `options.capabilities` and then proven as well, and
 * where it differs from the contract is declared in `options.differences`, with a reason.
 *
 * @param name the package or function that is tested, for the titles: `mob()`
 * @throws SmsError `configuration_invalid`
 */
export function describeSmsProvider(name: string, options: ConformanceOptions): void {
  const { describe, it } = options.test;
  const { capabilities, differences = {} } = options;
  const operations = operationsOf(capabilities);
  checkDifferences(differences);
  describe(`${name} conforms to SmsProvider v1`, () => {
    for (const [title, suite] of suitesFor(differences)) {
      describe(title, () => {
        suite({
          capabilities,
          operations,
          differences,
          seed: options.seed ?? 1,
          test: (testName, body) => it(testName, () => withBench(options, body)),
          withSubject: (body) => withBench(options, body),
        });
      });
    }
  });
}
