import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  dayMs,
  errorOf,
  guardWith,
  ManualDeadline,
  RecordingLimitStore,
  requestTo,
  unlimited,
} from './guard.test.fixture.js';

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

describe('a give-back that fails', () => {
  it('is dropped with a warning, and the others are given back', async () => {
    const store = new RecordingLimitStore();
    const { guard } = guardWith({}, { store });
    const admission = await guard.admit(request, new ManualDeadline());
    store.before = (_, number) => (number === 2 || number === 5 ? Promise.reject(new Error('down')) : undefined);
    admission.giveBack();
    await guard.settled();
    expect(store.taken.size).toBe(2);
    expect(warnings).toStrictEqual([
      expect.stringMatching(new RegExp(`^${lost} \\(store_unavailable at [^()]+\\) PolysmsWarning$`)),
    ]);
  });

  it('does not change why a request was refused', async () => {
    const store = new RecordingLimitStore();
    const limits = { ...unlimited, global: [{ max: 5, windowMs: dayMs }], prefix: [{ max: 1, windowMs: dayMs }] };
    const { guard } = guardWith({ limits }, { store });
    await guard.admit(request, new ManualDeadline());
    store.giveBack = () => {
      throw new Error('down');
    };
    expect((await errorOf(guard.admit(request, new ManualDeadline()))).code).toBe('send_limit_exceeded');
    await guard.settled();
    expect(warnings).toHaveLength(1);
  });

  it('holds closing up for five seconds at most', async () => {
    vi.useFakeTimers();
    const store = new RecordingLimitStore();
    const { guard } = guardWith({}, { store });
    const admission = await guard.admit(request, new ManualDeadline());
    store.before = () => new Promise<void>(() => {});
    admission.giveBack();
    const settled = vi.fn();
    void guard.settled().then(settled);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toHaveBeenCalledTimes(1);
    expect(warnings).toStrictEqual([
      expect.stringMatching(new RegExp(`^${lost} \\(store_unavailable at [^()]+\\) PolysmsWarning$`)),
    ]);
    expect(vi.getTimerCount()).toBeLessThanOrEqual(store.memory.size);
  });
});
