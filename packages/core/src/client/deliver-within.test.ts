import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReportedState, UndeliveredReason } from '../contract/provider-events.js';
import type { WebhookReading } from '../contract/webhooks.js';
import { MemoryOptOutStore } from '../opt-out/memory-opt-out-store.js';
import { accepted, notSent } from '../provider-kit/outcomes.js';
import { client, failureOf, fake, hello, to } from './sms-client.test.fixture.js';

beforeEach(() => void vi.useFakeTimers());

/** Providers whose vendors report what a test says. */
function twoProviders() {
  const read = async (request: { readonly body: Uint8Array }): Promise<WebhookReading> => ({
    outcome: 'verified',
    events: JSON.parse(new TextDecoder().decode(request.body)),
    reply: { status: 200 },
  });
  const [a, b] = ['a', 'b'].map((id) => Object.assign(fake(id, [accepted(`ref-${id}`)]), { webhooks: { read } }));
  if (a === undefined || b === undefined) throw new Error('There are two.');
  return { a, b };
}

const urgent = { ...hello, onUnknown: 'failover', deliverWithinMs: 20_000 } as const;

type Sms = ReturnType<typeof client>;
async function report(sms: Sms, provider: string, id: string, state: ReportedState, reason?: UndeliveredReason) {
  const body = JSON.stringify([{ kind: 'report', id, state, reason }]);
  const handled = sms.webhooks.handle(new Request(`https://app.example/${provider}`, { method: 'POST', body }));
  await vi.advanceTimersByTimeAsync(0);
  expect((await handled).status).toBe(200);
  await vi.advanceTimersByTimeAsync(0);
}

describe('deliverWithinMs', () => {
  it('hands a message on that has not been delivered in time, under the same id', async () => {
    const { a, b } = twoProviders();
    const sms = client([a, b]);
    const { id } = await sms.send(urgent);
    await report(sms, 'a', id, 'sent');
    await vi.advanceTimersByTimeAsync(19_999);
    expect([a.sent.length, b.sent.length]).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(1);
    expect([a.sent.length, b.sent.length]).toEqual([1, 1]);
    expect(b.sent[0]?.id).toBe(id);
    await report(sms, 'b', id, 'delivered');
    expect(await sms.messages.get(id)).toMatchObject({ state: 'delivered', provider: 'b', attempts: [{}, {}] });
    await vi.advanceTimersByTimeAsync(60_000);
    expect([a.sent.length, b.sent.length]).toEqual([1, 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('numbers the attempts of a message on', async () => {
    const { a, b } = twoProviders();
    const down = fake('down', [notSent('provider_unavailable', 'It is down.')]);
    const sms = client([down, a, b]);
    const numbered: unknown[] = [];
    sms.on('attempt', ({ provider, attempt }) => numbered.push([provider, attempt]));
    await sms.send(urgent);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(numbered).toEqual([
      ['down', 1],
      ['a', 2],
      ['b', 3],
    ]);
  });

  it('asks nobody whom the person has told to stop meanwhile, nor anybody if that cannot be known', async () => {
    for (const change of ['STOP', 'store down'] as const) {
      vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      const { a, b } = twoProviders();
      const optOuts = new MemoryOptOutStore();
      const sms = client([a, b], { stores: { optOuts } });
      await sms.send({ ...urgent, senderId: '10690' });
      if (change === 'STOP') {
        const body = JSON.stringify([{ kind: 'inbound', from: to, to: '10690', text: 'STOP' }]);
        void sms.webhooks.handle(new Request('https://app.example/a', { method: 'POST', body }));
      } else vi.spyOn(optOuts, 'has').mockRejectedValue(new RangeError('down'));
      await vi.advanceTimersByTimeAsync(60_000);
      expect([a.sent.length, b.sent.length], change).toEqual([1, 0]);
      expect(vi.getTimerCount()).toBe(0);
      vi.restoreAllMocks();
    }
  });

  it('believes reports of a provider that was not to be asked when the message was sent', async () => {
    const { a, b } = twoProviders();
    const sms = client([a, b]);
    const say = (text: string) => {
      const body = JSON.stringify([{ kind: 'inbound', from: to, to: '10690', text, at: Date.now() }]);
      return sms.webhooks.handle(new Request('https://app.example/b', { method: 'POST', body }));
    };
    await Promise.all([say('STOP'), vi.advanceTimersByTimeAsync(1_000)]);
    const { id } = await sms.send(urgent);
    await Promise.all([say('START'), vi.advanceTimersByTimeAsync(20_000)]);
    expect(b.sent).toHaveLength(1);
    await report(sms, 'b', id, 'delivered');
    expect((await sms.messages.get(id))?.state).toBe('delivered');
  });

  it('does nothing about a message that was delivered', async () => {
    const { a, b } = twoProviders();
    const sms = client([a, b]);
    const { id } = await sms.send(urgent);
    await report(sms, 'a', id, 'delivered');
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(b.sent).toEqual([]);
  });

  it.each<[UndeliveredReason, number]>([
    ['carrier_fault', 1],
    ['filtered', 1],
    ['unregistered_sender', 1],
    ['unknown_subscriber', 0],
    ['opted_out', 0],
    ['unreachable', 0],
  ])('hands on at once what failed for a reason of the vendor’s, and nothing else: %s', async (reason, sent) => {
    const { a, b } = twoProviders();
    const sms = client([a, b]);
    const { id } = await sms.send(urgent);
    await report(sms, 'a', id, 'undelivered', reason);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(b.sent.length).toBe(sent);
  });

  it('hands on at once what the vendor says has failed before it has answered', async () => {
    const { b } = twoProviders();
    const { webhooks } = b;
    const early = async (message: { readonly id: string }) => {
      await report(sms, 'a', message.id, 'undelivered', 'carrier_fault');
      return accepted('ref-a');
    };
    const a = fake('a', [early], undefined, { webhooks });
    const sms = client([a, b]);
    for (const key of [{}, { idempotencyKey: 'order-42' }]) {
      await sms.send({ ...urgent, ...key });
      await vi.advanceTimersByTimeAsync(0);
    }
    expect([a.sent.length, b.sent.length]).toEqual([2, 2]);
  });

  it('asks nobody after the client has been closed, and does not hold the process', async () => {
    const { a, b } = twoProviders();
    const sms = client([a, b]);
    await sms.send(urgent);
    await sms.close();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(b.sent).toEqual([]);
  });

  it('makes no more attempts than maxAttempts, nor any after the message has expired', async () => {
    for (const options of [{ maxAttempts: 1 }, {}]) {
      const { a, b } = twoProviders();
      const sms = client([a, b], options);
      await sms.send({ ...urgent, ...('maxAttempts' in options ? {} : { validForMs: 10_000 }) });
      await vi.advanceTimersByTimeAsync(60_000);
      expect([a.sent.length, b.sent.length]).toEqual([1, 0]);
    }
  });

  it('does not wait for a provider that never reports', async () => {
    const { b } = twoProviders();
    const a = fake('a');
    const sms = client([a, b]);
    await sms.send(urgent);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(b.sent).toEqual([]);
  });

  it('is for messages that may arrive twice', async () => {
    const { a } = twoProviders();
    const failure = await failureOf(client([a]).send({ ...hello, deliverWithinMs: 20_000 }));
    expect(failure).toMatchObject({ code: 'invalid_request', message: expect.stringContaining('onUnknown') });
    expect(a.sent).toEqual([]);
  });

  it('works for a message with an idempotency key, whose record keeps one receipt', async () => {
    const { a, b } = twoProviders();
    const sms = client([a, b]);
    const keyed = { ...urgent, idempotencyKey: 'order-42' };
    const receipt = await sms.send(keyed);
    await vi.advanceTimersByTimeAsync(20_000);
    expect([a.sent.length, b.sent.length]).toEqual([1, 1]);
    expect(await sms.send(keyed)).toMatchObject({ id: receipt.id, replayed: true });
    expect([a.sent.length, b.sent.length]).toEqual([1, 1]);
  });
});

describe('verification.deliverWithinMs', () => {
  it('has the next provider carry the same code, and it is good', async () => {
    const { a, b } = twoProviders();
    const sms = client([a, b], { verification: { deliverWithinMs: 15_000 } });
    const { id } = await sms.verifications.start({ to });
    await vi.advanceTimersByTimeAsync(15_000);
    const [first, second] = [a.sent[0], b.sent[0]].map((each) => (each?.kind === 'text' ? each.text : ''));
    expect(first).toMatch(/\d{6}/);
    expect(second?.match(/\d{6}/)?.[0]).toBe(first?.match(/\d{6}/)?.[0]);
    const code = /\d{6}/.exec(second ?? '')?.[0] ?? '';
    expect(await sms.verifications.check({ id, code })).toMatchObject({ outcome: 'approved' });
  });

  it('hands no code on that the person has typed, though the vendor has not reported it yet', async () => {
    const { a, b } = twoProviders();
    const sms = client([a, b], { verification: { deliverWithinMs: 15_000 }, guard: false });
    const { id } = await sms.verifications.start({ to, purpose: 'login' });
    await sms.verifications.start({ to, purpose: 'payment' });
    const sent = a.sent[0];
    const code = /\d{6}/.exec(sent?.kind === 'text' ? sent.text : '')?.[0] ?? '';
    expect(await sms.verifications.check({ id, purpose: 'login', code })).toMatchObject({ outcome: 'approved' });
    await vi.advanceTimersByTimeAsync(60_000);
    // The code of the payment alone.
    expect(b.sent.map((each) => each.id)).toEqual([a.sent[1]?.id]);
  });
});
