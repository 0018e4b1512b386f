import { limitsRefunding } from './limits-refunding.js';
import { limitsSequences } from './limits-sequences.js';
import { limitsTaking } from './limits-taking.js';
import { limitsTakingTogether } from './limits-taking-together.js';
import { messagesConcurrency } from './messages-concurrency.js';
import { messagesDue } from './messages-due.js';
import { messagesForgetting } from './messages-forgetting.js';
import { messagesKeeping } from './messages-keeping.js';
import { messagesKeys } from './messages-keys.js';
import { messagesReferences } from './messages-references.js';
import { optOutsConcurrency } from './opt-outs-concurrency.js';
import { optOutsKeeping } from './opt-outs-keeping.js';
import { optOutsSequences } from './opt-outs-sequences.js';
import { withStore } from './store-bench.js';
import type { StoreSuite } from './store-suite.js';
import { planStores, type SmsStores, type StoresConformanceOptions, type StoresPlan } from './stores-options.js';
import { verificationAsking } from './verification-asking.js';
import { verificationCharging } from './verification-charging.js';
import { verificationChecking } from './verification-checking.js';
import { verificationConcluding } from './verification-concluding.js';
import { verificationConcurrency } from './verification-concurrency.js';
import { verificationEnding } from './verification-ending.js';
import { verificationOpening } from './verification-opening.js';
import { verificationPending } from './verification-pending.js';
import { verificationRepeating } from './verification-repeating.js';
import { verificationSequences } from './verification-sequences.js';

/** The suites of each port by their titles. */
const suites: { readonly [Port in keyof SmsStores]: Readonly<Record<string, StoreSuite<SmsStores[Port]>>> } = {
  verification: {
    'verification: open': verificationOpening,
    'verification: settle, cancel, read': verificationPending,
    'verification: check, accepting': verificationChecking,
    'verification: check, charging': verificationCharging,
    'verification: check, asking': verificationAsking,
    'verification: conclude': verificationConcluding,
    'verification: end, and two subjects of one phone': verificationEnding,
    'verification: repeated commands': verificationRepeating,
    'verification: many at once': verificationConcurrency,
    'verification: random sequences': verificationSequences,
  },
  limits: {
    'limits: takeAll, one unit': limitsTaking,
    'limits: takeAll, several units': limitsTakingTogether,
    'limits: refund': limitsRefunding,
    'limits: random sequences': limitsSequences,
  },
  messages: {
    'messages: add, read, replace': messagesKeeping,
    'messages: keys': messagesKeys,
    'messages: link and find': messagesReferences,
    'messages: claimDue': messagesDue,
    'messages: forget and isFirst': messagesForgetting,
    'messages: many at once': messagesConcurrency,
  },
  optOuts: {
    'optOuts: add, remove, has': optOutsKeeping,
    'optOuts: many at once': optOutsConcurrency,
    'optOuts: random sequences': optOutsSequences,
  },
};

/**
 * Defines the tests that prove that stores keep their contracts: `VerificationStore`, `LimitStore`,
 * `MessageStore` and `OptOutStore`, as far as they are among `options.ports`. Every test gets stores of its own from
 * `options.create`.
 *
 * @throws SmsError `configuration_invalid`
 */
export function describeSmsStores(options: StoresConformanceOptions): void {
  const plan = planStores(options);
  plan.test.describe(`${plan.name} keeps the contracts of the stores v1`, () => {
    if (plan.ports.includes('verification')) describePort(plan, 'verification', suites.verification);
    if (plan.ports.includes('limits')) describePort(plan, 'limits', suites.limits);
    if (plan.ports.includes('messages')) describePort(plan, 'messages', suites.messages);
    if (plan.ports.includes('optOuts')) describePort(plan, 'optOuts', suites.optOuts);
  });
}

function describePort<Port extends keyof SmsStores>(
  plan: StoresPlan,
  port: Port,
  suitesOfPort: Readonly<Record<string, StoreSuite<SmsStores[Port]>>>,
): void {
  const { seed, slackMs } = plan;
  const { describe, it } = plan.test;
  for (const [title, suite] of Object.entries(suitesOfPort)) {
    describe(title, () => {
      suite({ seed, slackMs, test: (rule, body) => it(rule, () => withStore(plan, port, rule, body)) });
    });
  }
}
