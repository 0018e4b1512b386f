import { expect, onTestFinished, test, vi } from 'vitest';
import { Schedule } from './schedule.js';

test('what is later than a timer of Node can hold comes at its time, not at once', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const schedule = new Schedule({ now: () => Date.now() });
  const run = vi.fn();
  const cancelled = vi.fn();
  schedule.add(2_147_483_647 + 500, run);
  const cancel = schedule.add(2_147_483_647 + 500, cancelled);
  vi.advanceTimersByTime(2_147_483_647 + 499);
  expect(run).not.toHaveBeenCalled();
  cancel();
  vi.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledOnce();
  expect(cancelled).not.toHaveBeenCalled();
});
