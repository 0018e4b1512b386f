import { deadlineAfter, parsePhoneNumber } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { mock } from './mock.js';
import type { MockReply, MockReport } from './mock-events.js';
import type { MockProvider } from './mock-provider.js';

const to = parsePhoneNumber('+8613800138000');
const context = () => ({ deadline: deadlineAfter(1000) });

async function withMessage(): Promise<MockProvider> {
  const provider = mock({ webhooks: { secret: 'a' }, clock: { now: () => 77 } });
  await provider.send({ kind: 'text', id: 'message-1', to, text: 'a' }, context());
  return provider;
}

describe('report()', () => {
  it.each(['the message', 'its reference', 'its id'])('takes %s', async (what) => {
    const provider = await withMessage();
    const [message] = provider.outbox;
    if (message === undefined) throw new Error('Nothing was sent.');
    const named = { 'the message': message, 'its reference': message.reference, 'its id': message.id }[what] ?? '';
    expect(provider.report(named, { state: 'undelivered', reason: 'unreachable', providerCode: '27' })).toEqual({
      kind: 'report',
      id: 'message-1',
      reference: message.reference,
      to: to.e164,
      at: 77,
      state: 'undelivered',
      reason: 'unreachable',
      providerCode: '27',
    });
  });

  it('takes of several messages with one id the last', async () => {
    const provider = await withMessage();
    await provider.send({ kind: 'text', id: 'message-1', to, text: 'a' }, context());
    expect(provider.report('message-1', { state: 'sent' }).reference).toBe(provider.outbox[1]?.reference);
  });

  it('takes codes that the mock has made as well', async () => {
    const provider = await withMessage();
    await provider.verification?.start({ id: 'message-2', to }, context());
    expect(provider.report('message-2', { state: 'sent', at: 5 })).toMatchObject({ id: 'message-2', at: 5 });
  });

  it('refuses a message that was not taken, was forgotten, or of which nothing was recorded', async () => {
    const provider = await withMessage();
    const refusal = expect.objectContaining({
      code: 'configuration_invalid',
      message: expect.stringContaining('report(): expected a message of the outbox'),
    });
    expect(() => provider.report('message-2', { state: 'sent' })).toThrow(refusal);
    provider.reset();
    expect(() => provider.report('message-1', { state: 'sent' })).toThrow(refusal);
    const recordsNothing = mock();
    await recordsNothing.send({ kind: 'text', id: 'message-1', to, text: 'a' }, context());
    expect(() => recordsNothing.report('message-1', { state: 'sent' })).toThrow(refusal);
  });

  it.each<[string, MockReport]>([
    ['state: expected one of delivered', { state: 'toString' as 'sent' }],
    ['reason: expected one of unknown_subscriber', { state: 'undelivered', reason: 'constructor' as 'other' }],
    ['at: expected milliseconds since 1970', { state: 'sent', at: -1 }],
    ['segments: expected a whole number', { state: 'sent', segments: 0 }],
    ['price.amount: expected a decimal number', { state: 'sent', price: { amount: '1e3', currency: 'USD' } }],
    ['price.currency: expected an ISO 4217 code', { state: 'sent', price: { amount: '1', currency: '$' } }],
    ['expected an object with state', 'sent' as unknown as MockReport],
  ])('refuses a report that cannot be: %s', async (message, report) => {
    const provider = await withMessage();
    expect(() => provider.report('message-1', report)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining(message) }),
    );
  });
});

describe('reply()', () => {
  it('is an inbound message with a reference of its own', () => {
    const provider = mock({ clock: { now: () => 77 } });
    const reply = { from: to.e164, to: '10690', text: 'Stop' };
    const first = provider.reply(reply);
    expect(first).toEqual({
      kind: 'inbound',
      ...reply,
      at: 77,
      reference: expect.stringMatching(/^mock-[0-9a-f]{12}$/u),
    });
    expect(provider.reply(reply).reference).not.toBe(first.reference);
    const given = { ...reply, reference: 'a', at: 5, optOut: 'stop' } as const;
    expect(provider.reply(given)).toEqual({ kind: 'inbound', ...given });
  });

  it.each<[string, Partial<MockReply>]>([
    ['from: expected a phone number', { from: '138' }],
    ['text: expected a string', { text: 5 as unknown as string }],
    ['optOut: expected stop or start', { optOut: 'help' as 'stop' }],
  ])('refuses a message that cannot be: %s', (message, change) => {
    expect(() => mock().reply({ from: to.e164, to: '10690', text: 'a', ...change })).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining(message) }),
    );
  });
});
