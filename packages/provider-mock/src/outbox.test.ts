import { type CallContext, deadlineAfter, parsePhoneNumber } from '@polysms/core/provider-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mock } from './mock.js';

const [shanghai, geneva] = ['+8613800138000', '+41791234567'];
const context = (): CallContext => ({ deadline: deadlineAfter(1000) });
const text = (to: string, words: string) =>
  ({ kind: 'text', id: 'message-1', to: parsePhoneNumber(to), text: words }) as const;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('waitForMessage()', () => {
  it('resolves at once for a message that is there', async () => {
    const provider = mock();
    await provider.send(text(shanghai, 'a'), context());
    expect(await provider.waitForMessage({ to: shanghai, timeoutMs: 0 })).toMatchObject({ text: 'a' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('resolves as soon as a message arrives, without a timer left', async () => {
    const provider = mock();
    const wait = provider.waitForMessage({ to: shanghai, timeoutMs: 5000 });
    await provider.send(text(geneva, 'other'), context());
    await provider.send(text(shanghai, 'mine'), context());
    expect(await wait).toMatchObject({ text: 'mine' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('returns every message once, oldest first, to waits in their order', async () => {
    const provider = mock();
    const [first, second] = [provider.waitForMessage({ to: shanghai }), provider.waitForMessage({ to: shanghai })];
    for (const words of ['a', 'b', 'c']) await provider.send(text(shanghai, words), context());
    const third = provider.waitForMessage({ to: shanghai });
    expect(await Promise.all([first, second, third])).toMatchObject([{ text: 'a' }, { text: 'b' }, { text: 'c' }]);
  });

  it('takes a number in any form that can be parsed', async () => {
    const provider = mock();
    await provider.send(text(shanghai, 'a'), context());
    expect(await provider.waitForMessage({ to: '+86 138-0013-8000' })).toMatchObject({ text: 'a' });
  });

  it('says what arrived instead when the time is up, and masks it', async () => {
    const provider = mock({ id: 'backup' });
    await provider.send(text(shanghai, 'before'), context());
    await provider.waitForMessage({ to: shanghai });
    const wait = expect(provider.waitForMessage({ to: shanghai, timeoutMs: 300 })).rejects.toMatchObject({
      code: 'timeout',
      provider: 'backup',
      message:
        'No message for +86*******8000 arrived within 300 ms. Meanwhile arrived: text to +41******567, verification to +41******567. Earlier waits have returned all 1 messages for this number.',
    });
    await provider.send(text(geneva, 'during'), context());
    await provider.verification?.start({ id: 'message-1', to: parsePhoneNumber(geneva) }, context());
    await vi.advanceTimersByTimeAsync(300);
    await wait;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits a second by default', async () => {
    const wait = expect(mock().waitForMessage({ to: shanghai })).rejects.toMatchObject({
      message: 'No message for +86*******8000 arrived within 1000 ms. Nothing arrived meanwhile.',
    });
    await vi.advanceTimersByTimeAsync(1000);
    await wait;
  });

  it('still returns a message that is there after close(), and then rejects', async () => {
    const provider = mock();
    await provider.send(text(shanghai, 'a'), context());
    await provider.close();
    expect(await provider.waitForMessage({ to: shanghai })).toMatchObject({ text: 'a' });
    await expect(provider.waitForMessage({ to: shanghai })).rejects.toMatchObject({ code: 'client_closed' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('refuses a number and a time that cannot work', async () => {
    const provider = mock();
    await expect(provider.waitForMessage({ to: '138' })).rejects.toMatchObject({ code: 'invalid_phone_number' });
    await expect(provider.waitForMessage({ to: shanghai, timeoutMs: -1 })).rejects.toMatchObject({
      code: 'configuration_invalid',
    });
    await expect(provider.waitForMessage({ to: shanghai, timeoutMs: 2 ** 31 })).rejects.toMatchObject({
      code: 'configuration_invalid',
    });
  });
});
