import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  context,
  halfOpened,
  held,
  message,
  noBalance,
  sendMany,
  taken,
  withCircuit,
} from './scripted-provider.test.fixture.js';
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

describe('further traps of opossum', () => {
  it('calls under way count as healthy ones: only calls that have ended count', async () => {
    const { provider, wrapper } = withCircuit();
    const { promise, settle } = held();
    provider.answer = () => promise;
    const calls = Array.from({ length: 100 }, () => wrapper.send(message, context()));
    provider.answers(noBalance);
    await sendMany(wrapper, 20);
    expect(wrapper.circuit).toBe('open');
    settle(taken);
    await Promise.all(calls);
  });

  it('the window outlives the opening: it is cleared, so that one failure after recovery does not open again', async () => {
    const { provider, wrapper } = withCircuit({ openMs: 100 });
    provider.answers(noBalance);
    await sendMany(wrapper, 20);
    vi.advanceTimersByTime(100);
    provider.answers(taken);
    await sendMany(wrapper, 1);
    provider.answers(noBalance);
    await sendMany(wrapper, 19);
    expect(wrapper.health()).toMatchObject({ circuit: 'closed', calls: 19, failures: 19 });
  });

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
    const { wrapper } = withCircuit({ windowMs: 3_600_000 });
    const opossum = lastOpossum();
    await sendMany(wrapper, 5_000);
    const kept = opossum.breaker.status.window.reduce((sum, bucket) => sum + bucket.latencyTimes.length, 0);
    expect(kept).toBeLessThan(1_024);
    expect(wrapper.health().calls).toBe(5_000);
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

  it('a shutdown from inside its own event leaves the timer running: listeners come after it', async () => {
    const { provider, wrapper } = withCircuit();
    let closed: Promise<void> | undefined;
    wrapper.onStateChange(() => {
      closed = wrapper.close();
    });
    provider.answers(noBalance);
    expect((await sendMany(wrapper, 20)).at(-1)).toEqual(noBalance);
    await closed;
    expect(provider.closes).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([taken, noBalance])(
    'after a shutdown it can be opened and closed again: a late outcome ($outcome) changes nothing',
    async (late) => {
      const { provider, wrapper } = await halfOpened();
      const opossum = lastOpossum();
      const { lastFailure } = wrapper.health();
      const { promise, settle } = held();
      provider.answer = () => promise;
      const probe = wrapper.send(message, context());
      await wrapper.close();
      settle(late);
      expect(await probe).toEqual(late);
      expect(opossum.breaker.isShutdown).toBe(true);
      expect(wrapper.health().lastFailure).toBe(lastFailure);
      expect(vi.getTimerCount()).toBe(0);
    },
  );
});
