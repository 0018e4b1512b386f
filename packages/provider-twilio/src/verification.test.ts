import { describe, expect, it } from 'vitest';
import { context, startTwilio, to } from './twilio.test.fixture.js';

type Account = Awaited<ReturnType<typeof startTwilio>>;

function verificationOf({ provider }: Account) {
  const { verification } = provider;
  if (verification === null) throw new Error('The account has no Verify service.');
  return verification;
}

const start = (account: Account) => verificationOf(account).start({ id: 'message-1', to }, context());
const check = (account: Account, code: string, reference?: string) =>
  verificationOf(account).check({ to, code, reference }, context());
const codesOf = ({ simulator }: Account) => simulator.messages.map(({ code = '' }) => code);
const wrong = (code: string | undefined) => (code === '000000' ? '111111' : '000000');

describe('a code of Verify', () => {
  it('is approved once, by the reference or by the phone', async () => {
    const account = await startTwilio();
    for (const byReference of [true, false]) {
      const outcome = await start(account);
      const reference = outcome.outcome === 'accepted' && byReference ? outcome.reference : undefined;
      const code = codesOf(account).at(-1) ?? '';
      expect(await check(account, wrong(code), reference)).toEqual({ outcome: 'incorrect' });
      expect(await check(account, code, reference)).toEqual({ outcome: 'approved' });
      expect(await check(account, code, reference)).toEqual({ outcome: 'expired' });
    }
  });

  it('is the same, under the same reference, after a second start', async () => {
    const account = await startTwilio();
    const [first, second] = [await start(account), await start(account)];
    expect(second).toEqual(first);
    const [one, other] = codesOf(account);
    expect(other).toBe(one);
    expect(await check(account, one ?? '')).toEqual({ outcome: 'approved' });
  });

  it('is sent five times, and then the phone is held back', async () => {
    const account = await startTwilio();
    for (let sends = 0; sends < 5; sends += 1) expect((await start(account)).outcome).toBe('accepted');
    expect(await start(account)).toMatchObject({ code: 'recipient_rate_limited', providerCode: '60203' });
  });

  it('is exhausted after five checks, even if it is right', async () => {
    const account = await startTwilio();
    await start(account);
    const [code = ''] = codesOf(account);
    const { maxChecks = 0 } = verificationOf(account).limits ?? {};
    for (let checks = 0; checks < maxChecks; checks += 1) {
      expect(await check(account, wrong(code))).toEqual({ outcome: 'incorrect' });
    }
    expect(await check(account, code)).toEqual({ outcome: 'exhausted' });
  });

  it('has expired after its lifetime', async () => {
    const account = await startTwilio({}, { codeLifetimeMs: 600_000 });
    await start(account);
    const [code = ''] = codesOf(account);
    account.clock.advance(verificationOf(account).limits?.lifetimeMs ?? 0);
    expect(await check(account, code)).toEqual({ outcome: 'expired' });
    expect(await start(account)).toMatchObject({ outcome: 'accepted' });
  });

  it('of three digits is incorrect, and one of 33 is not asked about', async () => {
    const account = await startTwilio();
    await start(account);
    expect(await check(account, '123')).toEqual({ outcome: 'incorrect' });
    const asked = account.simulator.requests.length;
    expect(await check(account, '1'.repeat(33))).toMatchObject({ outcome: 'not-sent', code: 'invalid_request' });
    expect(account.simulator.requests).toHaveLength(asked);
  });

  it('cannot be had without a Verify service', async () => {
    const { provider } = await startTwilio({}, { verifyServiceSid: undefined });
    expect(provider.verification).toBeNull();
  });
});
