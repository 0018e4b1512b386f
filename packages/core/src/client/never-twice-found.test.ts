import { describe, expect, it, vi } from 'vitest';
import type { CallContext } from '../contract/call-context.js';
import type { SendOutcome } from '../contract/outcomes.js';
import type { SmsProvider } from '../contract/sms-provider.js';
import { accepted, notSent, refused, unknown } from '../provider-kit/outcomes.js';
import { until } from '../until.test.fixture.js';
import { createSmsClient } from './sms-client.js';

// What the model found, each as small as it gets.

const message = { to: '+8613800138000', text: 'hello' };

function counted(id: string, answer: (context: CallContext) => SendOutcome | Promise<SendOutcome>) {
  const provider = {
    specification: 'v1' as const,
    id,
    sends: { text: true, template: false, senderId: true },
    verification: null,
    webhooks: null,
    events: null,
    lookup: null,
    calls: 0,
    async send(_message, context) {
      provider.calls += 1;
      return answer(context);
    },
    async close() {},
  } satisfies SmsProvider & { calls: number };
  return provider;
}

describe('failover', () => {
  it('sends a key once although a provider in JavaScript gives its code as a number', async () => {
    const provider = counted('p0', () => unknown('timeout', 'no answer', { providerCode: 500 as never }));
    await using client = createSmsClient({ providers: [provider] });
    for (let call = 0; call < 2; call += 1) {
      await expect.soft(client.send({ ...message, idempotencyKey: 'k' })).rejects.toMatchObject({ outcome: 'unknown' });
    }
    expect(provider.calls).toBe(1);
  });

  it('gives a key free again whose call ended before it was sent', async () => {
    const provider = counted('p0', () => accepted());
    await using client = createSmsClient({ providers: [provider] });
    const aborted = client.send({ ...message, idempotencyKey: 'k', signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'aborted', outcome: 'not-sent' });
    await expect(client.send({ ...message, idempotencyKey: 'k' })).resolves.toMatchObject({ provider: 'p0' });
  });

  it('does not end a call because another caller of its key aborted', async () => {
    const takenBack = ({ deadline }: CallContext) =>
      new Promise<SendOutcome>((resolve) => {
        deadline.onEnd((reason) => resolve(notSent(reason, 'taken back')));
      });
    const provider = counted('p0', (context) => (provider.calls === 1 ? takenBack(context) : accepted()));
    await using client = createSmsClient({ providers: [provider] });
    const abort = new AbortController();
    const first = client.send({ ...message, idempotencyKey: 'k', signal: abort.signal }).catch(() => {});
    const second = client.send({ ...message, idempotencyKey: 'k' });
    abort.abort();
    await first;
    await expect(second).resolves.toMatchObject({ provider: 'p0' });
    expect(provider.calls).toBe(2);
  });

  it('sends nothing for a caller who aborted before', async () => {
    const provider = counted('p0', () => accepted());
    await using client = createSmsClient({ providers: [provider] });
    const sending = client.send({ ...message, signal: AbortSignal.abort() });
    await expect(sending).rejects.toMatchObject({ code: 'aborted', outcome: 'not-sent' });
    expect(provider.calls).toBe(0);
  });

  it('loses nothing while the second provider takes all that the first one refuses', async () => {
    const first = counted('p0', () => refused('rate_limited', 'too fast'));
    await using client = createSmsClient({ providers: [first, counted('p1', () => accepted())] });
    let lost = 0;
    for (let send = 0; send < 2_000; send += 1) await client.send(message).catch(() => (lost += 1));
    expect(lost).toBe(0);
  });

  it('reads a request once, however it is changed while its key is reserved', async () => {
    const providers = [counted('p0', () => accepted()), counted('p1', () => accepted())];
    await using client = createSmsClient({ providers });
    const request = { ...message, idempotencyKey: 'k', via: ['p0'] };
    const sending = client.send(request);
    request.via = ['p1'];
    await expect(sending).resolves.toMatchObject({ provider: 'p0' });
  });

  it('survives an asynchronous listener that rejects', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    await using client = createSmsClient({ providers: [counted('p0', () => accepted())] });
    client.on('attempt', (async () => {
      throw new Error('canary');
    }) as () => void);
    await client.send(message);
    await until(() => warnings.mock.calls.length === 1);
    expect(String(warnings.mock.calls[0])).not.toContain('canary');
    warnings.mockRestore();
  });
});
