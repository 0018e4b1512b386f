import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { ClosedTime } from './circuits/circuit-times.js';
import { attemptContext, shareOf } from './further-attempts.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What each of `count` attempts gets, when every one of them uses its share up. */
function sharesOf(deadlineMs: number, count: number): readonly number[] {
  let left = deadlineMs;
  return Array.from({ length: count }, (_, index) => {
    const others = count - 1 - index;
    const share = others === 0 ? left : shareOf(left, others);
    left -= share;
    return share;
  });
}

describe('the share of an attempt', () => {
  it.each([
    [10_000, 2, [5_000, 5_000]],
    [9_000, 3, [3_000, 3_000, 3_000]],
    [2_000, 2, [1_000, 1_000]],
    [2_400, 3, [1_000, 700, 700]],
    [1_500, 2, [750, 750]],
    [1_000, 3, [500, 250, 250]],
    [100, 2, [50, 50]],
  ])('of %d ms for %d providers', (deadlineMs, count, expected) => {
    expect(sharesOf(deadlineMs, count)).toEqual(expected);
  });

  it('leaves everybody a turn, gives away all there is, and never less than an equal share', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 10 }), (deadlineMs, count) => {
        const shares = sharesOf(deadlineMs, count);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(deadlineMs);
        for (const share of shares) expect(share).toBeGreaterThan(0);
        expect(shares[0]).toBeGreaterThanOrEqual(deadlineMs / count);
      }),
    );
  });
});

describe('the context of an attempt', () => {
  const turn = {
    others: 1,
    isDuplicateHarmless: false,
    attemptTimeoutMs: undefined,
    circuitClosed: new ClosedTime(),
  };

  it('is that of the call for the last one', () => {
    const call = { deadline: deadlineAfter(10_000), idempotencyKey: 'order-42' };
    expect(attemptContext(call, { ...turn, others: 0, attemptTimeoutMs: 10 })).toBe(call);
  });

  it('has it written within its share; what may not arrive twice then waits to the end of the call', () => {
    const call = { deadline: deadlineAfter(10_000), idempotencyKey: 'order-42' };
    const context = attemptContext(call, turn);
    expect(context.writeBy?.remainingMs()).toBe(5_000);
    expect(context.deadline).toBe(call.deadline);
    expect(context.idempotencyKey).toBe('order-42');
  });

  it('ends with its share if a duplicate is harmless', () => {
    const context = attemptContext(
      { deadline: deadlineAfter(9_000) },
      { ...turn, others: 2, isDuplicateHarmless: true },
    );
    expect(context.writeBy?.remainingMs()).toBe(3_000);
    expect(context.deadline.remainingMs()).toBe(3_000);
  });

  it('takes a share that is set by hand, if it leaves the others something', () => {
    const call = { deadline: deadlineAfter(1_000) };
    const byHand = (attemptTimeoutMs: number) =>
      attemptContext(call, { ...turn, attemptTimeoutMs }).writeBy?.remainingMs();
    expect([byHand(300), byHand(1_000), byHand(5_000)]).toEqual([300, 500, 500]);
  });

  it.each([true, false])('gives up what is not written when the circuit opens (harmless twice: %s)', (isHarmless) => {
    const circuitClosed = new ClosedTime();
    const call = { deadline: deadlineAfter(10_000) };
    const { writeBy, deadline } = attemptContext(call, { ...turn, isDuplicateHarmless: isHarmless, circuitClosed });
    const ends: string[] = [];
    writeBy?.onEnd((reason) => ends.push(reason));
    circuitClosed.end();
    expect([ends, writeBy?.ended, deadline.ended]).toEqual([['deadline_exceeded'], 'deadline_exceeded', undefined]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
