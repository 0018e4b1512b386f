import { describe, expect, it, vi } from 'vitest';
import type { SendOutcome } from '../contract/outcomes.js';
import { accepted, notSent, refused } from '../provider-kit/outcomes.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import { broke, down, failureOf, fake, lost, wrongNumber } from './sms-client.test.fixture.js';
import { codeIn, intercepted, issuedCode, issuer, lastCode, phone, verifier } from './verifications.test.fixture.js';

describe('whoever makes the code', () => {
  it('a provider that can makes it itself, and the receipt says everything', async () => {
    const mob = issuer('mob', { start: [accepted('ref-1')] });
    const { sms } = verifier([mob]);
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
    const receipt = await sms.verifications.start({ to: phone });
    expect(JSON.parse(JSON.stringify(receipt))).toEqual({
      id: expect.stringMatching(/^[\w-]{44}$/),
      provider: 'mob',
      expiresAt: 1_300_000,
      resendAfterMs: 0,
      attempts: [{ provider: 'mob', outcome: 'accepted', durationMs: expect.any(Number) }],
    });
    expect(mob.started).toMatchObject([{ to: { e164: phone } }]);
    expect(mob.sent).toEqual([]);
    const { id } = receipt;
    expect(await sms.verifications.check({ id, code: issuedCode })).toEqual({
      outcome: 'approved',
      to: phone,
      purpose: 'verification',
    });
    expect(mob.checked).toMatchObject([{ to: { e164: phone }, code: issuedCode, reference: 'ref-1' }]);
  });

  it('everybody else carries a code of ours', async () => {
    const text = fake('text');
    const { sms } = verifier([text]);
    const { id } = await sms.verifications.start({ to: phone });
    const code = lastCode(text);
    expect(code).toMatch(/^\d{6}$/);
    expect(text.sent).toMatchObject([
      {
        kind: 'text',
        to: { e164: phone },
        text: `Your verification code is ${code}. It is good for 5 minutes. Do not share it.`,
      },
    ]);
    expect(await sms.verifications.check({ id, code })).toMatchObject({ outcome: 'approved' });
  });

  it("codes: 'local' has a provider that also sends carry ours", async () => {
    const both = issuer('both', { sends: { text: true, template: false, senderId: true } });
    const { sms } = verifier([both], { verification: { codes: 'local' } });
    const { id } = await sms.verifications.start({ to: phone });
    expect(both.started).toEqual([]);
    expect(await sms.verifications.check({ id, code: lastCode(both) })).toMatchObject({ outcome: 'approved' });
    expect(both.checked).toEqual([]);
  });

  it("codes: 'local' is no option when nobody could carry one", () => {
    expect(() => verifier([issuer('mob')], { verification: { codes: 'local' } })).toThrow(
      /verification: no provider can carry a code of ours: set verification\.template/,
    );
    expect(() =>
      verifier([fake('a', [], { text: false, template: true, senderId: false })], { verification: { codeLength: 6 } }),
    ).toThrow(/verification: no provider makes codes, and none can carry one/);
  });

  it('a pepper alone means nobody to be verified: shared limits need one, too', () => {
    verifier([fake('a', [], { text: false, template: true, senderId: false })], {
      verification: { pepper: 'x'.repeat(32) },
    });
  });

  it('says what is missing when nobody of the route can carry a code', async () => {
    const { sms } = verifier([fake('a'), fake('b', [], { text: false, template: true, senderId: false })]);
    const error = await failureOf(sms.verifications.start({ to: phone, via: ['b'] }));
    expect(error).toMatchObject({ code: 'unsupported_message', outcome: 'not-sent', verificationId: undefined });
    expect(error.message).toMatch(/set verification\.template/);
  });

  it('a provider that issues and also sends makes the code itself', async () => {
    const both = issuer('both', { sends: { text: true, template: true, senderId: true } });
    await verifier([both]).sms.verifications.start({ to: phone });
    expect([both.started.length, both.sent.length]).toEqual([1, 0]);
  });

  it('expiry and checks are what the vendor allows, where that is less', async () => {
    const strict = issuer('strict', { limits: { maxChecks: 2, lifetimeMs: 60_000 } });
    const lax = issuer('lax', { limits: { maxChecks: 9, lifetimeMs: 900_000 } });
    const { sms } = verifier([strict, lax]);
    for (const [via, checksLeft, lifetimeMs] of [
      ['strict', 2, 60_000],
      ['lax', 5, 300_000],
    ] as const) {
      vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
      const expiresAt = 1_000_000 + lifetimeMs;
      const receipt = await sms.verifications.start({ to: phone, via: [via] });
      expect(receipt.expiresAt).toBe(expiresAt);
      expect(await sms.verifications.status(receipt.id)).toEqual({ state: 'pending', checksLeft, expiresAt });
    }
  });

  it('expiry is that of the last code that may have been sent', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
    const mob = issuer('mob', { start: [lost], limits: { lifetimeMs: 60_000 } });
    const { sms } = verifier([mob, fake('text')]);
    expect(await sms.verifications.start({ to: phone })).toMatchObject({ provider: 'text', expiresAt: 1_300_000 });
  });
});

describe('failover', () => {
  it.each([
    ['refused', broke],
    ['not sent', down],
  ])('from a code that was %s to one of ours: only ours is asked for', async (_name, failure) => {
    const [mob, text] = [issuer('mob', { start: [failure] }), fake('text')];
    const { sms } = verifier([mob, text]);
    const { id, provider, attempts } = await sms.verifications.start({ to: phone });
    expect([provider, attempts.map(({ outcome }) => outcome)]).toEqual(['text', [failure.outcome, 'accepted']]);
    expect(await sms.verifications.check({ id, code: issuedCode })).toEqual({ outcome: 'incorrect', checksLeft: 4 });
    expect(mob.checked).toEqual([]);
    expect(await sms.verifications.check({ id, code: lastCode(text) })).toMatchObject({ outcome: 'approved' });
  });

  it('the other way round: from ours to one that a provider makes', async () => {
    const [text, mob] = [fake('text', [down]), issuer('mob')];
    const { sms } = verifier([text, mob]);
    const { id, provider } = await sms.verifications.start({ to: phone });
    expect(provider).toBe('mob');
    // The text never left, so what was in it is no code of ours any more: the provider is asked.
    expect(await sms.verifications.check({ id, code: lastCode(text) })).toEqual({
      outcome: 'incorrect',
      checksLeft: 4,
    });
    expect(mob.checked.length).toBe(1);
    expect(await sms.verifications.check({ id, code: issuedCode })).toMatchObject({ outcome: 'approved' });
  });

  it.each([
    ['the provider’s', 'issued first', () => issuedCode],
    ['ours', 'issued first', (text: ReturnType<typeof fake>) => lastCode(text)],
    ['the provider’s', 'local first', () => issuedCode],
    ['ours', 'local first', (text: ReturnType<typeof fake>) => lastCode(text)],
  ])('after an unknown outcome leaves two live codes: %s is accepted (%s)', async (_whose, order, codeOf) => {
    const isIssuedFirst = order === 'issued first';
    const mob = issuer('mob', { start: [isIssuedFirst ? lost : accepted()] });
    const text = fake('text', [isIssuedFirst ? accepted() : lost]);
    const { sms } = verifier(isIssuedFirst ? [mob, text] : [text, mob]);
    const { id } = await sms.verifications.start({ to: phone });
    expect([mob.started.length, text.sent.length]).toEqual([1, 1]);
    expect(await sms.verifications.check({ id, code: codeOf(text) })).toMatchObject({ outcome: 'approved' });
    for (const code of [issuedCode, lastCode(text)]) {
      expect(await sms.verifications.check({ id, code })).toEqual({ outcome: 'not-found' });
    }
  });

  it("stops at an unknown outcome if onUnknown.verification is 'stop', and the code can be checked", async () => {
    const [mob, text] = [issuer('mob', { start: [lost] }), fake('text')];
    const { sms } = verifier([mob, text], { onUnknown: { verification: 'stop' } });
    const error = await failureOf(sms.verifications.start({ to: phone }));
    expect(error).toMatchObject({ outcome: 'unknown', code: 'timeout', provider: 'mob' });
    expect(text.sent).toEqual([]);
    const id = error.verificationId as string;
    expect(await sms.verifications.check({ id, code: issuedCode })).toMatchObject({ outcome: 'approved' });
  });

  it('goes on after unknown outcomes, and every code that may arrive is good', async () => {
    const [first, second, third] = [fake('a', [lost]), issuer('b', { start: [lost] }), fake('c')];
    const { sms } = verifier([first, second, third]);
    const { id, provider, attempts } = await sms.verifications.start({ to: phone });
    expect([provider, attempts.length]).toEqual(['c', 3]);
    expect(lastCode(third)).toBe(lastCode(first));
    expect(await sms.verifications.check({ id, code: issuedCode })).toMatchObject({ outcome: 'approved' });
  });

  it('ends as unknown when all that may be tried are', async () => {
    const [first, second, third] = [fake('a', [lost]), issuer('b', { start: [lost] }), fake('c')];
    const { sms } = verifier([first, second, third], { maxAttempts: 2 });
    const error = await failureOf(sms.verifications.start({ to: phone }));
    expect(error).toMatchObject({ outcome: 'unknown', attempts: [{ provider: 'a' }, { provider: 'b' }] });
    expect(error.message).toMatch(/can be checked with verificationId/);
    expect(third.sent).toEqual([]);
    const id = error.verificationId as string;
    expect(await sms.verifications.status(id)).toMatchObject({ state: 'pending', checksLeft: 5 });
    expect(await sms.verifications.check({ id, code: lastCode(first) })).toMatchObject({ outcome: 'approved' });
  });

  it('sends the same code of ours through every provider of one chain, and a new one at the next start', async () => {
    const chain = [fake('a', [down]), fake('b', [broke]), fake('c', [lost]), fake('d')];
    const { sms } = verifier(chain, { maxAttempts: 4, retryBudget: { burst: 100 } });
    await sms.verifications.start({ to: phone });
    const codes = chain.map(lastCode);
    expect(new Set(codes).size).toBe(1);
    const later = new Set(codes);
    // One in a million times a new code is the old one: twice in a row would be a bug.
    for (let again = 0; again < 2; again += 1) {
      await sms.verifications.start({ to: phone, via: ['d'] });
      later.add(codeIn(chain[3]?.sent.at(-1)));
    }
    expect(later.size).toBeGreaterThan(1);
  });

  it('forgets the challenge when certainly nothing was sent', async () => {
    const store = new MemoryVerificationStore();
    let opened: { id: string; subject: string } | undefined;
    const watched = intercepted(store, async (operation, next, [challenge]) => {
      if (operation === 'open') opened = challenge as { id: string; subject: string };
      return next();
    });
    const providers = [issuer('mob', { start: [notSent('network_error', 'No.')] }), fake('text', [down])];
    const { sms } = verifier(providers, { stores: { verification: watched } });
    const error = await failureOf(sms.verifications.start({ to: phone }));
    expect(error).toMatchObject({ code: 'all_providers_failed', outcome: 'not-sent', verificationId: undefined });
    expect(error.attempts.length).toBe(2);
    expect(error.message).not.toContain('verificationId');
    expect(await sms.verifications.status(opened?.id ?? '')).toEqual({ state: 'not-found' });
    expect(await store.read(opened?.subject ?? '')).toEqual({ challenges: [], failures: 0, failuresEndInMs: 0 });
  });

  it('is not tried for what no provider could deliver', async () => {
    const [mob, text] = [issuer('mob', { start: [wrongNumber] }), fake('text')];
    const { sms } = verifier([mob, text]);
    const error = await failureOf(sms.verifications.start({ to: phone }));
    expect(error).toMatchObject({ code: 'invalid_phone_number', outcome: 'refused', verificationId: undefined });
    expect(text.sent).toEqual([]);
  });

  it('keeps what the vendor said about waiting', async () => {
    const mob = issuer('mob', { start: [lost] });
    const text = fake('text', [refused('rate_limited', 'Slow down.', { retryAfterMs: 5_000, providerCode: '429' })]);
    const { sms } = verifier([mob, text]);
    const error = await failureOf(sms.verifications.start({ to: phone }));
    expect(error).toMatchObject({ outcome: 'unknown', retryAfterMs: 5_000, provider: 'text', providerCode: '429' });
    const id = error.verificationId as string;
    expect(await sms.verifications.check({ id, code: lastCode(text) })).toEqual({
      outcome: 'incorrect',
      checksLeft: 4,
    });
    expect(await sms.verifications.check({ id, code: issuedCode })).toMatchObject({ outcome: 'approved' });
  });
});

describe('saved before sending', () => {
  it('the challenge is in the store before the first provider is asked, and settled after the last', async () => {
    const happened: string[] = [];
    const store = intercepted(new MemoryVerificationStore(), async (operation, next) => {
      happened.push(operation);
      const answer = await next();
      happened.push(`${operation} done`);
      return answer;
    });
    const answering = (id: string, outcome: SendOutcome) => async () => {
      happened.push(id);
      return outcome;
    };
    const mob = issuer('mob', { start: [answering('mob', lost)] });
    const text = fake('text', [answering('text', accepted())]);
    await verifier([mob, text], { stores: { verification: store } }).sms.verifications.start({ to: phone });
    expect(happened).toEqual(['open', 'open done', 'mob', 'text', 'settle', 'settle done']);
  });

  it.each([
    ['ours', undefined],
    ['a provider’s', issuedCode],
  ])('%s can be checked from inside the send', async (_whose, given) => {
    const results: unknown[] = [];
    const mob = issuer('mob', {
      start: [
        async () => {
          if (given !== undefined)
            results.push(await sms.verifications.check({ to: phone, purpose: 'login', code: given }));
          return given === undefined ? down : accepted();
        },
      ],
    });
    const text = fake('text', [
      async (message) => {
        results.push(await sms.verifications.check({ to: phone, purpose: 'login', code: codeIn(message) }));
        return accepted();
      },
    ]);
    const { sms } = verifier([mob, text]);
    const { id } = await sms.verifications.start({ to: phone, purpose: 'login' });
    expect(results).toEqual([{ outcome: 'approved', to: phone, purpose: 'login' }]);
    expect(await sms.verifications.status(id)).toEqual({ state: 'approved' });
  });
});
