import { createSmsClient, parsePhoneNumber } from '@polysms/core';
import { deadlineAfter } from '@polysms/core/provider-kit';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { mock } from './mock.js';
import type { MockMessage } from './mock-message.js';

const to = parsePhoneNumber('+8613800138000');
const text = { kind: 'text', id: 'message-1', to, text: 'Your parcel is here' } as const;
const context = () => ({ deadline: deadlineAfter(1_000) });

describe('onMessage', () => {
  it('is told of what phones receive, codes included, and of nothing else', async () => {
    const told: MockMessage[] = [];
    const provider = mock({ onMessage: (message) => told.push(message) });
    const sms = createSmsClient({ providers: [provider] });
    const { id } = await sms.verifications.start({ to: to.e164 });
    const [first] = told;
    const code = first?.kind === 'verification' ? first.code : '';
    expect(await sms.verifications.check({ id, code })).toMatchObject({ outcome: 'approved' });
    provider.fail({ outcome: 'not-sent' });
    await provider.send(text, context());
    await provider.send(text, context());
    expect(told).toEqual(provider.outbox);
    expect(told.map(({ kind }) => kind)).toEqual(['verification', 'text']);
    await sms.close();
  });

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('canary');
      },
    ],
    [
      'rejects',
      async () => {
        throw new TypeError('canary');
      },
    ],
  ])('that %s changes nothing, and is warned of without its message', async (_, onMessage) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const provider = mock({ onMessage });
    expect(await provider.send(text, context())).toMatchObject({ outcome: 'accepted' });
    await expect
      .poll(() => warn.mock.calls)
      .toEqual([['The onMessage of mock mock threw (TypeError).', 'PolysmsWarning']]);
    expect(await provider.waitForMessage({ to: to.e164 })).toMatchObject({ kind: 'text' });
  });

  it('is refused in production', () => {
    vi.stubEnv('NODE_ENV', 'production');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(() => mock({ onMessage: () => {} })).toThrow(/onMessage: shows codes, and NODE_ENV is production/);
    expect(() => mock({ onMessage: 'log' as unknown as () => void })).toThrow(/onMessage: expected a function/);
    expect(mock().id).toBe('mock');
  });
});
