import { deadlineAfter, parsePhoneNumber } from '@polysms/core/provider-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mock } from './mock.js';

const to = parsePhoneNumber('+8613800138000');
const text = { kind: 'text', id: 'message-1', to, text: 'Your parcel is here' } as const;
const context = () => ({ deadline: deadlineAfter(10_000) });

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => void vi.useRealTimers());

describe('a mock with maxPerSecond', () => {
  it('takes its messages one turn apart, in the order of the calls', async () => {
    const provider = mock({ maxPerSecond: 4 });
    const began = Date.now();
    for (const number of [1, 2, 3]) void provider.send({ ...text, text: `${number}` }, context());
    await vi.advanceTimersByTimeAsync(2_000);
    const received = provider.outbox.map((each) => `${each.kind === 'text' && each.text} ${each.receivedAt - began}`);
    expect(received).toEqual(['1 0', '2 250', '3 500']);
  });

  it('counts sends, starts and checks together, and lets a burst go first', async () => {
    const provider = mock({ maxPerSecond: 0.001, burst: 2 });
    expect(await provider.send(text, context())).toMatchObject({ outcome: 'accepted' });
    expect(await provider.verification?.start({ id: 'message-1', to }, context())).toMatchObject({
      outcome: 'accepted',
    });
    const held = { outcome: 'not-sent', code: 'rate_limited' };
    expect(await provider.verification?.check({ to, code: '123456' }, context())).toMatchObject(held);
    expect(await provider.send(text, context())).toMatchObject(held);
    expect(provider.outbox).toHaveLength(2);
  });

  it('spends no fault on a call that is held back', async () => {
    const provider = mock({ maxPerSecond: 0.5 });
    await provider.send(text, context());
    provider.fail({ outcome: 'refused' });
    const heldBack = await provider.send(text, { deadline: deadlineAfter(100) });
    expect(heldBack).toMatchObject({ outcome: 'not-sent', code: 'rate_limited' });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await provider.send(text, context())).toMatchObject({ outcome: 'refused' });
  });

  it('sends nothing that waits for its turn, or has just had it, when it is closed', async () => {
    const provider = mock({ maxPerSecond: 1 });
    const calls = [provider.send(text, context()), provider.send(text, context())];
    await provider.close();
    for (const outcome of await Promise.all(calls)) {
      expect(outcome).toMatchObject({ outcome: 'not-sent', code: 'client_closed' });
    }
    expect(vi.getTimerCount()).toBe(0);
    expect(provider.outbox).toHaveLength(0);
  });
});
