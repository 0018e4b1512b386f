import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import type { SendOutcome } from '../contract/outcomes.js';
import { accepted, notSent, refused } from '../provider-kit/outcomes.js';
import { createSmsClient } from './sms-client.js';
import {
  type Answer,
  broke,
  client,
  down,
  failureOf,
  fake,
  hello,
  lost,
  to,
  wrongNumber,
} from './sms-client.test.fixture.js';

describe('a message', () => {
  it('goes to the first provider, and the receipt says so', async () => {
    const a = fake('a', [accepted('id-1')]);
    const b = fake('b');
    const receipt = await client([a, b]).send(hello);
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(receipt).toEqual({
      id: expect.stringMatching(uuid),
      provider: 'a',
      reference: 'id-1',
      attempts: [{ provider: 'a', outcome: 'accepted', durationMs: expect.any(Number) }],
    });
    expect(a.sent).toEqual([
      { kind: 'text', id: receipt.id, to: expect.objectContaining({ e164: to }), text: 'canary text' },
    ]);
    expect(b.sent).toEqual([]);
  });

  it.each<[string, SendOutcome]>([
    ['was certainly not sent', down],
    ['was refused for a reason of the provider', broke],
    ['was rate limited', refused('rate_limited', 'Slow down.')],
    ['met an open circuit', notSent('circuit_open', 'Open.')],
  ])('goes to the next provider when it %s', async (_name, failure) => {
    const a = fake('a', [failure]);
    const b = fake('b');
    const receipt = await client([a, b]).send(hello);
    expect(receipt.provider).toBe('b');
    expect(receipt.attempts.map(({ provider, outcome }) => `${provider} ${outcome}`)).toEqual([
      `a ${failure.outcome}`,
      'b accepted',
    ]);
  });

  it.each<[string, SendOutcome, string]>([
    ['its own fault', wrongNumber, 'invalid_phone_number'],
    ['its recipient’s wish', refused('recipient_blocked', 'Opted out.'), 'recipient_blocked'],
    ['an outcome that nobody knows', lost, 'timeout'],
  ])('stops at %s', async (_name, failure, code) => {
    const a = fake('a', [failure]);
    const b = fake('b');
    const error = await failureOf(client([a, b]).send(hello));
    expect(error).toMatchObject({ code, outcome: failure.outcome, provider: 'a' });
    expect(b.sent).toEqual([]);
  });

  it('that may arrive twice goes on after unknown outcomes, as far as maxAttempts allows', async () => {
    const providers = [fake('a', [lost]), fake('b', [lost]), fake('c', [accepted(), lost]), fake('d')];
    const sms = client(providers);
    expect(await sms.send({ ...hello, onUnknown: 'failover' })).toMatchObject({ provider: 'c' });
    const error = await failureOf(sms.send({ ...hello, onUnknown: 'failover' }));
    expect(error).toMatchObject({
      outcome: 'unknown',
      attempts: [{ provider: 'a' }, { provider: 'b' }, { provider: 'c' }],
    });
    const configured = client([fake('a', [lost]), fake('b')], { onUnknown: { message: 'failover' } });
    expect(await configured.send(hello)).toMatchObject({ provider: 'b' });
  });

  it('whose outcome was unknown once stays unknown, whatever comes after', async () => {
    const providers = [fake('a', [lost]), fake('b', [wrongNumber])];
    const error = await failureOf(client(providers).send({ ...hello, onUnknown: 'failover' }));
    expect(error).toMatchObject({ code: 'invalid_phone_number', outcome: 'unknown' });
  });

  it('makes no more attempts than allowed', async () => {
    const providers = ['a', 'b', 'c', 'd'].map((id) => fake(id, [down]));
    const error = await failureOf(client(providers, { maxAttempts: 2 }).send(hello));
    expect(error).toMatchObject({ code: 'all_providers_failed', outcome: 'not-sent', attempts: { length: 2 } });
    expect(error.message).toContain('maxAttempts');
    expect(providers.map(({ sent }) => sent.length)).toEqual([1, 1, 0, 0]);
  });

  it('does not outspend the retry budget', async () => {
    const a = fake('a', [down]);
    const b = fake('b');
    const sms = client([a, b], { retryBudget: { ratio: 0, burst: 0 } });
    const error = await failureOf(sms.send(hello));
    expect(error).toMatchObject({ code: 'network_error', outcome: 'not-sent' });
    expect(error.message).toContain('retry budget');
  });

  it('is refused before anybody is asked when all that failed is told in one error', async () => {
    const error = await failureOf(client([fake('a', [broke]), fake('b', [down])]).send(hello));
    expect(error).toMatchObject({
      code: 'all_providers_failed',
      outcome: 'refused',
      attempts: [
        { provider: 'a', outcome: 'refused', code: 'insufficient_balance', providerCode: '470' },
        { provider: 'b', outcome: 'not-sent', code: 'network_error' },
      ],
    });
    const shown = inspect(error) + JSON.stringify(error);
    expect(shown).toMatch(/1 {2}a {2}refused +insufficient_balance +470/);
    for (const secret of ['canary', '13800138000']) expect(shown).not.toContain(secret);
  });
});

describe('a provider with a bug', () => {
  it.each<[string, Answer]>([
    [
      'throws',
      async () => {
        throw new TypeError('canary');
      },
    ],
    ['answers nothing', (async () => undefined) as unknown as Answer],
  ])('that %s makes the outcome unknown, and says whose bug it is', async (_name, answer) => {
    const error = await failureOf(client([fake('a', [answer]), fake('b')]).send(hello));
    expect(error).toMatchObject({ outcome: 'unknown', provider: 'a' });
    expect(error.message).toMatch(/bug/);
    expect(inspect(error, { depth: 9 })).not.toContain('canary');
  });
});

describe('the time', () => {
  it('of one call is shared by its attempts', async () => {
    vi.useFakeTimers();
    const slow: Answer = (_message, { deadline }) =>
      new Promise((resolve) => setTimeout(() => resolve(deadline.ended === undefined ? down : lost), 60));
    const a = fake('a', [slow]);
    const b = fake('b', [slow]);
    const sending = failureOf(client([a, b]).send({ ...hello, deadlineMs: 100 }));
    await vi.advanceTimersByTimeAsync(60);
    expect(b.contexts[0]?.deadline.remainingMs()).toBe(40);
    await vi.advanceTimersByTimeAsync(60);
    expect(await sending).toMatchObject({ outcome: 'unknown', attempts: { length: 2 } });
  });

  it('of a provider that ignores it ends all the same', async () => {
    vi.useFakeTimers();
    const hanging: Answer = () => new Promise(() => {});
    const sending = failureOf(client([fake('a', [hanging]), fake('b')]).send({ ...hello, deadlineMs: 100 }));
    await vi.advanceTimersByTimeAsync(150);
    expect(await sending).toMatchObject({ code: 'timeout', outcome: 'unknown', provider: 'a' });
  });

  it('ends with the caller’s signal', async () => {
    const controller = new AbortController();
    const aborting: Answer = async () => {
      controller.abort();
      return notSent('aborted', 'Aborted.');
    };
    const b = fake('b');
    const error = await failureOf(client([fake('a', [aborting]), b]).send({ ...hello, signal: controller.signal }));
    expect(error).toMatchObject({ code: 'aborted', outcome: 'not-sent' });
    expect(b.sent).toEqual([]);
  });
});

describe('a batch', () => {
  it('gives a result for each message; a bad number stops nothing', async () => {
    const numbers = ['+8613800138000', '138', '+8613800138001'];
    const results = [];
    for await (const result of client([fake('a')]).sendMany(numbers.map((number) => ({ to: number, text: 'x' })))) {
      results[result.index] = result.status === 'accepted' ? result.receipt.provider : result.error.code;
    }
    expect(results).toEqual(['a', 'invalid_phone_number', 'a']);
  });
});

describe('a thousand calls at once', () => {
  it.each([
    ['nobody listens', down],
    ['it is asked too often', refused('rate_limited', 'Slow down.')],
    ['its balance is used up', broke],
  ])('all reach the second provider when at the first %s', async (_name, failure) => {
    const later = (outcome: SendOutcome) => () =>
      new Promise<SendOutcome>((resolve) => setImmediate(() => resolve(outcome)));
    const sms = client([fake('a', [later(failure)]), fake('b', [later(accepted())])]);
    const receipts = await Promise.all(Array.from({ length: 2_000 }, () => sms.send(hello)));
    expect(receipts.filter(({ provider }) => provider === 'b').length).toBe(2_000);
  });

  it('that the second provider refuses for their own fault use no budget up', async () => {
    const a = fake('a', [refused('recipient_rate_limited', 'Enough.')]);
    const sms = client([a, fake('b', [wrongNumber])], { retryBudget: { ratio: 0, burst: 1 } });
    for (let call = 0; call < 5; call += 1) {
      expect(await failureOf(sms.send(hello))).toMatchObject({ code: 'invalid_phone_number', attempts: { length: 2 } });
    }
  });
});

describe('close', () => {
  it('is not held up for ever by a provider that hangs, nor by one that fails', async () => {
    vi.useFakeTimers();
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const hanging = { ...fake('a'), close: () => new Promise<void>(() => {}) };
    const failing = { ...fake('b'), close: () => Promise.reject(new Error('canary')) };
    const closing = createSmsClient({ providers: [hanging, failing] }).close();
    await vi.advanceTimersByTimeAsync(10_000);
    await closing;
    const told = warnings.mock.calls.map(([message]) => String(message)).sort();
    expect(told).toEqual(['Provider a did not close in 10 s.', 'Provider b failed to close: Error']);
    expect(vi.getTimerCount()).toBe(0);
    warnings.mockRestore();
  });

  it('waits for what is under way, closes the providers once, and refuses later calls', async () => {
    let finish = (_outcome: SendOutcome) => {};
    const a = fake('a', [
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    ]);
    const sms = createSmsClient({ providers: [a] });
    const sending = sms.send(hello);
    const closing = sms.close();
    expect(await failureOf(sms.send(hello))).toMatchObject({ code: 'client_closed', outcome: 'not-sent' });
    expect(a.closed).toBe(0);
    finish(accepted());
    expect((await sending).provider).toBe('a');
    await Promise.all([closing, sms.close(), sms[Symbol.asyncDispose]()]);
    expect(a.closed).toBe(1);
  });
});
