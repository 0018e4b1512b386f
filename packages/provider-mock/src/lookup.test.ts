import { deadlineAfter, type MessageQuery, parsePhoneNumber } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import type { FailOptions, ScriptedOutcome } from './fault-script.js';
import { mock } from './mock.js';
import type { MockProvider } from './mock-provider.js';

const to = parsePhoneNumber('+8613800138000');
const text = { kind: 'text', id: 'message-1', to, text: 'a' } as const;
const context = () => ({ deadline: deadlineAfter(1000) });

const find = (provider: MockProvider, query: Partial<MessageQuery> = {}) =>
  provider.lookup?.find({ id: 'message-1', to, sentFrom: 1000, sentUntil: 1000, ...query }, context());

function atTime(now: number) {
  const clock = { now: () => now };
  return {
    clock,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

describe('lookup', () => {
  it('is null unless it is wanted, and shows what it is worth', () => {
    expect(mock().lookup).toBeNull();
    expect(mock({ lookup: true }).lookup).toMatchObject({ visibleAfterMs: 0, absenceProves: true });
    expect(mock({ lookup: { visibleAfterMs: 60_000, absenceProves: false } }).lookup).toMatchObject({
      visibleAfterMs: 60_000,
      absenceProves: false,
    });
  });

  it('finds what the vendor took, also if its answer was lost', async () => {
    const provider = mock({ lookup: true, clock: atTime(1000).clock });
    provider.fail({ outcome: 'unknown' }, { delivered: true });
    await provider.send(text, context());
    expect(await find(provider)).toEqual({ outcome: 'found', reference: provider.outbox[0]?.reference });
  });

  it('says absent of what the vendor never took', async () => {
    const provider = mock({ lookup: true, clock: atTime(1000).clock });
    provider.fail({ outcome: 'unknown' });
    await provider.send(text, context());
    expect(await find(provider)).toEqual({ outcome: 'absent' });
  });

  it('finds no message of another id, phone or reference', async () => {
    const provider = mock({ lookup: true, clock: atTime(1000).clock });
    await provider.send(text, context());
    const others = [{ id: 'message-2' }, { to: parsePhoneNumber('+41791234567') }, { reference: 'mock-0' }];
    for (const other of others) expect(await find(provider, other)).toEqual({ outcome: 'absent' });
    expect(await find(provider, { reference: provider.outbox[0]?.reference })).toMatchObject({ outcome: 'found' });
  });

  it('proves nothing before messages are listed', async () => {
    const time = atTime(1000);
    const provider = mock({ lookup: { visibleAfterMs: 500 }, clock: time.clock });
    await provider.send(text, context());
    time.advance(499);
    expect(await find(provider)).toEqual({ outcome: 'inconclusive' });
    expect(await find(provider, { id: 'message-2' })).toEqual({ outcome: 'inconclusive' });
    time.advance(1);
    expect(await find(provider)).toMatchObject({ outcome: 'found' });
    expect(await find(provider, { id: 'message-2' })).toEqual({ outcome: 'absent' });
    expect(await find(provider, { id: 'message-2', sentUntil: 1001 })).toEqual({ outcome: 'inconclusive' });
  });

  it('gives the last report', async () => {
    const provider = mock({ lookup: true, clock: atTime(1000).clock });
    await provider.send(text, context());
    const price = { amount: '0.0075', currency: 'USD' };
    provider.report('message-1', { state: 'sent' });
    provider.report('message-1', { state: 'undelivered', reason: 'blocked', providerCode: '9', segments: 2, price });
    const what = { state: 'undelivered', reason: 'blocked', providerCode: '9', at: 1000, segments: 2, price };
    expect(await find(provider)).toMatchObject({ outcome: 'found', ...what });
  });

  it('forgets with reset(), and is not-sent after close()', async () => {
    const provider = mock({ lookup: true, clock: atTime(1000).clock });
    await provider.send(text, context());
    provider.reset();
    expect(await find(provider)).toEqual({ outcome: 'absent' });
    await provider.close();
    expect(await find(provider)).toMatchObject({ outcome: 'not-sent', code: 'client_closed' });
  });

  it.each<Exclude<ScriptedOutcome, string>>([
    { outcome: 'absent' },
    { outcome: 'inconclusive' },
    { outcome: 'refused' },
    { outcome: 'not-sent' },
    { outcome: 'unknown' },
  ])('fails as it is told: %o', async (outcome) => {
    const provider = mock({ lookup: true, clock: atTime(1000).clock });
    await provider.send(text, context());
    provider.fail(outcome, { operation: 'lookup' });
    expect(await find(provider)).toMatchObject(outcome);
    expect(await find(provider)).toMatchObject({ outcome: 'found' });
  });

  it('fails only if it is named, since apps look up by themselves', async () => {
    const provider = mock({ lookup: true, clock: atTime(1000).clock });
    provider.fail({ outcome: 'refused' });
    expect(await find(provider)).toEqual({ outcome: 'absent' });
    expect(await provider.send(text, context())).toMatchObject({ outcome: 'refused' });
  });

  it.each<FailOptions>([{}, { operation: 'send' }])('lends its answers to no other call: %o', (options) => {
    expect(() => mock().fail({ outcome: 'absent' }, options)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining('operation lookup') }),
    );
  });
});
