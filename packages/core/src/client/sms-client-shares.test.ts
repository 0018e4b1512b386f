import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallContext } from '../contract/sms-provider.js';
import { notSent } from '../provider-kit/outcomes.js';
import { type Answer, client, failureOf, fake, hello } from './sms-client.test.fixture.js';

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
});
