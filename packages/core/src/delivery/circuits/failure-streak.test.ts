import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FailureStreak } from './circuit-times.js';
import {
  noBalance,
  ScriptedProvider,
  sendMany,
  taken,
  withCircuit,
  wrongNumber,
} from './scripted-provider.test.fixture.js';
import { withCircuitBreaker } from './with-circuit-breaker.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('failures in a row', () => {
  it('are an outage when there are enough of them within a minute', () => {
    const streak = new FailureStreak(3);
    expect([0, 30_000, 60_000].map((now) => streak.fails(now))).toEqual([false, false, true]);
  });

  it('further apart than a minute are none, until the last ones are close enough', () => {
    const streak = new FailureStreak(3);
    expect([0, 30_000, 60_001, 80_000].map((now) => streak.fails(now))).toEqual([false, false, false, true]);
  });

  it('start anew after a success', () => {
    const streak = new FailureStreak(2);
    streak.fails(0);
    streak.reset();
    expect([1, 2].map((now) => streak.fails(now))).toEqual([false, true]);
  });

  it('may be one', () => {
    expect(new FailureStreak(1).fails(0)).toBe(true);
  });
});

describe('failures in a row with a provider', () => {
  const inARow = { consecutiveFailures: 5 };

  it('open the circuit at any traffic: five by default, one a second', async () => {
    const provider = new ScriptedProvider();
    const wrapper = withCircuitBreaker(provider);
    provider.answers(noBalance);
    for (let second = 0; second < 25; second += 1) {
      await sendMany(wrapper, 1);
      expect(wrapper.circuit).toBe(second < 4 ? 'closed' : 'open');
      if (second === 4) expect(wrapper.health()).toMatchObject({ calls: 5, failures: 5 });
      vi.advanceTimersByTime(1_000);
    }
    expect(provider.calls).toBe(5);
  });

  it('are ended by a success, and not by a call that says nothing', async () => {
    const { provider, wrapper } = withCircuit(inARow);
    for (const [outcome, count] of [
      [noBalance, 4],
      [taken, 1],
      [noBalance, 4],
      [wrongNumber, 3],
    ] as const) {
      provider.answers(outcome);
      await sendMany(wrapper, count);
      expect(wrapper.circuit).toBe('closed');
    }
    provider.answers(noBalance);
    await sendMany(wrapper, 1);
    expect(wrapper.circuit).toBe('open');
  });

  it('count within a minute only', async () => {
    const { provider, wrapper } = withCircuit({ ...inARow, windowMs: 3_600_000 });
    provider.answers(noBalance);
    for (let call = 0; call < 10; call += 1) {
      await sendMany(wrapper, 1);
      vi.advanceTimersByTime(15_001);
    }
    expect(wrapper.circuit).toBe('closed');
    await sendMany(wrapper, 5);
    expect(wrapper.circuit).toBe('open');
  });

  it('start anew when the circuit closes, and wait twice as long when it opens again', async () => {
    const { provider, wrapper } = withCircuit(inARow);
    provider.answers(noBalance);
    await sendMany(wrapper, 5);
    expect(wrapper.probeInMs).toBe(30_000);
    vi.advanceTimersByTime(30_000);
    await sendMany(wrapper, 1);
    expect(wrapper.probeInMs).toBe(60_000);
    vi.advanceTimersByTime(60_000);
    provider.answers(taken);
    await sendMany(wrapper, 1);
    provider.answers(noBalance);
    await sendMany(wrapper, 4);
    expect(wrapper.circuit).toBe('closed');
    await sendMany(wrapper, 1);
    expect(wrapper.probeInMs).toBe(30_000);
  });
});
