import { type CallContext, deadlineAfter, parsePhoneNumber } from '@polysms/core/provider-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FailOptions, ScriptedOutcome } from './fault-script.js';
import { mock } from './mock.js';
import type { MockProvider } from './mock-provider.js';

const to = parsePhoneNumber('+8613800138000');
const text = { kind: 'text', id: 'message-1', to, text: 'Your parcel is here' } as const;
afterEach(() => void vi.useRealTimers());

const context = (): CallContext => ({ deadline: deadlineAfter(1000) });

async function outcomesOf(provider: MockProvider, calls: number): Promise<readonly string[]> {
  const outcomes: string[] = [];
  for (let call = 0; call < calls; call += 1) outcomes.push((await provider.send(text, context())).outcome);
  return outcomes;
}

describe('fail()', () => {
  it('applies to the next call, once', async () => {
    const provider = mock();
    provider.fail({ outcome: 'refused' });
    expect(await outcomesOf(provider, 2)).toEqual(['refused', 'accepted']);
    expect(provider.outbox).toHaveLength(1);
  });

  it('lets `after` calls pass, and then applies to `times`', async () => {
    const provider = mock();
    provider.fail({ outcome: 'not-sent' }, { after: 1, times: 2 });
    expect(await outcomesOf(provider, 4)).toEqual(['accepted', 'not-sent', 'not-sent', 'accepted']);
  });

  it('may last for ever', async () => {
    const provider = mock();
    provider.fail({ outcome: 'unknown' }, { times: Number.POSITIVE_INFINITY });
    expect(new Set(await outcomesOf(provider, 20))).toEqual(new Set(['unknown']));
  });

  it('gives a call to the fault that was added first, and lets the others wait', async () => {
    const provider = mock();
    provider.fail({ outcome: 'refused' }, { times: 2 });
    provider.fail({ outcome: 'unknown' });
    provider.fail({ outcome: 'not-sent' }, { after: 4 });
    expect(await outcomesOf(provider, 6)).toEqual([
      'refused',
      'refused',
      'unknown',
      'accepted',
      'not-sent',
      'accepted',
    ]);
  });

  it('applies to one operation only if it is told so', async () => {
    const provider = mock();
    provider.fail({ outcome: 'refused' }, { operation: 'check' });
    provider.fail({ outcome: 'unknown' }, { operation: 'start' });
    expect(await outcomesOf(provider, 1)).toEqual(['accepted']);
    expect(await provider.verification?.start({ id: 'message-1', to }, context())).toMatchObject({
      outcome: 'unknown',
    });
    expect(await provider.verification?.check({ to, code: '123456' }, context())).toMatchObject({ outcome: 'refused' });
  });

  it('does not count calls that never reach the vendor', async () => {
    const provider = mock({ sends: { template: false } });
    provider.fail({ outcome: 'refused' });
    await provider.send({ kind: 'template', id: 'message-1', to, template: 'parcel', params: [] }, context());
    await provider.send(text, { deadline: deadlineAfter(0) });
    expect(await outcomesOf(provider, 1)).toEqual(['refused']);
  });

  it('answers with the failure that it was given', async () => {
    const provider = mock();
    const failure = {
      outcome: 'refused',
      code: 'recipient_rate_limited',
      message: 'Too many.',
      providerCode: '463',
      retryAfterMs: 60_000,
    } as const;
    provider.fail(failure);
    expect(await provider.send(text, context())).toEqual(failure);
  });

  it.each([
    ['refused', 'provider_unavailable'],
    ['not-sent', 'network_error'],
    ['unknown', 'timeout'],
  ] as const)('has a code and a message for %s by default', async (outcome, code) => {
    const provider = mock();
    provider.fail({ outcome });
    expect(await provider.send(text, context())).toMatchObject({
      outcome,
      code,
      message: expect.stringContaining('told'),
    });
  });

  it('delivers the message of an unknown outcome when only the answer is lost', async () => {
    const provider = mock();
    provider.fail({ outcome: 'unknown' }, { delivered: true });
    provider.fail({ outcome: 'unknown' });
    expect(await outcomesOf(provider, 2)).toEqual(['unknown', 'unknown']);
    expect(provider.outbox).toHaveLength(1);
  });

  it('judges a code when only the answer is lost', async () => {
    const provider = mock();
    await provider.verification?.start({ id: 'message-1', to }, context());
    const [message] = provider.outbox;
    const code = message?.kind === 'verification' ? message.code : '';
    provider.fail({ outcome: 'unknown' }, { operation: 'check', delivered: true });
    expect(await provider.verification?.check({ to, code }, context())).toMatchObject({ outcome: 'unknown' });
    expect(await provider.verification?.check({ to, code }, context())).toEqual({ outcome: 'incorrect' });
  });

  it('hangs until the deadline ends', async () => {
    vi.useFakeTimers();
    const provider = mock();
    provider.fail('hang');
    const sending = provider.send(text, context());
    await vi.advanceTimersByTimeAsync(1000);
    expect(await sending).toMatchObject({ outcome: 'unknown', code: 'timeout' });
    expect(provider.outbox).toEqual([]);
  });

  it('throws like a provider with a bug, before or after the message has gone out', async () => {
    const provider = mock();
    const error = new Error('a bug');
    provider.fail({ throws: error }, { times: 1 });
    provider.fail({ throws: error }, { delivered: true });
    await expect(provider.send(text, context())).rejects.toBe(error);
    expect(provider.outbox).toHaveLength(0);
    await expect(provider.send(text, context())).rejects.toBe(error);
    expect(provider.outbox).toHaveLength(1);
  });

  it.each<[string, ScriptedOutcome, FailOptions]>([
    ['delivered to be false', { outcome: 'refused' }, { delivered: true }],
    ['delivered to be false', { outcome: 'not-sent' }, { delivered: true }],
    ['after: expected a whole number of calls, 0 or more', { outcome: 'refused' }, { after: -1 }],
    ['times: expected a whole number of calls, 1 or more, or Infinity', { outcome: 'refused' }, { times: 0 }],
    ['times: expected a whole number of calls, 1 or more, or Infinity', { outcome: 'refused' }, { times: 1.5 }],
    ['operation: expected send, start, check or lookup', { outcome: 'refused' }, { operation: 'close' as 'send' }],
    ['outcome: expected refused, not-sent or unknown', { outcome: 'accepted' as 'refused' }, {}],
    ['expected a refused, not-sent or unknown outcome', 'hangs' as 'hang', {}],
    ['code: expected an SmsErrorCode', { outcome: 'refused', code: 457 as unknown as 'timeout' }, {}],
    ['code: expected an SmsErrorCode', { outcome: 'refused', code: 'nonsense' as 'timeout' }, {}],
    ['code: expected an SmsErrorCode', { outcome: 'unknown', code: 'toString' as 'timeout' }, {}],
  ])('refuses a script that cannot work: %s', (message, outcome, options) => {
    const provider = mock();
    expect(() => provider.fail(outcome, options)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining(message) }),
    );
  });
});
