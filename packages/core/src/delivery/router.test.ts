import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { broke, down, lost, wrongNumber } from '../client/sms-client.test.fixture.js';
import type { SendOutcome } from '../contract/outcomes.js';
import type { SmsErrorCode } from '../errors/error-codes.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { accepted, notSent, refused } from '../provider-kit/outcomes.js';
import { type AttemptEvent, EventHub, type SettledEvent } from '../telemetry/events.js';
import { RetryBudget } from './further-attempts.js';
import { askedBy, deliverTo } from './router.test.fixture.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const slowDown = refused('rate_limited', 'Slow down.');
const open = notSent('circuit_open', 'The circuit is open.');

describe('a delivery', () => {
  it('tells of every attempt exactly what is known, its duration included', async () => {
    const heard: AttemptEvent[] = [];
    const events = new EventHub();
    events.on('attempt', (event) => heard.push(event));
    const outcomes = [down, broke, accepted('id-1')];
    let asked = 0;
    const result = await deliverTo(outcomes, {
      events,
      ask: async () => {
        vi.advanceTimersByTime(30);
        return outcomes[asked++] as SendOutcome;
      },
    });
    const attempts = [
      { provider: 'a', outcome: 'not-sent', durationMs: 30, code: 'network_error' },
      { provider: 'b', outcome: 'refused', durationMs: 30, code: 'insufficient_balance', providerCode: '470' },
      { provider: 'c', outcome: 'accepted', durationMs: 30 },
    ];
    expect(result).toStrictEqual({ accepted: accepted('id-1'), attempts, error: undefined });
    const told = { id: 'message-1', kind: 'message', purpose: undefined, to: '+86*******8000' };
    expect(heard).toStrictEqual(
      attempts.map((attempt, index) => ({
        code: undefined,
        providerCode: undefined,
        transportCode: undefined,
        ...attempt,
        ...told,
        attempt: index + 1,
      })),
    );
  });

  it('tells how it ended: who was asked last, how often, and how long it took', async () => {
    const heard: SettledEvent[] = [];
    const events = new EventHub();
    events.on('settled', (event) => heard.push(event));
    vi.advanceTimersByTime(5_000);
    for (const last of [accepted('id-1'), lost]) {
      const outcomes = [down, broke, last];
      let asked = 0;
      const ask = async () => {
        vi.advanceTimersByTime(30);
        return outcomes[asked++] as SendOutcome;
      };
      await deliverTo(outcomes, { events, ask });
    }
    const told = { id: 'message-1', kind: 'message', purpose: undefined, to: '+86*******8000' };
    const settled = { ...told, provider: 'c', attempts: 3, durationMs: 90 };
    expect(heard).toStrictEqual([
      { ...settled, outcome: 'accepted', code: undefined },
      { ...settled, outcome: 'unknown', code: 'timeout' },
    ]);
  });

  it('tells how long a provider is not to be asked, if it said so', async () => {
    const busy = refused('rate_limited', 'Slow down.', { retryAfterMs: 30_000 });
    expect((await deliverTo([busy, accepted()])).attempts).toMatchObject([{ provider: 'a', retryAfterMs: 30_000 }, {}]);
    expect((await deliverTo([slowDown, accepted()])).attempts[0]).not.toHaveProperty('retryAfterMs');
  });

  it('whose call has ended before asks nobody and pays nothing into the budget', async () => {
    const budget = new RetryBudget({ ratio: 1, burst: 0 });
    const signal = AbortSignal.abort();
    for (const [deadline, code] of [
      [deadlineAfter(0), 'deadline_exceeded'],
      [deadlineAfter(1_000, { signal }), 'aborted'],
    ] as const) {
      const result = await deliverTo([accepted()], { context: { deadline }, budget });
      expect(result.attempts).toEqual([]);
      expect(result.error).toMatchObject({
        code,
        outcome: 'not-sent',
        message: 'The call had ended before a provider was asked.',
      });
    }
    expect(budget.allowsAttempt).toBe(false);
  });

  it.each<[string, SmsErrorCode, readonly SendOutcome[], Parameters<typeof deliverTo>[1]]>([
    ['No such number.', 'invalid_phone_number', [down, wrongNumber, accepted()], {}],
    ['The message may still arrive, so no other provider was tried.', 'timeout', [down, lost, accepted()], {}],
    ['Every provider that was tried failed', 'all_providers_failed', [down, down], {}],
    ['maxAttempts allows no further attempt.', 'all_providers_failed', [down, down, accepted()], { maxAttempts: 2 }],
    [
      'The retry budget allows no further attempt.',
      'all_providers_failed',
      [down, down, accepted()],
      { budget: new RetryBudget({ ratio: 0, burst: 1 }) },
    ],
    [
      'Every provider that was tried failed',
      'all_providers_failed',
      [down, down],
      { maxAttempts: 2, budget: new RetryBudget({ ratio: 0, burst: 1 }) },
    ],
  ])('says why it stopped: %s', async (words, code, outcomes, options) => {
    const result = await deliverTo(outcomes, options);
    expect(result.error).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(askedBy(result)).toBe('ab');
  });

  it('asks nobody further when its call ended during an attempt', async () => {
    const ask = async () => {
      vi.advanceTimersByTime(1_000);
      return down;
    };
    const result = await deliverTo([down, down], { ask });
    expect(result.error?.message).toContain('The call ended before another provider could be tried.');
    expect(askedBy(result)).toBe('a');
  });

  it('that may arrive twice goes on after every unknown outcome, as far as maxAttempts allows', async () => {
    expect(askedBy(await deliverTo([down, lost, accepted()], { onUnknown: 'failover' }))).toBe('abc');
    expect(askedBy(await deliverTo([lost, down, accepted()], { onUnknown: 'failover' }))).toBe('abc');
    expect(askedBy(await deliverTo([lost, lost, accepted()], { onUnknown: 'failover' }))).toBe('abc');
    const bounded = await deliverTo([lost, lost, lost, accepted()], { onUnknown: 'failover', maxAttempts: 3 });
    expect(bounded.error).toMatchObject({ code: 'all_providers_failed', outcome: 'unknown' });
    expect(askedBy(bounded)).toBe('abc');
  });
});

describe('the retry budget', () => {
  it.each<[string, SendOutcome]>([
    ['cannot be reached', down],
    ['has no balance left', broke],
    ['is asked too often', slowDown],
  ])('pays for a further attempt at a provider that %s', async (_name, failure) => {
    const budget = new RetryBudget({ ratio: 0, burst: 1 });
    expect(askedBy(await deliverTo([down, failure, accepted()], { budget }))).toBe('ab');
    expect(budget.allowsAttempt).toBe(false);
  });

  it('does not pay for first attempts, nor for further ones that fail by the message’s fault', async () => {
    const budget = new RetryBudget({ ratio: 0, burst: 1 });
    await deliverTo([down], { budget });
    await deliverTo([down, refused('recipient_rate_limited', 'Enough.'), wrongNumber], { budget });
    expect(budget.allowsAttempt).toBe(true);
  });

  it('is paid into once by every call', async () => {
    const budget = new RetryBudget({ ratio: 0.5, burst: 1 });
    await deliverTo([down, down], { budget });
    // 1 + 0.5, but no more than the burst, less 1 for b.
    expect(budget.allowsAttempt).toBe(false);
    await deliverTo([accepted()], { budget });
    expect(budget.allowsAttempt).toBe(false);
    await deliverTo([accepted()], { budget });
    expect(budget.allowsAttempt).toBe(true);
  });

  it('used up still lets a call pass over an open circuit, which has cost nobody anything', async () => {
    const budget = new RetryBudget({ ratio: 0, burst: 0 });
    expect(askedBy(await deliverTo([open, accepted()], { budget }))).toBe('ab');
    expect(askedBy(await deliverTo([open, down, accepted()], { budget }))).toBe('ab');
  });
});
