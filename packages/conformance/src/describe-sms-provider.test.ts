import { describe as nodeDescribe, it as nodeIt } from 'node:test';
import { isSmsError } from '@polysms/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { describeSmsProvider } from './describe-sms-provider.js';
import type { ConformanceOptions, TestFunctions } from './options.js';
import { CollectingRunner } from './self-test/collecting-runner.js';
import { everything, memorySubject } from './self-test/memory-subject.js';

function titlesFor(options: Partial<ConformanceOptions>): readonly string[] {
  const runner = new CollectingRunner();
  describeSmsProvider('memory()', {
    test: runner.test,
    capabilities: everything,
    create: () => memorySubject(),
    ...options,
  });
  return runner.titles;
}

function errorOf(options: Partial<ConformanceOptions>): unknown {
  try {
    titlesFor(options);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('describeSmsProvider()', () => {
  it('takes the functions of any test runner', () => {
    expectTypeOf({ describe, it }).toExtend<TestFunctions>();
    expectTypeOf({ describe: nodeDescribe, it: nodeIt }).toExtend<TestFunctions>();
  });

  it('defines the same ten suites whatever the provider can do', () => {
    const suites = (options: Partial<ConformanceOptions>) => [
      ...new Set(titlesFor(options).map((title) => title.split(':')[0])),
    ];
    const all = [
      'contract',
      'send',
      'outcomes',
      'abort and deadline',
      'verification',
      'webhooks',
      'events',
      'lookup',
      'privacy',
      'close',
    ];
    expect(suites({})).toEqual(all);
    expect(suites({ capabilities: { text: true, template: false, senderId: false, verification: false } })).toEqual(
      all,
    );
    expect(suites({ capabilities: { text: false, template: false, senderId: false, verification: true } })).toEqual(
      all,
    );
  });

  it('states what a provider does not do instead of leaving it out', () => {
    const titles = titlesFor({ capabilities: { text: false, template: true, senderId: false, verification: false } });
    expect(titles).toContain('send: declares that it does not send messages of kind text, and refuses them');
    const withoutSender = titlesFor({ capabilities: { ...everything, senderId: false } });
    expect(withoutSender).toContain('send: declares that it takes no sender ID, and refuses a text with one');
    expect(titles).toContain('verification: declares that it makes no codes itself: verification is null');
  });

  it('defines no two tests of the same name', () => {
    const titles = titlesFor({});
    expect(titles).toHaveLength(new Set(titles).size);
  });

  it('shows a longer slack and its reason in the title of the suite', () => {
    const titles = titlesFor({ differences: { slack: { ms: 200, reason: 'emulated machine' } } });
    expect(titles).toContainEqual(
      expect.stringMatching(/^abort and deadline, up to 200 ms late \(emulated machine\):/u),
    );
  });

  it('makes a subject for every test, and takes it down', async () => {
    const runner = new CollectingRunner();
    let made = 0;
    let closed = 0;
    describeSmsProvider('memory()', {
      test: runner.test,
      capabilities: everything,
      create: () => {
        made += 1;
        const subject = memorySubject();
        return {
          ...subject,
          close: async () => {
            closed += 1;
            await subject.close();
          },
        };
      },
    });
    const results = await runner.run({ suite: 'contract' });
    expect({ made, closed }).toEqual({ made: results.length, closed: results.length });
  });

  it('reports an environment that cannot be taken down', async () => {
    const runner = new CollectingRunner();
    describeSmsProvider('memory()', {
      test: runner.test,
      capabilities: everything,
      create: () => ({ ...memorySubject(), close: () => Promise.reject(new Error('the port is stuck')) }),
    });
    const [first] = await runner.run({ suite: 'contract', until: /stuck/u });
    expect(first?.failure).toBe('the port is stuck');
  });

  it.each<[string, Partial<ConformanceOptions>]>([
    [
      'capabilities: expected at least one',
      { capabilities: { text: false, template: false, senderId: false, verification: false } },
    ],
    ['differences.noCredentials: expected the reason', { differences: { noCredentials: ' ' } }],
    ['differences.slack.ms: expected more than', { differences: { slack: { ms: 50, reason: 'slow' } } }],
    ['differences.slack.ms: expected more than', { differences: { slack: { ms: Number.NaN, reason: 'slow' } } }],
    ['differences.slack.reason: expected the reason', { differences: { slack: { ms: 90, reason: '' } } }],
  ])('refuses options that cannot work: %s', (message, options) => {
    const error = errorOf(options);
    expect(isSmsError(error) && error.code).toBe('configuration_invalid');
    expect(error).toHaveProperty('message', expect.stringContaining(message));
  });
});
