import { type CallContext, deadlineAfter, parsePhoneNumber } from '@polysms/core/provider-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mock } from './mock.js';
import type { MockMessage } from './mock-message.js';
import type { MockProvider } from './mock-provider.js';
import type { MockOptions } from './options.js';

const to = parsePhoneNumber('+8613800138000');
const text = { kind: 'text', id: 'message-1', to, text: 'Your parcel is here' } as const;
const template = {
  kind: 'template',
  id: 'message-1',
  to,
  template: 'parcel',
  params: [{ name: 'box', value: '7' }],
} as const;

const within = (ms: number, signal?: AbortSignal): CallContext => ({ deadline: deadlineAfter(ms, { signal }) });

/** Fake timers stand still, so that a test is over before any deadline unless it moves the clock. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'], now: 1_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

function verificationOf(provider: MockProvider) {
  if (provider.verification === null) throw new Error('This mock makes no codes.');
  return provider.verification;
}

async function startedCode(provider: MockProvider): Promise<string> {
  await verificationOf(provider).start({ id: 'message-1', to }, within(1000));
  const message = provider.outbox.at(-1);
  if (message?.kind !== 'verification') throw new Error('No code was sent.');
  return message.code;
}

const check = (provider: MockProvider, code: string, reference?: string) =>
  verificationOf(provider).check({ to, code, reference }, within(1000));

describe('the outbox', () => {
  it('shows what phones received, oldest first', async () => {
    const provider = mock({ clock: { now: () => 77 } });
    const reportUrl = 'https://app.example/webhooks/mock';
    const whole = { ...text, senderId: 'Shop', validForMs: 60_000, reportUrl };
    const sent = await provider.send(whole, { ...within(1000), idempotencyKey: 'k1' });
    await provider.send({ ...template, id: 'message-2', signature: 'Shop' }, within(1000));
    await verificationOf(provider).start({ id: 'message-3', to, locale: 'en' }, within(1000));
    expect(provider.outbox).toEqual([
      {
        kind: 'text',
        id: 'message-1',
        validForMs: 60_000,
        reportUrl,
        to: '+8613800138000',
        text: 'Your parcel is here',
        senderId: 'Shop',
        receivedAt: 77,
        idempotencyKey: 'k1',
        reference: sent.outcome === 'accepted' ? sent.reference : 'none',
      },
      {
        kind: 'template',
        id: 'message-2',
        to: '+8613800138000',
        template: 'parcel',
        params: [{ name: 'box', value: '7' }],
        signature: 'Shop',
        receivedAt: 77,
        reference: expect.stringMatching(/^mock-[0-9a-f]{12}$/u),
      },
      {
        kind: 'verification',
        id: 'message-3',
        to: '+8613800138000',
        code: expect.stringMatching(/^\d{6}$/u),
        locale: 'en',
        receivedAt: 77,
        reference: expect.stringMatching(/^mock-[0-9a-f]{12}$/u),
      },
    ]);
  });

  it('is a live view until the next reset()', async () => {
    const provider = mock();
    const { outbox } = provider;
    await provider.send(text, within(1000));
    expect(outbox).toHaveLength(1);
    expect(provider.outbox).toBe(outbox);
    provider.reset();
    expect(provider.outbox).toEqual([]);
    expect(outbox).toHaveLength(1);
  });

  it.each<[string, (outbox: MockMessage[]) => unknown]>([
    ['push', (outbox) => outbox.push(...outbox)],
    ['pop', (outbox) => outbox.pop()],
    ['sort', (outbox) => outbox.sort()],
    ['length', (outbox) => Reflect.set(outbox, 'length', 0)],
    ['an index', (outbox) => Reflect.deleteProperty(outbox, 0)],
    ['a property', (outbox) => Object.defineProperty(outbox, 'at', { value: () => undefined })],
    ['the prototype', (outbox) => Object.setPrototypeOf(outbox, null)],
    ['freezing', (outbox) => Object.freeze(outbox)],
  ])('cannot be changed through %s, and goes on working', async (_, change) => {
    const provider = mock();
    await provider.send(text, within(1000));
    await provider.send(template, within(1000));
    const before = [...provider.outbox];
    expect(() => change(provider.outbox as MockMessage[])).toThrow(/can only be read: take a copy/u);
    expect(provider.outbox).toEqual(before);
    await provider.send(text, within(1000));
    expect(provider.outbox).toHaveLength(3);
  });

  it('holds messages that cannot be changed', async () => {
    const provider = mock();
    await provider.send(template, within(1000));
    const [message] = provider.outbox;
    if (message?.kind !== 'template') throw new Error('No template was sent.');
    expect(Reflect.set(message, 'to', '+41791234567')).toBe(false);
    expect(Reflect.set(message.params, 0, { name: 'box', value: '8' })).toBe(false);
    expect(message.params.map((param) => Reflect.set(param, 'value', '8'))).toEqual([false]);
  });

  it('keeps the parameters as they were sent', async () => {
    const provider = mock();
    const param = { name: 'box', value: '7' };
    await provider.send({ ...template, params: [param] }, within(1000));
    param.value = '8';
    expect(provider.outbox).toMatchObject([{ params: [{ value: '7' }] }]);
  });
});

describe('seeded randomness', () => {
  const run = async (options: MockOptions) => {
    const provider = mock(options);
    await provider.send(text, within(1000));
    await startedCode(provider);
    await startedCode(provider);
    return provider.outbox.map((message) => [message.reference, 'code' in message ? message.code : '']);
  };

  it('makes two mocks with the same seed behave the same', async () => {
    expect(await run({ seed: 7, id: 'a' })).toEqual(await run({ seed: 7, id: 'b' }));
  });

  it('makes other codes and references for another seed, and for another id', async () => {
    expect(await run({ seed: 1 })).not.toEqual(await run({ seed: 2 }));
    expect(await run({ id: 'primary' })).not.toEqual(await run({ id: 'backup' }));
  });

  it('repeats itself without a seed', async () => {
    expect(await run({})).toEqual(await run({}));
  });

  it('draws the latency without changing the codes', async () => {
    const provider = mock({ seed: 7, latencyMs: { min: 5, max: 50 } });
    const outcome = provider.send(text, within(1000));
    await vi.advanceTimersByTimeAsync(50);
    await outcome;
    const [first] = await run({ seed: 7 });
    expect(provider.outbox.map(({ reference }) => reference)).toEqual([first?.[0]]);
  });
});

describe('latency', () => {
  it('delivers at once and answers later', async () => {
    const provider = mock({ latencyMs: 100 });
    let outcome: unknown;
    const call = provider.send(text, within(1000)).then((settled) => {
      outcome = settled;
    });
    await vi.advanceTimersByTimeAsync(99);
    expect(provider.outbox).toHaveLength(1);
    expect(outcome).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome).toMatchObject({ outcome: 'accepted' });
    await call;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives unknown with the code timeout for a deadline that ends first, and the message was delivered', async () => {
    const provider = mock({ latencyMs: 100 });
    const call = provider.send(text, within(40));
    await vi.advanceTimersByTimeAsync(40);
    expect(await call).toMatchObject({ outcome: 'unknown', code: 'timeout' });
    expect(provider.outbox).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives unknown with the code aborted when the caller ends the call', async () => {
    const provider = mock({ latencyMs: 100 });
    const controller = new AbortController();
    const call = provider.send(text, within(1000, controller.signal));
    controller.abort();
    expect(await call).toMatchObject({ outcome: 'unknown', code: 'aborted' });
    expect(provider.outbox).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends nothing for a call that has ended before', async () => {
    const provider = mock({ latencyMs: 100 });
    expect(await provider.send(text, within(0))).toMatchObject({ outcome: 'not-sent', code: 'deadline_exceeded' });
    expect(await provider.send(text, within(9, AbortSignal.abort()))).toMatchObject({
      outcome: 'not-sent',
      code: 'aborted',
    });
    expect(provider.outbox).toEqual([]);
  });

  it('stays within its range', async () => {
    const provider = mock({ latencyMs: { min: 10, max: 20 } });
    const delays: number[] = [];
    for (let call = 0; call < 50; call += 1) {
      const began = performance.now();
      const sent = provider.send(text, within(1000));
      await vi.advanceTimersToNextTimerAsync();
      await sent;
      delays.push(performance.now() - began);
    }
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...delays)).toBeLessThanOrEqual(20);
    expect(new Set(delays).size).toBeGreaterThan(3);
  });
});

describe('close()', () => {
  it('settles calls in flight at once, rejects waits and leaves no timer', async () => {
    const provider = mock({ latencyMs: 60_000 });
    const sent = provider.send(text, within(100_000));
    provider.fail('hang', { operation: 'check' });
    const checked = check(provider, '123456');
    const wait = expect(provider.waitForMessage({ to: '+12025550123', timeoutMs: 5000 })).rejects.toMatchObject({
      code: 'client_closed',
      message: expect.stringContaining('before the mock was closed'),
    });
    await provider.close();
    expect(await sent).toMatchObject({ outcome: 'unknown', code: 'client_closed' });
    expect(await checked).toMatchObject({ outcome: 'unknown', code: 'client_closed' });
    await wait;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('answers later calls not-sent', async () => {
    const provider = mock();
    await provider.close();
    await provider.close();
    const closed = { outcome: 'not-sent', code: 'client_closed', message: expect.stringContaining('closed') };
    expect(await provider.send(text, within(1000))).toMatchObject(closed);
    expect(await verificationOf(provider).start({ id: 'message-1', to }, within(1000))).toMatchObject(closed);
    expect(await check(provider, '123456')).toMatchObject(closed);
    expect(provider.outbox).toEqual([]);
  });

  it('is what the end of an await using block calls', async () => {
    const provider = mock();
    await provider[Symbol.asyncDispose]();
    expect(await provider.send(text, within(1000))).toMatchObject({ outcome: 'not-sent', code: 'client_closed' });
  });

  it('stops listening to the signals of callers', async () => {
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    const added = vi.spyOn(controller.signal, 'addEventListener');
    const provider = mock({ latencyMs: 60_000 });
    const sent = provider.send(text, within(100_000, controller.signal));
    await provider.close();
    await sent;
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });
});

describe('reset()', () => {
  it('starts again: faults, messages, codes and randomness', async () => {
    const provider = mock();
    const first = await startedCode(provider);
    provider.fail({ outcome: 'refused' });
    provider.reset();
    expect(provider.outbox).toEqual([]);
    expect(await check(provider, first)).toEqual({ outcome: 'incorrect' });
    expect(await startedCode(provider)).toBe(first);
  });

  it('rejects waits, which would take a message of the next test', async () => {
    const provider = mock();
    const wait = expect(provider.waitForMessage({ to: to.e164 })).rejects.toMatchObject({ code: 'aborted' });
    provider.reset();
    await wait;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('acceptedWith', () => {
  it('is part of every accepted', async () => {
    const acceptedWith = { segments: 2, price: { amount: '0.0150', currency: 'USD' } };
    const provider = mock({ acceptedWith });
    const outcome = { outcome: 'accepted', reference: expect.stringMatching(/^mock-/u), ...acceptedWith };
    expect(await provider.send(text, within(1000))).toEqual(outcome);
    expect(await verificationOf(provider).start({ id: 'message-2', to }, within(1000))).toEqual(outcome);
  });
});

describe('what it does not send', () => {
  it('is not-sent with the code unsupported_message', async () => {
    const provider = mock({ sends: { text: false } });
    expect(provider.sends).toEqual({ text: false, template: true, senderId: false });
    expect(await provider.send(text, within(1000))).toMatchObject({ outcome: 'not-sent', code: 'unsupported_message' });
    expect(await provider.send(template, within(1000))).toMatchObject({ outcome: 'accepted' });
  });
});
