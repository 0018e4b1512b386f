import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  aborted,
  context,
  halfOpened,
  held,
  message,
  noBalance,
  opened,
  ScriptedProvider,
  sendMany,
  taken,
  to,
  withCircuit,
  wrongNumber,
} from './scripted-provider.test.fixture.js';
import { withCircuitBreaker } from './with-circuit-breaker.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a provider behind a circuit', () => {
  it('looks like the one inside', () => {
    const { provider, wrapper } = withCircuit();
    expect(wrapper.id).toBe('acme');
    expect(wrapper.specification).toBe('v1');
    expect(wrapper.sends).toBe(provider.sends);
    expect(withCircuitBreaker(Object.assign(new ScriptedProvider(), { verification: null })).verification).toBe(null);
  });

  it('passes each call on once, with the same context, and hands out what the provider answered', async () => {
    const { provider, wrapper } = withCircuit();
    const called = context();
    for (const outcome of [taken, noBalance, wrongNumber, aborted]) {
      provider.answers(outcome);
      expect(await wrapper.send(message, called)).toEqual(outcome);
      expect(await wrapper.verification?.start({ id: 'message-1', to }, called)).toEqual(outcome);
    }
    const judged = { outcome: 'incorrect', checksLeft: 2 } as const;
    provider.judge = async () => judged;
    expect(await wrapper.verification?.check({ to, code: '1234' }, called)).toEqual(judged);
    expect(provider.calls).toBe(9);
    expect(new Set(provider.contexts)).toEqual(new Set([called]));
  });

  it('waits without a timer of its own', async () => {
    const { wrapper } = withCircuit();
    await sendMany(wrapper, 3);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('listeners', () => {
  it('hear every step, until they stop', async () => {
    const { provider, wrapper } = withCircuit();
    const steps: string[] = [];
    const stop = wrapper.onStateChange(({ from, to }) => steps.push(`${from} ${to}`));
    provider.answers(noBalance);
    await sendMany(wrapper, 20);
    vi.advanceTimersByTime(30_000);
    await sendMany(wrapper, 1);
    vi.advanceTimersByTime(60_000);
    provider.answers(wrongNumber);
    await sendMany(wrapper, 1);
    provider.answers(taken);
    await sendMany(wrapper, 1);
    const expected = [
      'closed open',
      'open half-open',
      'half-open probing',
      'probing open',
      'open half-open',
      'half-open probing',
      'probing half-open',
      'half-open probing',
      'probing closed',
    ];
    expect(steps).toEqual(expected);
    stop();
    provider.answers(noBalance);
    await sendMany(wrapper, 20);
    expect(steps).toEqual(expected);
  });
});

describe('closing', () => {
  it('stops the timer, closes the provider once, and answers later calls without it', async () => {
    const { provider, wrapper } = await opened();
    expect(vi.getTimerCount()).toBe(1);
    await Promise.all([wrapper.close(), wrapper.asProbe.close(), wrapper.close()]);
    expect(vi.getTimerCount()).toBe(0);
    expect(provider.closes).toBe(1);
    const answer = { outcome: 'not-sent', code: 'client_closed', message: 'The provider is closed.' };
    expect(await wrapper.send(message, context())).toEqual(answer);
    expect(await wrapper.asProbe.send(message, context())).toEqual(answer);
    expect(await wrapper.verification?.check({ to, code: '1234' }, context())).toEqual(answer);
    expect(provider.calls).toBe(20);
    expect(wrapper.health()).toMatchObject({ circuit: 'open', probeInMs: undefined });
  });

  it('lets calls under way keep their outcomes, which change nothing any more', async () => {
    const { provider, wrapper } = withCircuit({ minimumCalls: 1 });
    const { promise, settle } = held();
    provider.answer = () => promise;
    const call = wrapper.send(message, context());
    await wrapper.close();
    settle(noBalance);
    expect(await call).toEqual(noBalance);
    expect(wrapper.health()).toMatchObject({ calls: 0, failures: 0, lastFailure: undefined });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('while a probe is under way leaves the probe its outcome', async () => {
    const { provider, wrapper } = await halfOpened();
    const { promise, settle } = held();
    provider.answer = () => promise;
    const probe = wrapper.send(message, context());
    await wrapper.close();
    settle(taken);
    expect(await probe).toEqual(taken);
    expect(wrapper.circuit).toBe('open');
  });

  it('says so when the provider cannot be closed', async () => {
    const { provider, wrapper } = withCircuit();
    provider.close = () => Promise.reject(new Error('stuck'));
    await expect(wrapper.close()).rejects.toThrow('stuck');
  });
});
