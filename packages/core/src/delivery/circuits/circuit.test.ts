import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorPolicies, type SmsErrorCode } from '../../errors/error-codes.js';
import { refused, unknown } from '../../provider-kit/outcomes.js';
import {
  aborted,
  context,
  halfOpened,
  held,
  message,
  noBalance,
  opened,
  sendMany,
  taken,
  to,
  withCircuit,
  wrongNumber,
} from './scripted-provider.test.fixture.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const codes = Object.keys(errorPolicies) as SmsErrorCode[];
const blamed = codes.filter((code) => errorPolicies[code].countsAgainstCircuit);
const notBlamed = codes.filter((code) => !errorPolicies[code].countsAgainstCircuit);

describe('a closed circuit', () => {
  it.each(blamed)('opens after twenty calls that fail with %s', async (code) => {
    const { provider, wrapper } = withCircuit();
    provider.answers(unknown(code, 'no'));
    await sendMany(wrapper, 19);
    expect(wrapper.circuit).toBe('closed');
    await sendMany(wrapper, 1);
    expect(wrapper.circuit).toBe('open');
  });

  it.each(notBlamed)('stays closed however many calls fail with %s', async (code) => {
    const { provider, wrapper } = withCircuit();
    provider.answers(refused(code, 'no'));
    await sendMany(wrapper, 100);
    expect(wrapper.health()).toMatchObject({ circuit: 'closed', failures: 0, lastFailure: undefined });
  });

  it('opens above the share of failures, not at it', async () => {
    const { provider, wrapper } = withCircuit({ failureRatePercent: 40, minimumCalls: 10 });
    await sendMany(wrapper, 6);
    provider.answers(noBalance);
    await sendMany(wrapper, 4);
    expect(wrapper.health()).toMatchObject({ circuit: 'closed', calls: 10, failures: 4 });
    await sendMany(wrapper, 1);
    expect(wrapper.circuit).toBe('open');
  });

  it('is not kept closed by calls that say nothing about the provider’s health', async () => {
    const { provider, wrapper } = withCircuit();
    provider.answers(wrongNumber);
    await sendMany(wrapper, 500);
    provider.answers(noBalance);
    await sendMany(wrapper, 20);
    expect(wrapper.circuit).toBe('open');
  });

  it('counts checks of codes: judged ones as healthy, whatever the verdict', async () => {
    const { provider, wrapper } = withCircuit();
    for (const outcome of ['approved', 'incorrect', 'expired', 'exhausted'] as const) {
      provider.judge = async () => ({ outcome });
      await wrapper.verification?.check({ to, code: '1234' }, context());
    }
    provider.judge = async () => noBalance;
    await wrapper.verification?.check({ to, code: '1234' }, context());
    expect(wrapper.health()).toMatchObject({ calls: 5, failures: 1 });
  });

  it('forgets what is older than the window, also after a long silence and whatever the wall clock does', async () => {
    const { provider, wrapper } = withCircuit({ windowMs: 1_000 });
    provider.answers(noBalance);
    await sendMany(wrapper, 10);
    vi.advanceTimersByTime(500);
    vi.setSystemTime(Date.now() + 86_400_000);
    await sendMany(wrapper, 9);
    expect(wrapper.health()).toMatchObject({ circuit: 'closed', calls: 19, failures: 19 });
    vi.advanceTimersByTime(500);
    expect(wrapper.health()).toMatchObject({ calls: 9, failures: 9 });
    vi.setSystemTime(0);
    vi.advanceTimersByTime(3_600_000);
    expect(wrapper.health()).toMatchObject({ calls: 0, failures: 0 });
    await sendMany(wrapper, 19);
    expect(wrapper.circuit).toBe('closed');
  });

  it('tells the last failure that counted, also after a success', async () => {
    vi.setSystemTime(1_000);
    const { provider, wrapper } = withCircuit();
    provider.answers(noBalance);
    await sendMany(wrapper, 1);
    vi.setSystemTime(2_000);
    for (const outcome of [wrongNumber, taken]) {
      provider.answers(outcome);
      await sendMany(wrapper, 1);
    }
    expect(wrapper.health()).toEqual({
      circuit: 'closed',
      calls: 2,
      failures: 1,
      probeInMs: undefined,
      lastFailure: {
        code: 'insufficient_balance',
        outcome: 'refused',
        providerCode: '470',
        transportCode: undefined,
        at: 1_000,
      },
      refusals: { invalid_phone_number: 1 },
      lastRefusal: {
        code: 'invalid_phone_number',
        outcome: 'refused',
        providerCode: undefined,
        transportCode: undefined,
        at: 2_000,
      },
    });
  });

  it('tells of what the provider did not take for another reason, by code, and not of calls that ended before', async () => {
    const { provider, wrapper } = withCircuit();
    for (const [outcome, times] of [
      [refused('template_rejected', 'no', { providerCode: '206' }), 30],
      [wrongNumber, 2],
      [noBalance, 1],
      [aborted, 3],
      [taken, 1],
    ] as const) {
      provider.answers(outcome);
      await sendMany(wrapper, times);
    }
    expect(wrapper.health()).toMatchObject({
      circuit: 'closed',
      calls: 2,
      failures: 1,
      refusals: { template_rejected: 30, invalid_phone_number: 2 },
      lastRefusal: { code: 'invalid_phone_number' },
    });
  });
});

describe('an open circuit', () => {
  it('answers not-sent and says when the next probe is due, without asking the provider', async () => {
    const { provider, wrapper } = await opened();
    vi.advanceTimersByTime(18_500);
    expect(wrapper.probeInMs).toBe(11_500);
    const answer = {
      outcome: 'not-sent',
      code: 'circuit_open',
      message: expect.stringMatching(/acme.* the next probe is due in 12 s\.$/),
    };
    expect(await wrapper.send(message, context())).toEqual(answer);
    expect(await wrapper.verification?.start({ id: 'message-1', to }, context())).toEqual(answer);
    expect(await wrapper.verification?.check({ to, code: '1234' }, context())).toEqual(answer);
    expect(provider.calls).toBe(20);
    expect(wrapper.health()).toMatchObject({ circuit: 'open', probeInMs: 11_500 });
  });

  it('lets one call pass as a probe, at once, for a caller that has nothing better', async () => {
    const { provider, wrapper } = await opened();
    const { promise, settle } = held();
    provider.answer = () => promise;
    const probe = wrapper.asProbe.send(message, context());
    expect(wrapper.circuit).toBe('probing');
    expect(await wrapper.asProbe.send(message, context())).toMatchObject({ code: 'circuit_open' });
    expect(await wrapper.send(message, context())).toMatchObject({ code: 'circuit_open' });
    expect(provider.calls).toBe(21);
    settle(taken);
    expect(await probe).toEqual(taken);
    expect(wrapper.circuit).toBe('closed');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not wait longer because of a probe that failed before it was due', async () => {
    const { wrapper } = await opened();
    vi.advanceTimersByTime(20_000);
    for (let probe = 0; probe < 5; probe += 1)
      expect(await wrapper.asProbe.send(message, context())).toEqual(noBalance);
    expect(wrapper.health()).toMatchObject({ circuit: 'open', probeInMs: 10_000 });
    vi.advanceTimersByTime(10_000);
    expect(wrapper.circuit).toBe('half-open');
  });

  it('takes a probe that was under way when it became due for the due one', async () => {
    const { provider, wrapper } = await opened();
    const { promise, settle } = held();
    provider.answer = () => promise;
    vi.advanceTimersByTime(29_000);
    const probe = wrapper.asProbe.send(message, context());
    vi.advanceTimersByTime(2_000);
    expect(wrapper.circuit).toBe('probing');
    expect(await wrapper.send(message, context())).toMatchObject({ code: 'circuit_open' });
    settle(noBalance);
    await probe;
    expect(wrapper.health()).toMatchObject({ circuit: 'open', probeInMs: 60_000 });
  });

  it('takes longer at every opening without a success, up to the limit, and starts anew after one', async () => {
    const { provider, wrapper } = await halfOpened({ maxOpenMs: 100_000 });
    for (const openMs of [60_000, 100_000, 100_000]) {
      await sendMany(wrapper, 1);
      expect(wrapper.probeInMs).toBe(openMs);
      vi.advanceTimersByTime(openMs - 1);
      expect(wrapper.circuit).toBe('open');
      vi.advanceTimersByTime(1);
      expect(wrapper.circuit).toBe('half-open');
    }
    provider.answers(taken);
    await sendMany(wrapper, 1);
    provider.answers(noBalance);
    await sendMany(wrapper, 20);
    expect(wrapper.probeInMs).toBe(30_000);
  });

  it.each([
    [() => 0, 24_000],
    [() => 1, 36_000],
    [() => Number.NaN, 30_000],
    [() => 7, 30_000],
    [() => -1, 30_000],
    [
      () => {
        throw new Error('no randomness');
      },
      30_000,
    ],
  ])('varies its time by a fifth at most (%#)', async (random, openMs) => {
    const { wrapper } = await opened({ random });
    expect(wrapper.probeInMs).toBe(openMs);
  });
});

describe('a half-open circuit', () => {
  it('lets exactly one of a thousand calls pass, and closes when it succeeds', async () => {
    const { provider, wrapper } = await halfOpened();
    const { promise, settle } = held();
    provider.answer = () => promise;
    const calls = Array.from({ length: 1_000 }, () => wrapper.send(message, context()));
    expect(provider.calls).toBe(1);
    expect(wrapper.health()).toMatchObject({ circuit: 'probing', probeInMs: undefined });
    const others = await Promise.all(calls.slice(1));
    for (const other of others) {
      expect(other).toMatchObject({
        outcome: 'not-sent',
        code: 'circuit_open',
        message: expect.stringMatching(/; a probe is under way; the next is due in 1 s at the earliest\.$/),
      });
    }
    settle(taken);
    expect(await calls[0]).toEqual(taken);
    expect(wrapper.circuit).toBe('closed');
    expect(provider.calls).toBe(1);
  });

  it('closes when a probe judges a code, even a wrong one', async () => {
    const { provider, wrapper } = await halfOpened();
    provider.judge = async () => ({ outcome: 'incorrect' });
    await wrapper.verification?.check({ to, code: '1234' }, context());
    expect(wrapper.circuit).toBe('closed');
  });

  it('treats a probe of its own accord and one that was asked for alike', async () => {
    const { wrapper } = await halfOpened();
    await wrapper.asProbe.send(message, context());
    expect(wrapper.health()).toMatchObject({ circuit: 'open', probeInMs: 60_000 });
  });
});
