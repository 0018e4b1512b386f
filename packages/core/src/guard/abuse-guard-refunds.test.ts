import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualDeadline } from '../provider-kit/manual-deadline.test.fixture.js';
import { dayMs, errorOf, guardWith, RecordingLimitStore, requestTo, unlimited } from './guard.test.fixture.js';

const request = requestTo('+8613800138000', { ip: '192.0.2.1' });
const lost = 'The limit store could not take back what a request had not used';
let warnings: string[];

beforeEach(() => {
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((text, type) => void warnings.push(`${text} ${String(type)}`));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a refund that fails', () => {
  it('is dropped with a warning, and is not tried again', async () => {
    const store = new RecordingLimitStore();
    const { guard } = guardWith({}, { store });
    const admission = await guard.admit(request, new ManualDeadline());
    store.before = () => Promise.reject(new Error('down'));
    admission.refund();
    await guard.settled();
    expect([store.taken.size, store.callsOf('refund').length]).toStrictEqual([7, 1]);
    expect(warnings).toStrictEqual([
      expect.stringMatching(new RegExp(`^${lost} \\(store_unavailable at [^()]+\\) PolysmsWarning$`)),
    ]);
  });

  it('troubles neither the caller nor a later request, also when the store throws at once', async () => {
    const store = new RecordingLimitStore();
    const limits = { ...unlimited, global: [{ max: 2, windowMs: dayMs }] };
    const { guard } = guardWith({ limits }, { store });
    const admission = await guard.admit(request, new ManualDeadline());
    store.refund = () => {
      throw new Error('down');
    };
    admission.refund();
    await guard.admit(request, new ManualDeadline());
    expect((await errorOf(guard.admit(request, new ManualDeadline()))).code).toBe('send_limit_exceeded');
    await guard.settled();
    expect(warnings).toHaveLength(1);
  });

  it('is none for a request of which nothing was counted', async () => {
    const store = new RecordingLimitStore();
    const { guard } = guardWith({ limits: unlimited }, { store });
    (await guard.admit(request, new ManualDeadline())).refund();
    await guard.settled();
    expect(store.calls).toStrictEqual([]);
  });

  it('holds closing up for five seconds at most', async () => {
    vi.useFakeTimers();
    const store = new RecordingLimitStore();
    const { guard } = guardWith({}, { store });
    const admission = await guard.admit(request, new ManualDeadline());
    store.before = () => new Promise<void>(() => {});
    admission.refund();
    const settled = vi.fn();
    void guard.settled().then(settled);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toHaveBeenCalledTimes(1);
    expect(warnings).toStrictEqual([
      expect.stringMatching(new RegExp(`^${lost} \\(store_unavailable at [^()]+\\) PolysmsWarning$`)),
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
