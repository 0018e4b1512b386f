import { describe, expect, it } from 'vitest';
import { describeSmsProvider } from '../describe-sms-provider.js';
import type { Differences } from '../differences.js';
import type { ConformanceSubject } from '../subject.js';
import { CollectingRunner } from './collecting-runner.js';
import { type Alter, everything, memorySubject } from './memory-subject.js';
import { MemoryVendor } from './memory-vendor.js';

const reason = 'the vendor is like that';

const refusedConnectionIsUnknown: Alter = (right) => ({
  ...right,
  async send(message, context) {
    const outcome = await right.send(message, context);
    return outcome.outcome === 'not-sent' && outcome.code === 'network_error'
      ? { ...outcome, outcome: 'unknown' }
      : outcome;
  },
  verification: null,
  webhooks: null,
  events: null,
  lookup: null,
});

const serverErrorIsRefused: Alter = (right) => ({
  ...right,
  async send(message, context) {
    const outcome = await right.send(message, context);
    return outcome.outcome === 'unknown' && outcome.code === 'provider_unavailable'
      ? { ...outcome, outcome: 'refused' }
      : outcome;
  },
  verification: null,
  webhooks: null,
  events: null,
  lookup: null,
});

/** A difference, the suite that it changes, and a subject that has it. */
const cases: readonly {
  readonly difference: keyof Omit<Differences, 'slack'>;
  readonly suite: string;
  readonly capabilities?: typeof everything;
  /** What such a vendor declares as well. */
  readonly along?: Differences;
  create(): ConformanceSubject;
}[] = [
  { difference: 'noCredentials', suite: 'privacy', create: () => ({ ...memorySubject(), secrets: [] }) },
  {
    difference: 'requestsNotCounted',
    suite: 'contract',
    create: () => {
      const { requests: _, ...subject } = memorySubject();
      return subject;
    },
  },
  {
    difference: 'refusedConnectionIsUnknown',
    suite: 'outcomes',
    capabilities: { text: true, template: true, senderId: true, verification: false },
    create: () => memorySubject({ alter: refusedConnectionIsUnknown }),
  },
  {
    difference: 'serverErrorIsRefused',
    suite: 'outcomes',
    capabilities: { text: true, template: true, senderId: true, verification: false },
    create: () => {
      const vendor = new MemoryVendor();
      vendor.failsBeforeWork = true;
      return memorySubject({ vendor, alter: serverErrorIsRefused });
    },
  },
  {
    difference: 'singleTemplateParameter',
    suite: 'send',
    create: () => {
      const subject = memorySubject();
      const template = { template: 'parcel', params: [{ name: 'name', value: 'Anneliese' }] };
      return { ...subject, samples: { ...subject.samples, template } };
    },
  },
  {
    difference: 'approvesCodeAgain',
    suite: 'verification',
    create: () => {
      const vendor = new MemoryVendor();
      vendor.approvesAgain = true;
      return memorySubject({ vendor });
    },
  },
  {
    difference: 'unsignedParts',
    suite: 'webhooks',
    create: () =>
      vendorThat(({ signing }) => {
        signing.signed = (time, _url, body) => [time, body];
      }),
  },
  {
    difference: 'requestsNotSigned',
    suite: 'webhooks',
    along: { timeNotSigned: reason },
    create: () =>
      vendorThat(({ signing }) => {
        signing.sendsSecret = true;
        signing.hasTime = false;
      }),
  },
  {
    difference: 'timeNotSigned',
    suite: 'webhooks',
    create: () =>
      vendorThat(({ signing }) => {
        signing.hasTime = false;
      }),
  },
  {
    difference: 'oneEventPerRequest',
    suite: 'webhooks',
    create: () =>
      vendorThat(({ signing }) => {
        signing.eventsPerRequest = 1;
      }),
  },
  {
    difference: 'noInbound',
    suite: 'webhooks',
    create: () =>
      vendorThat(({ signing }) => {
        signing.tellsInbound = false;
      }),
  },
  {
    difference: 'refusesSpecialCharacters',
    suite: 'send',
    create: () => {
      const vendor = new MemoryVendor();
      vendor.refusesEmoji = true;
      return memorySubject({ vendor });
    },
  },
];

function vendorThat(differs: (vendor: MemoryVendor) => void): ConformanceSubject {
  const vendor = new MemoryVendor();
  differs(vendor);
  return memorySubject({ vendor });
}

/** @param until a failure after which the rest need not be run */
async function failuresOf(
  suite: string,
  create: () => ConformanceSubject,
  differences: Differences,
  { capabilities = everything, until }: { readonly capabilities?: typeof everything; readonly until?: RegExp } = {},
): Promise<readonly string[]> {
  const runner = new CollectingRunner();
  describeSmsProvider('memory()', { test: runner.test, capabilities, create, differences });
  const results = await runner.run({ suite, ...(until === undefined ? {} : { until }) });
  return results.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
}

describe.each(cases)('the difference $difference', ({ difference, suite, create, capabilities, along = {} }) => {
  it('is found when it is not declared', async () => {
    const from = difference === 'requestsNotCounted' ? 'send' : suite;
    const failures = await failuresOf(from, create, along, { ...(capabilities && { capabilities }), until: /./ });
    expect(failures.length).toBeGreaterThan(0);
  });

  it('is accepted when it is declared', async () => {
    const declared = { ...along, [difference]: reason };
    expect(await failuresOf(suite, create, declared, { ...(capabilities && { capabilities }) })).toEqual([]);
  });

  it('shows its reason in a title', () => {
    const runner = new CollectingRunner();
    describeSmsProvider('memory()', {
      test: runner.test,
      capabilities: everything,
      create,
      differences: { ...along, [difference]: reason },
    });
    expect(runner.titles).toContainEqual(expect.stringMatching(`^${suite}: .*\\(${reason}\\)$`));
  });
});

describe('a declared difference that has gone', () => {
  it.each(cases.filter(({ difference }) => difference !== 'refusesSpecialCharacters'))(
    'fails: $difference',
    async ({ difference, suite }) => {
      const expected = `remove ${difference} from the differences`;
      const until = new RegExp(expected);
      const failures = await failuresOf(suite, () => memorySubject(), { [difference]: reason }, { until });
      expect(failures).toContainEqual(expect.stringContaining(expected));
    },
  );
});
