import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { broke, down, type FakeProvider, fake, lost, wrongNumber } from '../client/sms-client.test.fixture.js';
import type { SendOutcome } from '../contract/outcomes.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { accepted, notSent, refused } from '../provider-kit/outcomes.js';
import { type Delivery, type DeliveryResult, deliver } from './deliver.js';
import { RetryBudget } from './retry-budget.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const slowDown = refused('rate_limited', 'Slow down.');
const open = notSent('circuit_open', 'The circuit is open.');
const plenty = () => new RetryBudget({ ratio: 0, burst: 100 });

/** Delivers to providers a, b, c …, each of which answers so. */
function deliverTo(
  outcomes: readonly SendOutcome[],
  options: Partial<Delivery<FakeProvider>> = {},
): Promise<DeliveryResult> {
  const byId = new Map(outcomes.map((outcome, index) => [String.fromCharCode(97 + index), outcome]));
  return deliver({
    providers: [...byId.keys()].map((id) => fake(id)),
    attempt: async ({ id }) => byId.get(id) as SendOutcome,
    onUnknown: 'stop',
    maxAttempts: 9,
    budget: plenty(),
    context: { deadline: deadlineAfter(1_000) },
    ...options,
  });
}

const askedBy = ({ attempts }: DeliveryResult) => attempts.map(({ provider }) => provider).join('');

describe('a delivery', () => {
  it('tells of every attempt exactly what is known, its duration included', async () => {
    const told: unknown[] = [];
    const outcomes = [down, broke, accepted('id-1')];
    let asked = 0;
    const result = await deliverTo(outcomes, {
      attempt: async () => {
        vi.advanceTimersByTime(30);
        return outcomes[asked++] as SendOutcome;
      },
      onAttempt: (attempt, number) => told.push([number, attempt]),
    });
    const attempts = [
      { provider: 'a', outcome: 'not-sent', durationMs: 30, code: 'network_error' },
      { provider: 'b', outcome: 'refused', durationMs: 30, code: 'insufficient_balance', providerCode: '470' },
      { provider: 'c', outcome: 'accepted', durationMs: 30 },
    ];
    expect(result).toStrictEqual({ status: 'accepted', reference: 'id-1', attempts });
    expect(told).toStrictEqual(attempts.map((attempt, index) => [index + 1, attempt]));
  });

  it('whose call has ended before asks nobody and pays nothing into the budget', async () => {
    const budget = new RetryBudget({ ratio: 1, burst: 0 });
    const signal = AbortSignal.abort();
    for (const [deadline, code] of [
      [deadlineAfter(0), 'deadline_exceeded'],
      [deadlineAfter(1_000, { signal }), 'aborted'],
    ] as const) {
      expect(await deliverTo([accepted()], { context: { deadline }, budget })).toStrictEqual({
        status: 'failed',
        failure: {
          last: { outcome: 'not-sent', code, message: 'The call had ended before a provider was asked.' },
          stoppedBy: 'policy',
        },
        attempts: [],
      });
    }
    expect(budget.allowsAttempt).toBe(false);
  });

  it('needs a provider', async () => {
    await expect(deliverTo([])).rejects.toThrow('A delivery needs at least one provider.');
  });

  it.each<[string, readonly SendOutcome[], Partial<Delivery<FakeProvider>>]>([
    ['policy', [down, wrongNumber, accepted()], {}],
    ['unknown-outcome', [down, lost, accepted()], {}],
    ['no-provider-left', [down, down], {}],
    ['attempts-used-up', [down, down, accepted()], { maxAttempts: 2 }],
    ['budget-used-up', [down, down, accepted()], { budget: new RetryBudget({ ratio: 0, burst: 1 }) }],
    ['no-provider-left', [down, down], { maxAttempts: 2, budget: new RetryBudget({ ratio: 0, burst: 1 }) }],
  ])('says why it stopped: %s', async (stoppedBy, outcomes, options) => {
    const result = await deliverTo(outcomes, options);
    expect(result).toMatchObject({ status: 'failed', failure: { stoppedBy, last: outcomes[1] } });
    expect(askedBy(result)).toBe('ab');
  });

  it('asks nobody further when its call ended during an attempt', async () => {
    const attempt = async () => {
      vi.advanceTimersByTime(1_000);
      return down;
    };
    const result = await deliverTo([down, down], { attempt });
    expect(result).toMatchObject({ status: 'failed', failure: { stoppedBy: 'deadline' } });
    expect(askedBy(result)).toBe('a');
  });

  it('that may arrive twice goes on after one unknown outcome, whatever failed before it', async () => {
    expect(askedBy(await deliverTo([down, lost, accepted()], { onUnknown: 'failover' }))).toBe('abc');
    expect(askedBy(await deliverTo([lost, down, accepted()], { onUnknown: 'failover' }))).toBe('abc');
    const twice = await deliverTo([lost, down, lost, accepted()], { onUnknown: 'failover' });
    expect(twice).toMatchObject({ failure: { stoppedBy: 'unknown-outcome' } });
    expect(askedBy(twice)).toBe('abc');
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
