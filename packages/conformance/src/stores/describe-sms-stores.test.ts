import { describe as nodeDescribe, it as nodeIt } from 'node:test';
import { MemoryLimitStore, MemoryMessageStore, MemoryOptOutStore, MemoryVerificationStore } from '@polysms/core/stores';
import { describe, expect, it, vi } from 'vitest';
import { CollectingRunner } from '../self-test/collecting-runner.js';
import { describeSmsStores } from './describe-sms-stores.js';
import type { StoresConformanceOptions, StoresUnderTest } from './stores-options.js';

/** Stores with their own clocks, which the test moves. */
function memoryStores(): StoresUnderTest {
  vi.useFakeTimers();
  return {
    stores: {
      verification: new MemoryVerificationStore(),
      limits: new MemoryLimitStore(),
      messages: new MemoryMessageStore(),
      optOuts: new MemoryOptOutStore(),
    },
    advance: (ms) => void vi.advanceTimersByTime(ms),
    close: () => void vi.useRealTimers(),
  };
}

describeSmsStores({ name: '@polysms/core in memory', test: { describe, it }, create: memoryStores });

function runnerOf(options: Partial<StoresConformanceOptions> = {}): CollectingRunner {
  const runner = new CollectingRunner();
  describeSmsStores({ name: 'stores', test: runner.test, create: memoryStores, ...options });
  return runner;
}

describe('describeSmsStores()', () => {
  it('takes the functions of any test runner, one object as well', () => {
    const options: StoresConformanceOptions = {
      name: 'stores',
      test: { describe: nodeDescribe, it: nodeIt },
      create: memoryStores,
    };
    expect(options.test.it).toBe(nodeIt);
  });

  it('defines tests for the ports alone that it is given, and no two of the same name', () => {
    const suites = (options: Partial<StoresConformanceOptions>) => [
      ...new Set(runnerOf(options).titles.map((title) => title.split(':')[0])),
    ];
    expect(suites({})).toEqual(['verification', 'limits', 'messages', 'optOuts']);
    expect(suites({ ports: ['limits'] })).toEqual(['limits']);
    const { titles } = runnerOf();
    expect(titles).toHaveLength(new Set(titles).size);
  });

  it('makes stores for every test, and takes them down, also after a failure', async () => {
    let [made, closed] = [0, 0];
    const runner = runnerOf({
      create: () => {
        made += 1;
        const under = memoryStores();
        return {
          ...under,
          close: () => {
            closed += 1;
            return under.close();
          },
          advance: () => Promise.reject(new Error('the clock is stuck')),
        };
      },
    });
    const results = await runner.run();
    expect(results.some(({ failure }) => failure === 'the clock is stuck')).toBe(true);
    expect({ made, closed }).toEqual({ made: results.length, closed: results.length });
  });

  it('shows what went wrong first, and else what went wrong in close()', async () => {
    const close = () => {
      vi.useRealTimers();
      return Promise.reject(new Error('the server is stuck'));
    };
    const working = await runnerOf({ create: () => ({ ...memoryStores(), close }) }).run({ until: /stuck/u });
    expect(working.at(-1)?.failure).toBe('the server is stuck');
    const empty = await runnerOf({ create: () => ({ ...memoryStores(), close, stores: {} }) }).run({
      until: /no store/u,
    });
    expect(empty).toHaveLength(1);
    expect(empty[0]?.failure).toContain('create() made no store for verification.\nRemedy: ');
  });

  it('shows what went wrong first also when close() throws at once', async () => {
    const close = () => {
      vi.useRealTimers();
      throw new Error('the server is stuck');
    };
    const [first] = await runnerOf({ create: () => ({ ...memoryStores(), close, stores: {} }) }).run({ until: /./u });
    expect(first?.failure).toContain('create() made no store');
  });

  it('bears a clock that goes on by itself, as far as it is told', async () => {
    const drifting = (slackMs: number) =>
      runnerOf({
        slackMs,
        ports: ['verification', 'messages'],
        create: () => {
          vi.useFakeTimers();
          // Faster in the beginning than in the long run, so that a sequence of operations stays within the slack.
          let calls = 0;
          const now = () => {
            calls += 1;
            return performance.now() + Math.min(900, calls * 3);
          };
          return {
            ...memoryStores(),
            stores: {
              verification: new MemoryVerificationStore({ now }),
              messages: new MemoryMessageStore({ now }),
            },
          };
        },
      }).run();
    const failures = (await drifting(900)).filter(({ failure }) => failure !== undefined);
    expect(failures).toEqual([]);
    expect((await drifting(0)).filter(({ failure }) => failure !== undefined).length).toBeGreaterThan(20);
  });

  it.each<[string, Partial<StoresConformanceOptions>]>([
    ['ports: expected at least one of verification, limits, messages, optOuts', { ports: [] }],
    ['ports: expected at least one of verification', { ports: ['other' as 'limits'] }],
    ['slackMs: expected a whole number', { slackMs: 1000 }],
    ['slackMs: expected a whole number', { slackMs: -1 }],
    ['slackMs: expected a whole number', { slackMs: 0.5 }],
  ])('refuses options that cannot work: %s', (message, options) => {
    expect(() => runnerOf(options)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining(message) }),
    );
  });
});
