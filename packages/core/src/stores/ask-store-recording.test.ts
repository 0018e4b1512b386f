import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { SeldomWarning } from '../errors/seldom-warning.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { recordResult } from './ask-store.js';

let warnings: MockInstance<typeof process.emitWarning>;
let warning: SeldomWarning;
beforeEach(() => {
  vi.useFakeTimers();
  warning = new SeldomWarning('The test store could not record a result');
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
    const recording = recordResult(warning, deadlineAfter(1_000), write);
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
    await recordResult(warning, deadlineAfter(1_000), write);
    expect(warnings.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^The test store could not record a result \(TypeError at [^()]+ask-store-recording\.test\.ts[^()]+\)$/,
        ),
        'PolysmsWarning',
      ],
    ]);
    expect(warnings.mock.calls.join()).not.toContain('canary');
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
      void recordResult(warning, deadline, () => slowly(ms))?.then(() => recorded.push(name));
    }
    await vi.advanceTimersByTimeAsync(end + 9);
    expect([recorded, warnings.mock.calls.length]).toEqual([['in time'], 0]);
    await vi.advanceTimersByTimeAsync(1);
    expect([recorded, warnings.mock.calls.length]).toEqual([['in time', 'too late'], 1]);
  });

  it('is done at once with a store that is', async () => {
    const deadline = deadlineAfter(1_000);
    const onEnd = vi.spyOn(deadline, 'onEnd');
    await recordResult(warning, deadline, () => undefined);
    expect([onEnd.mock.calls, warnings.mock.calls]).toEqual([[], []]);
  });

  it('warns once a minute of a store that fails, however many results it loses', async () => {
    for (let call = 0; call < 100; call += 1) {
      await recordResult(warning, deadlineAfter(1_000), async () => Promise.reject(new TypeError('canary')));
    }
    expect(warnings).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(60_000);
    const hanging = recordResult(warning, deadlineAfter(0), () => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(10);
    await hanging;
    expect(warnings.mock.calls[1]?.[0]).toBe(
      'The test store could not record a result (no answer in time; 99 more since the last warning)',
    );
  });

  it('begins also when the call has ended, and swallows a failure that comes too late', async () => {
    const write = vi.fn(() => slowly(100, () => Promise.reject(new Error('late'))));
    const recording = recordResult(warning, deadlineAfter(0), write);
    await vi.advanceTimersByTimeAsync(200);
    await recording;
    expect(write).toHaveBeenCalledTimes(1);
    expect(warnings).toHaveBeenCalledTimes(1);
  });
});
