import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SmsError } from '../../errors/sms-error.js';
import { knownTotal, ProgressMeter, type SendManyProgress } from './progress.js';
import { sendMany } from './send-many.js';

const failed = (outcome: 'refused' | 'unknown') => new SmsError({ code: 'timeout', outcome, message: 'No.' });

describe('the progress of a batch', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('counts what settles, and says how fast and how long still', () => {
    const seen: SendManyProgress[] = [];
    const meter = new ProgressMeter(5, (progress) => seen.push(progress));
    meter.settled(undefined, 3);
    vi.advanceTimersByTime(500);
    meter.settled(failed('refused'), 2);
    vi.advanceTimersByTime(500);
    meter.settled(failed('unknown'), 1);
    expect(seen).toStrictEqual([
      {
        ...{ done: 1, accepted: 1, failed: 0, unknown: 0, inFlight: 3, waiting: 0, total: 5 },
        ...{ elapsedMs: 0, perSecond: 0, remainingMs: undefined },
      },
      {
        ...{ done: 2, accepted: 1, failed: 1, unknown: 0, inFlight: 2, waiting: 0, total: 5 },
        ...{ elapsedMs: 500, perSecond: 4, remainingMs: 750 },
      },
      {
        ...{ done: 3, accepted: 1, failed: 2, unknown: 1, inFlight: 1, waiting: 0, total: 5 },
        ...{ elapsedMs: 1000, perSecond: 3, remainingMs: (2 * 1000) / 3 },
      },
    ]);
  });

  it('has no remaining time without a total, and none below zero when the source has grown', () => {
    const seen: (number | undefined)[] = [];
    for (const total of [undefined, 0]) {
      const meter = new ProgressMeter(total, ({ remainingMs }) => seen.push(remainingMs));
      vi.advanceTimersByTime(100);
      meter.settled(undefined, 0);
    }
    expect(seen).toEqual([undefined, 0]);
  });

  it('is told once for each message, with the total and what is in flight', async () => {
    const seen: string[] = [];
    const send = async (request: string) => {
      if (request === 'bad') throw failed('unknown');
    };
    const onProgress = ({ done, accepted, unknown, inFlight, total }: SendManyProgress) => {
      seen.push(`${done}/${total} accepted ${accepted} unknown ${unknown} in flight ${inFlight}`);
    };
    for await (const _ of sendMany(send, ['a', 'bad', 'c'], { concurrency: 2, onProgress }));
    expect(seen).toEqual([
      '1/3 accepted 1 unknown 0 in flight 1',
      '2/3 accepted 1 unknown 1 in flight 0',
      '3/3 accepted 2 unknown 1 in flight 0',
    ]);
  });
});

describe('a listener that fails', () => {
  const rejections: unknown[] = [];
  const record = (reason: unknown) => rejections.push(reason);
  beforeEach(() => {
    rejections.length = 0;
    process.on('unhandledRejection', record);
  });
  afterEach(() => void process.off('unhandledRejection', record));

  it.each<[string, () => void]>([
    [
      'throws',
      () => {
        throw new Error('listener');
      },
    ],
    ['rejects', () => Promise.reject(new Error('listener'))],
  ])('and %s changes nothing', async (_, onProgress) => {
    const results: string[] = [];
    for await (const { status, index } of sendMany(async () => 'r', [1, 2, 3], { onProgress })) {
      results.push(`${status} ${index}`);
    }
    await nextTurn();
    expect(results).toEqual(['accepted 0', 'accepted 1', 'accepted 2']);
    expect(rejections).toEqual([]);
  });
});

describe('the total of a source', () => {
  it.each<[string, object, number | undefined]>([
    ['an array', [1, 2], 2],
    ['a set', new Set([1]), 1],
    ['a map', new Map(), 0],
    ['a generator', [1].values(), undefined],
    ['a length that is no count', { length: -1 }, undefined],
  ])('of %s is known or not', (_, source, expected) => {
    expect(knownTotal(source)).toBe(expected);
  });
});
