import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { broke, down, fake, lost, wrongNumber } from '../client/sms-client.test.fixture.js';
import type { SendOutcome } from '../contract/outcomes.js';
import type { CallContext, SmsProvider } from '../contract/sms-provider.js';
import type { SmsErrorCode } from '../errors/error-codes.js';
import { parsePhoneNumber } from '../phone/parse.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { accepted, notSent, refused } from '../provider-kit/outcomes.js';
import { type AttemptEvent, EventHub } from '../telemetry/events.js';
import { Circuit } from './circuits/circuit.js';
import { parseCircuitBreakerOptions } from './circuits/circuit-breaker-options.js';
import { RetryBudget } from './further-attempts.js';
import { type Delivered, type Delivery, Router, type RouterDeps } from './router.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const slowDown = refused('rate_limited', 'Slow down.');
const open = notSent('circuit_open', 'The circuit is open.');
const plenty = () => new RetryBudget({ ratio: 0, burst: 100 });

/** A router over providers a, b, c …, as many as asked. */
function routerOf(count: number, deps: Partial<RouterDeps> = {}) {
  const ids = Array.from({ length: count }, (_, index) => String.fromCharCode(97 + index));
  const accounts = new Map(
    ids.map((id) => [id, { id, provider: fake(id), circuit: new Circuit(id, parseCircuitBreakerOptions({})) }]),
  );
  const routes = [{ providers: ids }];
  const events = new EventHub();
  return new Router({
    accounts,
    routes,
    maxAttempts: 9,
    attemptTimeoutMs: undefined,
    budget: plenty(),
    events,
    ...deps,
  });
}

const delivery = {
  to: parsePhoneNumber('+8613800138000'),
  canSend: () => true,
  id: 'message-1',
  unsupported: 'Nobody can.',
  onUnknown: 'stop',
  kind: 'message',
} as const;

/** Delivers to providers a, b, c …, each of which answers so. */
function deliverTo(
  outcomes: readonly SendOutcome[],
  options: Partial<
    Delivery & Pick<RouterDeps, 'maxAttempts' | 'budget' | 'events'> & { readonly context: CallContext }
  > = {},
): Promise<Delivered> {
  const { maxAttempts = 9, budget = plenty(), events = new EventHub(), context, ...changes } = options;
  const ask = async ({ id }: SmsProvider) => outcomes[id.charCodeAt(0) - 97] as SendOutcome;
  const router = routerOf(outcomes.length, { maxAttempts, budget, events });
  return router.deliver({ ...delivery, ask, ...changes }, context ?? { deadline: deadlineAfter(1_000) });
}

const askedBy = ({ attempts }: Delivered) => attempts.map(({ provider }) => provider).join('');

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

describe('a plan without a provider', () => {
  const nowhere = [{ providers: ['a'], countries: ['FR'] }];

  it('is no_route, and says what to add', async () => {
    const router = routerOf(1, { routes: nowhere });
    const { error, attempts } = await router.deliver(
      { ...delivery, ask: async () => accepted('id-1') },
      { deadline: deadlineAfter(1_000) },
    );
    expect(attempts).toEqual([]);
    expect(error).toMatchObject({
      code: 'no_route',
      outcome: 'not-sent',
      message: 'No route fits the destination; add one, or a last route without countries and callingCodes.',
    });
  });

  it('says which of the providers that `via` names is none, and in which call', () => {
    const router = routerOf(2);
    const ableVia = (kind: 'message' | 'verification') => () =>
      router.ableProviders({ ...delivery, kind, via: ['a', 'other'] });
    expect(ableVia('message')).toThrow('send(): via: there is no provider other; there are a, b.');
    expect(ableVia('verification')).toThrow('verifications.start(): via: there is no provider other; there are a, b.');
  });

  it('is unsupported_message, certainly not sent, if nobody can take it', () => {
    const able = () => routerOf(2).ableProviders({ ...delivery, canSend: () => false });
    expect(able).toThrow(
      expect.objectContaining({ code: 'unsupported_message', outcome: 'not-sent', message: 'Nobody can.' }),
    );
  });

  it('is otherwise the providers that can take it', () => {
    const able = routerOf(3).ableProviders({ ...delivery, canSend: ({ id }) => id !== 'b' });
    expect(able.map(({ id }) => id)).toEqual(['a', 'c']);
  });
});
