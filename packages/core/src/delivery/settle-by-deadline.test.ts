import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SendOutcome } from '../contract/outcomes.js';
import { deadlineAfter } from '../provider-kit/deadline.js';
import { notSent, unknown } from '../provider-kit/outcomes.js';
import { settleByDeadline } from './account.js';
import { held, noBalance, taken } from './circuits/scripted-provider.test.fixture.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const hung = () => new Promise<never>(() => {});
/** What a provider written in JavaScript may do, past the compiler. */
const answering = (value: unknown) => async () => value as SendOutcome;

describe('a call to a provider', () => {
  it('settles with what the provider answered, and leaves no timer', async () => {
    for (const outcome of [taken, noBalance, notSent('network_error', 'No.'), unknown('timeout', 'No.')]) {
      expect(await settleByDeadline(async () => outcome, deadlineAfter(1_000), 'send')).toEqual(outcome);
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes an accepted outcome whatever else it carries, since its message is on its way', async () => {
    const outcome = { ...taken, code: 200, cost: 3 };
    expect(await settleByDeadline(async () => outcome, deadlineAfter(1_000), 'send')).toEqual(taken);
  });

  it('that hangs is unknown 25 ms after its deadline', async () => {
    const settled = vi.fn();
    const call = settleByDeadline(hung, deadlineAfter(1_000), 'send').then(settled);
    await vi.advanceTimersByTimeAsync(1_024);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await call;
    expect(settled).toHaveBeenCalledExactlyOnceWith({
      outcome: 'unknown',
      code: 'timeout',
      message: expect.stringMatching(/did not respect its deadline/),
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that hangs when its caller aborts is unknown soon after', async () => {
    const controller = new AbortController();
    const call = settleByDeadline(hung, deadlineAfter(60_000, { signal: controller.signal }), 'send');
    controller.abort();
    await vi.advanceTimersByTimeAsync(25);
    expect(await call).toMatchObject({
      outcome: 'unknown',
      code: 'aborted',
      message: expect.stringMatching(/aborted.*bug in the provider/),
    });
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('under a deadline that has ended before is still given its grace', async () => {
    const call = settleByDeadline(hung, deadlineAfter(0), 'send');
    await vi.advanceTimersByTimeAsync(25);
    expect(await call).toMatchObject({ outcome: 'unknown', code: 'timeout' });
    const exact = settleByDeadline(async () => noBalance, deadlineAfter(0), 'send');
    expect(await exact).toEqual(noBalance);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that ends a little after its deadline keeps its own, more exact outcome', async () => {
    const { promise, settle } = held();
    const call = settleByDeadline(() => promise, deadlineAfter(1_000), 'send');
    await vi.advanceTimersByTimeAsync(1_020);
    settle(noBalance);
    expect(await call).toEqual(noBalance);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that ends much too late changes nothing any more', async () => {
    const { promise, settle } = held();
    const call = settleByDeadline(() => promise, deadlineAfter(1_000), 'send');
    await vi.advanceTimersByTimeAsync(1_025);
    settle(taken);
    expect(await call).toMatchObject({ outcome: 'unknown', code: 'timeout' });
  });

  it('that fails much too late brings no unhandled rejection', async () => {
    let fail: (error: Error) => void = () => {};
    const promise = new Promise<SendOutcome>((_, reject) => {
      fail = reject;
    });
    const call = settleByDeadline(() => promise, deadlineAfter(1_000), 'send');
    await vi.advanceTimersByTimeAsync(1_025);
    fail(new Error('late'));
    await promise.catch(() => 'handled');
    expect(await call).toMatchObject({ outcome: 'unknown', code: 'timeout' });
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'accepted'],
    ['an object of another kind', { status: 'ok' }],
    ['a function', Object.assign(() => {}, { outcome: 'accepted' })],
    ['a misspelt outcome', { outcome: 'acepted' }],
    ['a verdict on a code, which belongs to a check', { outcome: 'approved' }],
    ['a failure without a code', { outcome: 'refused', message: 'no' }],
    ['a failure without a message', { outcome: 'unknown', code: 'timeout' }],
    ['a failure whose code is a number', { outcome: 'refused', code: 470, message: 'no' }],
    ['a failure whose message is a number', { outcome: 'refused', code: 'timeout', message: 470 }],
    [
      'an object whose getter throws',
      {
        get outcome() {
          throw new Error('trap');
        },
      },
    ],
  ])('answered with %s is unknown, and a bug in the provider', async (_, value) => {
    expect(await settleByDeadline(answering(value), deadlineAfter(1_000), 'send')).toEqual({
      outcome: 'unknown',
      code: 'invalid_response',
      message: expect.stringMatching(/bug in the provider/),
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that judges a code may not answer as if it sent a message', async () => {
    const check = settleByDeadline(answering(taken), deadlineAfter(1_000), 'check');
    expect(await check).toMatchObject({ outcome: 'unknown', code: 'invalid_response' });
    for (const outcome of ['approved', 'incorrect', 'expired', 'exhausted'] as const) {
      expect(await settleByDeadline(async () => ({ outcome }), deadlineAfter(1_000), 'check')).toEqual({ outcome });
    }
  });
});

describe('a provider that throws', () => {
  class VendorError extends Error {
    override readonly name = 'VendorError';
    readonly appKey = 'canary-key';
  }

  /** Multi-line on purpose: the second line looks like a place in the code. */
  function fail(): never {
    throw new VendorError('bad key canary-key\n    at canary (canary.js:1:1)', { cause: new Error('canary-cause') });
  }

  it.each([
    ['at once', () => fail()],
    ['by rejecting', async () => fail()],
  ])('%s gives unknown with a cause that shows where, and nothing of the message', async (_, call) => {
    const outcome = await settleByDeadline(call, deadlineAfter(1_000), 'send');
    expect(outcome).toMatchObject({
      outcome: 'unknown',
      code: 'invalid_response',
      message: expect.stringMatching(/bug in the provider/),
      cause: { name: 'VendorError' },
    });
    const shown = inspect(outcome, { depth: 9, showHidden: true });
    expect(shown).toContain('at fail (');
    expect(shown).not.toContain('canary');
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['a string', 'canary'],
    ['nothing', undefined],
    [
      'an error whose stack throws',
      Object.defineProperty(new Error('canary'), 'stack', {
        get() {
          throw new Error('canary');
        },
      }),
    ],
    ['an error with a sentence for a name', Object.assign(new Error('canary'), { name: 'the canary sings' })],
  ])('%s gives a cause that shows nothing of it', async (_, thrown) => {
    const outcome = await settleByDeadline(() => Promise.reject(thrown), deadlineAfter(1_000), 'send');
    expect(outcome).toMatchObject({ outcome: 'unknown', code: 'invalid_response', cause: { name: 'Error' } });
    expect(inspect(outcome, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  const withheld = 'The message is withheld, since it may hold a credential.';
  const causeOf = async (thrown: unknown) => {
    const outcome = await settleByDeadline(() => Promise.reject(thrown), deadlineAfter(1_000), 'send');
    return 'cause' in outcome ? (outcome.cause as Error) : undefined;
  };

  it('without places in the code gives a cause that says so', async () => {
    for (const thrown of ['canary', Object.assign(new Error('canary'), { stack: undefined })]) {
      expect(await causeOf(thrown)).toMatchObject({ message: withheld, stack: `Error: ${withheld}` });
    }
  });

  it('keeps the places, one a line, and no line before one that is none', async () => {
    const places = [
      '    at send (file:///app/send.js:10:20)',
      '    at Array.forEach (<anonymous>)',
      '    at Array.sort (native)',
      '    at async Promise.all (index 12)',
      '    at /app/main.js:1:2',
    ];
    for (const other of [
      'canary    at x (a.js:1:1)',
      '    at x (a.js:1:1) canary',
      '    at canary',
      '  at x (a.js:1:1)',
    ]) {
      const stack = ['VendorError: secret', '    at lost (a.js:1:1)', other, ...places].join('\n');
      const cause = await causeOf(Object.assign(new Error('secret'), { name: 'VendorError', stack }));
      expect(cause?.stack?.split('\n')).toEqual([`VendorError: ${withheld}`, ...places]);
    }
  });
});
