import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  context,
  guarded,
  halfOpened,
  held,
  message,
  noBalance,
  sendMany,
  taken,
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
    const { provider, guard } = guarded();
    const { promise, settle } = held();
    provider.answer = () => promise;
    const calls = Array.from({ length: 100 }, () => guard.send(message, context()));
    provider.answers(noBalance);
    await sendMany(guard, 20);
    expect(guard.circuit).toBe('open');
    settle(taken);
    await Promise.all(calls);
  });

  it('the window outlives the opening: it is cleared, so that one failure after recovery does not open again', async () => {
    const { provider, guard } = guarded({ openMs: 100 });
    provider.answers(noBalance);
    await sendMany(guard, 20);
    vi.advanceTimersByTime(100);
    provider.answers(taken);
    await sendMany(guard, 1);
    provider.answers(noBalance);
    await sendMany(guard, 19);
    expect(guard.health()).toMatchObject({ circuit: 'closed', calls: 19, failures: 19 });
  });

  it('every rejection builds an error and counts as a call: opossum is not asked', async () => {
    const { guard } = await halfOpened();
    const opossum = lastOpossum();
    await guard.send(message, context());
    const { calls } = guard.health();
    await sendMany(guard, 50);
    expect(guard.health().calls).toBe(calls);
    expect(opossum.events.filter(([name]) => name === 'reject')).toEqual([]);
  });

  it('latencies pile up although nobody reads them: they are thrown away', async () => {
    const { guard } = guarded({ windowMs: 3_600_000 });
    const opossum = lastOpossum();
    await sendMany(guard, 5_000);
    const kept = opossum.breaker.status.window.reduce((sum, bucket) => sum + bucket.latencyTimes.length, 0);
    expect(kept).toBeLessThan(1_024);
    expect(guard.health().calls).toBe(5_000);
  });

  it('the timer of an open circuit does not keep the process alive', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const { provider, guard } = guarded();
    provider.answers(noBalance);
    await sendMany(guard, 20);
    const last = timers.mock.results.at(-1)?.value as NodeJS.Timeout;
    expect(timers.mock.lastCall?.[1]).toBe(30_000);
    expect(last.hasRef()).toBe(false);
  });

  it('a shutdown from inside its own event leaves the timer running: listeners come after it', async () => {
    const { provider, guard } = guarded();
    let closed: Promise<void> | undefined;
    guard.onStateChange(() => {
      closed = guard.close();
    });
    provider.answers(noBalance);
    expect((await sendMany(guard, 20)).at(-1)).toBe(noBalance);
    await closed;
    expect(provider.closes).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([taken, noBalance])(
    'after a shutdown it can be opened and closed again: a late outcome ($outcome) changes nothing',
    async (late) => {
      const { provider, guard } = await halfOpened();
      const opossum = lastOpossum();
      const { lastFailure } = guard.health();
      const { promise, settle } = held();
      provider.answer = () => promise;
      const probe = guard.send(message, context());
      await guard.close();
      settle(late);
      expect(await probe).toBe(late);
      expect(opossum.breaker.isShutdown).toBe(true);
      expect(guard.health().lastFailure).toBe(lastFailure);
      expect(vi.getTimerCount()).toBe(0);
    },
  );
});
