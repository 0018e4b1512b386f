import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallContext } from '../contract/call-context.js';
import { accepted, notSent, unknown } from '../provider-kit/outcomes.js';
import { type Answer, broke, client, down, failureOf, fake, hello } from './sms-client.test.fixture.js';

beforeEach(() => void vi.useFakeTimers());

/** Writes nothing, and gives up when it must; it says why in the word of what ended. */
const neverWrites: Answer = (_message, { writeBy, deadline }: CallContext) =>
  new Promise((resolve) => {
    (writeBy ?? deadline).onEnd((reason) => resolve(notSent(reason, 'Given up.')));
  });

describe('a provider that hangs before it writes', () => {
  it('costs its share: then it is a time-out of the provider, and the next one is asked', async () => {
    const sms = client([fake('a', [neverWrites]), fake('b')], { deadlineMs: 9_000 });
    const sending = sms.send(hello);
    await vi.advanceTimersByTimeAsync(4_500);
    expect((await sending).attempts).toMatchObject([
      { provider: 'a', outcome: 'not-sent', code: 'timeout', durationMs: 4_500 },
      { provider: 'b', outcome: 'accepted' },
    ]);
    expect(sms.health()['a']).toMatchObject({ failures: 1, lastFailure: { code: 'timeout' } });
  });

  it('ends the call as its own end when nobody else could be asked', async () => {
    const sms = client([fake('a', [neverWrites])], { deadlineMs: 9_000 });
    const failing = failureOf(sms.send(hello));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(await failing).toMatchObject({ code: 'deadline_exceeded', outcome: 'not-sent' });
    expect(sms.health()['a']).toMatchObject({ failures: 0 });
  });

  it.each(['stop', 'failover'] as const)(
    'holds nobody any longer once its circuit opens, however late they began (%s)',
    async (onUnknown) => {
      const sms = client([fake('a', [neverWrites]), fake('b')], { deadlineMs: 10_000 });
      const settledAt: number[] = [];
      const begun = performance.now();
      for (let second = 0; second < 15; second += 1) {
        void sms.send({ ...hello, onUnknown }).then(() => settledAt.push((performance.now() - begun) / 1_000));
        await vi.advanceTimersByTimeAsync(1_000);
      }
      // The first four wait for their shares, the fifth opens the circuit; those that waited behind it go on with it.
      expect(settledAt).toEqual([5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 10, 11, 12, 13, 14]);
      expect(vi.getTimerCount()).toBe(1);
    },
  );

  it.each(['deadline_exceeded', 'aborted', 'timeout'] as const)(
    'may call the end of its share %s: a code goes on to the next provider',
    async (code) => {
      const throughSdk: Answer = (_message, { deadline }) =>
        new Promise((resolve) => {
          deadline.onEnd(() => resolve(unknown(code, 'The SDK was aborted.')));
        });
      const sms = client([fake('a', [throughSdk]), fake('b')], { deadlineMs: 2_000 });
      const sending = sms.send({ ...hello, onUnknown: 'failover' });
      await vi.advanceTimersByTimeAsync(1_000);
      expect((await sending).attempts).toMatchObject([{ outcome: 'unknown', code: 'timeout' }, { provider: 'b' }]);
      expect(sms.health()['a']).toMatchObject({ failures: 1 });
    },
  );

  it('says nothing about the provider when it was this process that was held up', async () => {
    const sms = client([fake('a', [neverWrites])], { deadlineMs: 1_000 });
    const failing = Array.from({ length: 10 }, () => failureOf(sms.send(hello)));
    const heldUp = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1_200);
    await vi.advanceTimersByTimeAsync(1_000);
    heldUp.mockRestore();
    await vi.advanceTimersByTimeAsync(200);
    for (const error of await Promise.all(failing)) expect(error).toMatchObject({ outcome: 'not-sent' });
    expect(sms.health()['a']).toMatchObject({ circuit: 'closed', failures: 0 });
  });
});

describe('when all circuits are open', () => {
  const broken = (id: string, then: Answer) => fake(id, [...Array(5).fill(broke), then]);

  it('a code is tried with one after the other, each with its share: the first that is well again takes it', async () => {
    const [a, b] = [broken('a', neverWrites), broken('b', accepted())];
    const sms = client([a, b], { deadlineMs: 2_000 });
    for (let times = 0; times < 5; times += 1) await failureOf(sms.send(hello));
    expect(Object.values(sms.health()).map(({ circuit }) => circuit)).toEqual(['open', 'open']);
    const ordinary = await failureOf(sms.send(hello));
    expect(ordinary.attempts.map(({ code }) => code)).toEqual(['circuit_open', 'circuit_open']);
    const sending = sms.send({ ...hello, onUnknown: 'failover' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await sending).provider).toBe('b');
    expect(sms.health()['b']).toMatchObject({ circuit: 'closed' });
  });
});

describe('our own pace', () => {
  it('costs the retry budget nothing: no provider was asked', async () => {
    const heldBack = notSent('rate_limited', 'Our own pace held it back.');
    const sms = client([fake('a', [heldBack]), fake('b', [heldBack]), fake('c', [down]), fake('d')], {
      retryBudget: { ratio: 0, burst: 1 },
      maxAttempts: 4,
    });
    for (let times = 0; times < 20; times += 1) await failureOf(sms.send({ ...hello, via: ['a', 'b'] }));
    expect((await sms.send({ ...hello, via: ['c', 'd'] })).provider).toBe('d');
  });
});
