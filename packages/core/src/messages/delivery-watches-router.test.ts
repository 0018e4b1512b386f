import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fake } from '../client/sms-client.test.fixture.js';
import type { Delivery, Router } from '../delivery/router.js';
import { accepted } from '../provider-kit/outcomes.js';
import { EventHub } from '../telemetry/events.js';
import { DeliveryWatches } from './delivery-watches.js';
import { MemoryMessageStore } from './memory-message-store.js';
import { MessageLog } from './message-log.js';
import { recordOf, to } from './message-stores.test.fixture.js';

let warnings: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  vi.useFakeTimers();
  warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('watches over a router of a test', () => {
  const router = { allowsFurther: true, deliver: vi.fn<Router['deliver']>() };
  const attempts = [{ provider: 'a', outcome: 'accepted', durationMs: 1 }] as const;

  /** Watches one message that provider a has taken, until its time is over. */
  async function watchedUntilDue(changes: Partial<Delivery>) {
    const store = new MemoryMessageStore();
    const log = new MessageLog({ store, retainMs: 60_000, providers: new Map(), events: new EventHub() });
    const record = recordOf({ attempts: [{ provider: 'a', history: [], attempt: attempts[0] }] });
    await store.add(record, 60_000);
    const inFlight = { begin: vi.fn(), end: vi.fn() };
    const watches = new DeliveryWatches({
      router: router as unknown as Router,
      log,
      reports: () => true,
      maxAttempts: 3,
      deadlineMs: 1_000,
      inFlight,
    });
    const delivery: Delivery = {
      id: record.id,
      to,
      kind: 'message',
      unsupported: '',
      canSend: () => true,
      ask: async () => accepted(),
      onUnknown: 'failover',
      deliverWithin: { ms: 5_000 },
      ...changes,
    };
    router.deliver.mockClear();
    watches.watch(delivery, record, { attempts, accepted: accepted(), error: undefined });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(vi.getTimerCount()).toBe(0);
    return inFlight;
  }

  it('send nothing again that may not arrive twice', async () => {
    await watchedUntilDue({ onUnknown: 'stop' });
    expect(router.deliver).not.toHaveBeenCalled();
  });

  it('ask only who has not been asked, and may take it afterwards', async () => {
    router.deliver.mockResolvedValue({ attempts: [], accepted: undefined, error: undefined });
    await watchedUntilDue({
      canSend: ({ id }) => id !== 'b',
      deliverWithin: { ms: 5_000, canSend: ({ id }) => id !== 'c' },
    });
    const [further] = router.deliver.mock.calls[0] ?? [];
    expect(['a', 'b', 'c', 'd'].filter((id) => further?.canSend(fake(id)))).toEqual(['d']);
    expect(further?.attemptsBefore).toBe(1);
  });

  it('survive a router with a bug, with a warning, and the client can close', async () => {
    router.deliver.mockRejectedValue(new RangeError('canary'));
    const { begin, end } = await watchedUntilDue({});
    expect([begin.mock.calls.length, end.mock.calls.length]).toEqual([1, 1]);
    expect(warnings.mock.calls).toEqual([
      [expect.stringMatching(/could not fail over \(RangeError at /), 'PolysmsWarning'],
    ]);
  });
});
