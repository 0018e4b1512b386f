import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { context, halfOpened, message, noBalance, sendMany, withCircuit } from './scripted-provider.test.fixture.js';
import { lastOpossum, type OpossumClass } from './watched-opossum.test.fixture.js';

vi.mock('opossum', async (importOriginal) => {
  const { watchOpossum } = await import('./watched-opossum.test.fixture.js');
  return watchOpossum((await importOriginal<{ default: OpossumClass }>()).default);
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('what opossum costs', () => {
  it('every rejection builds an error and counts as a call: opossum is not asked', async () => {
    const { wrapper } = await halfOpened();
    const opossum = lastOpossum();
    await wrapper.send(message, context());
    const { calls } = wrapper.health();
    await sendMany(wrapper, 50);
    expect(wrapper.health().calls).toBe(calls);
    expect(opossum.events.filter(([name]) => name === 'reject')).toEqual([]);
  });

  it('latencies pile up although nobody reads them: they are thrown away', async () => {
    const { provider, wrapper } = withCircuit({
      windowMs: 3_600_000,
      failureRatePercent: 99,
      consecutiveFailures: 10_000,
    });
    const opossum = lastOpossum();
    await sendMany(wrapper, 100);
    provider.answers(noBalance);
    await sendMany(wrapper, 4_900);
    const kept = opossum.breaker.status.window.reduce((sum, bucket) => sum + bucket.latencyTimes.length, 0);
    expect(kept).toBeLessThan(1_024);
    expect(wrapper.health()).toMatchObject({ circuit: 'closed', calls: 5_000, failures: 4_900 });
  });

  it('the timer of an open circuit does not keep the process alive', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const { provider, wrapper } = withCircuit();
    provider.answers(noBalance);
    await sendMany(wrapper, 20);
    const last = timers.mock.results.at(-1)?.value as NodeJS.Timeout;
    expect(timers.mock.lastCall?.[1]).toBe(30_000);
    expect(last.hasRef()).toBe(false);
  });

  it('percentiles make a failure cost milliseconds, and snapshots run for ever: both are off', async () => {
    const { provider, wrapper } = withCircuit();
    const opossum = lastOpossum();
    expect(vi.getTimerCount()).toBe(0);
    await sendMany(wrapper, 100);
    const sort = vi.spyOn(Array.prototype, 'sort');
    provider.answers(noBalance);
    await sendMany(wrapper, 5);
    expect(sort).not.toHaveBeenCalled();
    expect(opossum.breaker.stats.latencyMean).toBe(-1);
  });
});
