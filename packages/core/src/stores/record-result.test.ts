import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { recordResult } from './record-result.js';

let warnings: MockInstance<typeof process.emitWarning>;
beforeEach(() => {
  vi.useFakeTimers();
  warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => {
  warnings.mockRestore();
  vi.useRealTimers();
});

const slowly = (ms: number, settle: () => unknown = () => undefined) =>
  new Promise((resolve, reject) => {
    setTimeout(() => Promise.resolve().then(settle).then(resolve, reject), ms);
  });

describe('recording a result', () => {
  it('waits until it is written, warns of nothing, and leaves no timer behind', async () => {
    const write = vi.fn(() => slowly(10));
    const recording = recordResult('test store', deadlineAfter(1_000), write);
    await vi.advanceTimersByTimeAsync(10);
    await recording;
    expect(write).toHaveBeenCalledTimes(1);
    expect(warnings).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['rejects', async () => Promise.reject(new TypeError('canary'))],
    [
      'throws',
      () => {
        throw new TypeError('canary');
      },
    ],
  ])('never rejects: a store that %s is warned of, without what it said', async (_name, write) => {
    await recordResult('test store', deadlineAfter(1_000), write);
    expect(warnings.mock.calls).toEqual([['The test store could not record a result: TypeError', 'PolysmsWarning']]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['time runs out', 1_000, undefined],
    ['caller ends it', 500, 500],
  ])('is given 10 ms more when the %s', async (_name, end, abortAfterMs) => {
    const recorded: string[] = [];
    for (const [name, ms] of [
      ['in time', end + 9],
      ['too late', end + 11],
    ] as const) {
      const controller = new AbortController();
      if (abortAfterMs !== undefined) setTimeout(() => controller.abort(), abortAfterMs);
      const deadline = deadlineAfter(1_000, { signal: controller.signal });
      void recordResult('test store', deadline, () => slowly(ms)).then(() => recorded.push(name));
    }
    await vi.advanceTimersByTimeAsync(end + 9);
    expect([recorded, warnings.mock.calls.length]).toEqual([['in time'], 0]);
    await vi.advanceTimersByTimeAsync(1);
    expect([recorded, warnings.mock.calls.length]).toEqual([['in time', 'too late'], 1]);
  });

  it('begins also when the call has ended, and swallows a failure that comes too late', async () => {
    const write = vi.fn(() => slowly(100, () => Promise.reject(new Error('late'))));
    const recording = recordResult('test store', deadlineAfter(0), write);
    await vi.advanceTimersByTimeAsync(200);
    await recording;
    expect(write).toHaveBeenCalledTimes(1);
    expect(warnings).toHaveBeenCalledTimes(1);
  });
});
