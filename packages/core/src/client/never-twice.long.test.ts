import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { violations } from './never-twice-oracle.test.fixture.js';
import { play } from './never-twice-run.test.fixture.js';
import { scenario } from './never-twice-scenario.test.fixture.js';

const seed = Number(process.env['POLYSMS_TEST_SEED'] ?? 20_260_101);
const isLong = process.env['POLYSMS_TEST_SUITE'] === 'long';
const numRuns = Number(process.env['POLYSMS_TEST_RUNS'] ?? (isLong ? 10_000 : 500));

beforeEach(() => {
  // The client warns of a store that fails; here thousands do.
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('failover', () => {
  it('never sends twice what may not arrive twice, whatever the providers, the clock and the caller do', async () => {
    console.info(`never-twice: POLYSMS_TEST_SEED=${seed}, ${numRuns} runs`);
    await fc.assert(
      fc.asyncProperty(scenario, async (played) => {
        expect(violations(await play(played))).toEqual([]);
      }),
      { seed, numRuns },
    );
  });
});
