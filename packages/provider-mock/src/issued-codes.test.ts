import { type CallContext, deadlineAfter, parsePhoneNumber } from '@polysms/core/provider-kit';
import { describe, expect, it } from 'vitest';
import { mock } from './mock.js';
import type { MockProvider } from './mock-provider.js';

const to = parsePhoneNumber('+8613800138000');
const within = (ms: number): CallContext => ({ deadline: deadlineAfter(ms) });

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

const wrong = (code: string) => code.replaceAll(/\d/gu, (digit) => String((Number(digit) + 1) % 10));

describe('verification', () => {
  it('approves the right code once', async () => {
    const provider = mock();
    const code = await startedCode(provider);
    expect(await check(provider, code)).toEqual({ outcome: 'approved' });
    expect(await check(provider, code)).toEqual({ outcome: 'incorrect' });
  });

  it('counts wrong codes down, and is exhausted even for the right one', async () => {
    const provider = mock({ maxChecks: 2 });
    const code = await startedCode(provider);
    expect(await check(provider, wrong(code))).toEqual({ outcome: 'incorrect', checksLeft: 1 });
    expect(await check(provider, wrong(code))).toEqual({ outcome: 'incorrect', checksLeft: 0 });
    expect(await check(provider, code)).toEqual({ outcome: 'exhausted' });
  });

  it('lets a code expire by its clock', async () => {
    let now = 0;
    const provider = mock({ clock: { now: () => now }, codeLifetimeMs: 1000 });
    const code = await startedCode(provider);
    now = 1000;
    expect(await check(provider, code)).toEqual({ outcome: 'expired' });
  });

  it('replaces the older code by a new start', async () => {
    const provider = mock();
    const older = await startedCode(provider);
    const newer = await startedCode(provider);
    expect(await check(provider, older)).toMatchObject({ outcome: 'incorrect' });
    expect(await check(provider, newer)).toEqual({ outcome: 'approved' });
  });

  it('says incorrect to a phone without a code, and to the reference of an older one', async () => {
    const provider = mock();
    expect(await check(provider, '123456')).toEqual({ outcome: 'incorrect' });
    await startedCode(provider);
    const older = provider.outbox[0]?.reference;
    const code = await startedCode(provider);
    expect(await check(provider, code, older)).toEqual({ outcome: 'incorrect' });
    expect(await check(provider, code, provider.outbox[1]?.reference)).toEqual({ outcome: 'approved' });
  });

  it('makes codes of the length that it is told', async () => {
    expect(await startedCode(mock({ codeLength: 4 }))).toMatch(/^\d{4}$/u);
  });

  it('is null when it is switched off', () => {
    expect(mock({ verification: false }).verification).toBeNull();
  });
});
