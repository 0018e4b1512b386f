import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { down } from '../client/sms-client.test.fixture.js';
import type { CallContext } from '../contract/call-context.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { accepted, unknown } from '../provider-kit/outcomes.js';
import { Circuit } from './circuits/circuit.js';
import { parseCircuitBreakerOptions } from './circuits/circuit-breaker-options.js';
import { RetryBudget } from './further-attempts.js';
import { askedBy, deliverTo, delivery, routerOf } from './router.test.fixture.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

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

describe('a person who has opted out', () => {
  it('is written to by the other providers alone', async () => {
    expect(askedBy(await deliverTo([accepted(), accepted()], { blocked: new Set(['a']) }))).toBe('b');
    expect(askedBy(await deliverTo([accepted(), accepted()], { blocked: new Set() }))).toBe('a');
    const canSend = ({ id }: SmsProvider) => id !== 'b';
    const third = await deliverTo([accepted(), accepted(), accepted()], { blocked: new Set(['a']), canSend });
    expect(askedBy(third)).toBe('c');
  });

  it('is written to by nobody if that is all who could: recipient_blocked', async () => {
    for (const options of [
      { blocked: new Set(['a', 'b']) },
      { blocked: new Set(['a']), canSend: ({ id }: SmsProvider) => id === 'a' },
    ]) {
      const result = await deliverTo([accepted(), accepted()], options);
      expect(result.attempts).toEqual([]);
      expect(result.error).toMatchObject({
        code: 'recipient_blocked',
        outcome: 'not-sent',
        message: 'The person has opted out at every provider that could send this. Nothing was sent.',
      });
    }
  });

  it('is not the reason if nobody could write anyway', async () => {
    const blocked = new Set(['a']);
    const { error } = await deliverTo([accepted()], { blocked, canSend: () => false });
    expect(error?.code).toBe('unsupported_message');
    expect((await deliverTo([accepted()], { blocked, via: ['other'] })).error?.code).toBe('invalid_request');
  });
});

describe('who is to be tried', () => {
  it('is told before anybody is asked, who cannot send it left out, and how it ended; what that takes is waited for', async () => {
    const steps: string[] = [];
    await deliverTo([accepted(), accepted(), accepted()], {
      canSend: ({ id }) => id !== 'b',
      via: ['c', 'b', 'a'],
      observer: {
        async planned(accounts) {
          steps.push(accounts.map(({ id }) => id).join(''));
          await Promise.resolve();
          steps.push('written');
        },
        async ended({ attempts }) {
          steps.push(`ended with ${attempts.length}`);
          await Promise.resolve();
          steps.push('settled');
        },
      },
      ask: async ({ id }) => {
        steps.push(`asked ${id}`);
        return accepted();
      },
    });
    expect(steps).toEqual(['ca', 'written', 'asked c', 'ended with 1', 'settled']);
  });

  it('takes turns, in order', async () => {
    const router = routerOf(3, { routes: [{ providers: ['a', 'b', 'c'], strategy: 'round-robin' }] });
    let asked = '';
    for (let message = 0; message < 7; message += 1) {
      const ask = async () => accepted();
      asked += askedBy(await router.deliver({ ...delivery, ask }, { deadline: deadlineAfter(1_000) }));
    }
    expect(asked).toBe('abcabca');
  });
});

describe('a delivery that goes on with one begun before', () => {
  const begun = () => new RetryBudget({ ratio: 0.5, burst: 1 });

  it('has the attempts that are left, pays nothing in, and pays for its first one', async () => {
    const budget = begun();
    const result = await deliverTo([down, down, accepted()], { attemptsBefore: 8, budget });
    expect(askedBy(result)).toBe('a');
    expect(result.error?.message).toContain('maxAttempts allows no further attempt.');
    expect(budget.allowsAttempt).toBe(false);
    await deliverTo([accepted()], { attemptsBefore: 8, budget });
    budget.deposit();
    expect(budget.allowsAttempt).toBe(false);
    budget.deposit();
    expect(budget.allowsAttempt).toBe(true);
  });

  it('may be begun while the budget allows a further attempt', () => {
    const budget = begun();
    const router = routerOf(1, { budget });
    expect(router.allowsFurther).toBe(true);
    budget.charge();
    expect(router.allowsFurther).toBe(false);
  });
});

describe('the time of an attempt', () => {
  type State = 'closed' | 'open' | 'probing';

  /** How long each of providers a, b, c … had, whose circuits were in these states; all fail. */
  async function sharesWith(states: readonly State[], options: Parameters<typeof deliverTo>[1] = {}) {
    const circuits = states.map((state, index) => {
      const circuit = new Circuit(
        String(index),
        parseCircuitBreakerOptions({ consecutiveFailures: 1, random: () => 0.5 }),
      );
      if (state !== 'closed') circuit.record(circuit.admit(false) ?? Symbol(), down);
      if (state === 'probing') circuit.admit(true);
      return circuit;
    });
    const shares: Record<string, readonly [writeBy: number | undefined, deadline: number]> = {};
    const ask = async ({ id }: SmsProvider, { writeBy, deadline }: CallContext) => {
      shares[id] = [writeBy?.remainingMs(), deadline.remainingMs()];
      return unknown('timeout', 'No answer came.');
    };
    await deliverTo(
      states.map(() => down),
      { ask, circuits, context: { deadline: deadlineAfter(9_000) }, ...options },
    );
    return shares;
  }

  it('is a share while others could follow: to write in, and to answer in if a duplicate is harmless', async () => {
    expect(await sharesWith(['closed', 'closed', 'closed'])).toEqual({ a: [3_000, 9_000] });
    expect(await sharesWith(['closed', 'closed', 'closed'], { onUnknown: 'failover' })).toEqual({
      a: [3_000, 3_000],
      b: [4_500, 4_500],
      c: [undefined, 9_000],
    });
    expect(await sharesWith(['closed', 'closed', 'closed'], { maxAttempts: 2 })).toEqual({ a: [4_500, 9_000] });
  });

  it('is all there is if the budget allows no further attempt', async () => {
    const budget = new RetryBudget({ ratio: 0, burst: 0 });
    expect(await sharesWith(['closed', 'closed'], { budget })).toEqual({ a: [undefined, 9_000] });
  });

  it('is not shared with who answers at once, behind an open circuit', async () => {
    expect(await sharesWith(['closed', 'open', 'probing'])).toEqual({ a: [undefined, 9_000] });
    expect(await sharesWith(['closed', 'open', 'closed'])).toEqual({ a: [4_500, 9_000] });
  });

  it('is shared with all who are to be probed if every circuit is open', async () => {
    expect(await sharesWith(['open', 'probing', 'open'], { onUnknown: 'failover' })).toMatchObject({
      a: [4_500, 4_500],
      c: [undefined, 9_000],
    });
  });
});
