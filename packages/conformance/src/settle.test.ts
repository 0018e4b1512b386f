import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inTime, settle } from './settle.js';
import type { Outcome } from './well-formed.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('settle()', () => {
  it('returns the outcome and leaves no timer', async () => {
    expect(await settle('send()', async () => ({ outcome: 'accepted' }))).toEqual({ outcome: 'accepted' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fails for a call that is late', async () => {
    const failure = expect(settle('send()', () => new Promise<Outcome>(() => {}), 70)).rejects.toThrow(
      /not settled 70 ms after/u,
    );
    await vi.advanceTimersByTimeAsync(70);
    await failure;
  });

  it('accepts a call that settles in the same millisecond as its limit, because its timer is older', async () => {
    const call = () =>
      new Promise<Outcome>((resolve) => {
        setTimeout(() => resolve({ outcome: 'accepted' }), 49);
      });
    const settled = settle('send()', call, 50);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await settled).toEqual({ outcome: 'accepted' });
  });

  it.each<[string, unknown]>([
    ['which is no outcome', undefined],
    ['which is no outcome', 'accepted'],
    ['which is no outcome', { outcome: 'ok' }],
    ['with the reference ""', { outcome: 'accepted', reference: '' }],
    ['with -1 checks left', { outcome: 'incorrect', checksLeft: -1 }],
    ['with the code "nope"', { outcome: 'refused', code: 'nope', message: 'no' }],
    ['"no_route", which only the client uses', { outcome: 'refused', code: 'no_route', message: 'no' }],
    ['"circuit_open", which only the client uses', { outcome: 'unknown', code: 'circuit_open', message: 'no' }],
    ['without a message', { outcome: 'unknown', code: 'timeout', message: ' ' }],
    ['providerCode that is no text', { outcome: 'refused', code: 'timeout', message: 'no', providerCode: 457 }],
    ['retryAfterMs -5', { outcome: 'refused', code: 'rate_limited', message: 'no', retryAfterMs: -5 }],
  ])('fails for an outcome %s', async (message, outcome) => {
    await expect(settle('send()', async () => outcome as Outcome)).rejects.toThrow(message);
  });
});

describe('inTime()', () => {
  it('tells a synchronous throw like a rejection', async () => {
    const error = new Error('boom');
    const throwing = () => {
      throw error;
    };
    expect(await inTime(throwing, 10)).toEqual({ status: 'rejected', error });
  });
});
