import { describe, expect, it, vi } from 'vitest';
import type { CheckOutcome } from '../contract/outcomes.js';
import { notSent, refused, unknown } from '../provider-kit/outcomes.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import { broke, failureOf, fake, lost } from './sms-client.test.fixture.js';
import { intercepted, issuedCode, issuer, lastCode, phone, verifier } from './verifications.test.fixture.js';

const never = () => new Promise<never>(() => {});
const incorrect = (): CheckOutcome => ({ outcome: 'incorrect' });

describe('a check that nobody judged', () => {
  const certain: [string, CheckOutcome][] = [
    ['refused', refused('rate_limited', 'Slow down.', { retryAfterMs: 7_000, providerCode: '429' })],
    ['not sent', notSent('network_error', 'Nobody listens.')],
  ];

  it.each(certain)('is an error, and costs nothing: %s', async (_name, failure) => {
    const mob = issuer('mob', { check: [failure, failure, failure, failure, failure, failure, incorrect()] });
    const { sms } = verifier([mob], { verification: { maxFailures: 2 } });
    const { id } = await sms.verifications.start({ to: phone });
    for (let times = 0; times < 6; times += 1) {
      const error = await failureOf(sms.verifications.check({ id, code: issuedCode }));
      expect(error).toMatchObject({ outcome: failure.outcome, provider: 'mob', verificationId: undefined });
      expect(error.message).toMatch(/^The code could not be checked\. .*It may be checked again\.$/);
    }
    expect(await sms.verifications.status(id)).toMatchObject({ state: 'pending', checksLeft: 2 });
    expect(await sms.verifications.check({ id, code: '1111111' })).toEqual({ outcome: 'incorrect', checksLeft: 1 });
  });

  it('keeps the vendor’s code and its waiting time', async () => {
    const { sms } = verifier([issuer('mob', { check: [certain[0]?.[1] as CheckOutcome] })]);
    const { id } = await sms.verifications.start({ to: phone });
    expect(await failureOf(sms.verifications.check({ id, code: issuedCode }))).toMatchObject({
      code: 'rate_limited',
      providerCode: '429',
      retryAfterMs: 7_000,
    });
  });

  it.each<[string, () => Promise<CheckOutcome>]>([
    ['an unknown outcome', async () => unknown('timeout', 'No answer came.')],
    ['a provider that throws', () => Promise.reject(new Error('canary'))],
    [
      'a provider that throws at once',
      () => {
        throw new Error('canary');
      },
    ],
    ['a provider that answers nothing', async () => undefined as never],
    ['a provider that hangs', never],
  ])('for all we know counts: %s', async (_name, check) => {
    vi.useFakeTimers();
    const { sms } = verifier([issuer('mob', { check: [check] })]);
    const { id } = await sms.verifications.start({ to: phone });
    const failing = failureOf(sms.verifications.check({ id, code: issuedCode }));
    await vi.advanceTimersByTimeAsync(10_050);
    const error = await failing;
    expect(error).toMatchObject({ outcome: 'unknown', provider: 'mob' });
    expect(error.message).toMatch(/^The code could not be checked\. .*The check may count\.$/);
    expect(error.message).not.toContain('canary');
    expect(await sms.verifications.status(id)).toMatchObject({ state: 'pending', checksLeft: 4 });
  });

  it.each(certain)('counts if it was compared with a code of ours: %s', async (_name, failure) => {
    const [mob, text] = [issuer('mob', { start: [lost], check: [failure] }), fake('text')];
    const { sms } = verifier([mob, text]);
    const { id } = await sms.verifications.start({ to: phone });
    expect(await failureOf(sms.verifications.check({ id, code: issuedCode }))).toMatchObject({
      outcome: failure.outcome,
    });
    expect(await sms.verifications.status(id)).toMatchObject({ checksLeft: 4 });
    expect(await sms.verifications.check({ id, code: lastCode(text) })).toMatchObject({ outcome: 'approved' });
  });

  it.each<[string, CheckOutcome, CheckOutcome, string, number]>([
    ['one said no, one could not be asked', incorrect(), notSent('network_error', 'No.'), 'not-sent', 4],
    ['one could not be asked, one said no', notSent('network_error', 'No.'), incorrect(), 'not-sent', 4],
    [
      'one said expired, one could not be asked',
      { outcome: 'expired' },
      notSent('network_error', 'No.'),
      'not-sent',
      4,
    ],
    ['one could not be asked, one is unknown', notSent('network_error', 'No.'), lost, 'unknown', 4],
    ['neither could be asked', broke, notSent('network_error', 'No.'), 'refused', 5],
  ])('by one of two providers: %s', async (_name, one, other, outcome, checksLeft) => {
    const { sms } = verifier([issuer('a', { start: [lost], check: [one] }), issuer('b', { check: [other] })]);
    const { id } = await sms.verifications.start({ to: phone });
    expect(await failureOf(sms.verifications.check({ id, code: '1111111' }))).toMatchObject({ outcome });
    expect(await sms.verifications.status(id)).toMatchObject({ checksLeft });
  });

  it('is approved all the same if the other provider approves', async () => {
    const { sms } = verifier([issuer('a', { start: [lost], check: [lost] }), issuer('b')]);
    const { id } = await sms.verifications.start({ to: phone });
    expect(await sms.verifications.check({ id, code: issuedCode })).toMatchObject({ outcome: 'approved' });
  });

  it('because the call ended asks no further provider', async () => {
    vi.useFakeTimers();
    const [a, b] = [issuer('a', { start: [lost], check: [never] }), issuer('b')];
    const { sms } = verifier([a, b]);
    const { id } = await sms.verifications.start({ to: phone });
    const failing = failureOf(sms.verifications.check({ id, code: issuedCode }));
    await vi.advanceTimersByTimeAsync(10_050);
    expect(await failing).toMatchObject({ code: 'timeout', outcome: 'unknown', provider: 'a' });
    expect(b.checked).toEqual([]);
  });

  it('because the call ended between two providers says so, and asks no further one', async () => {
    const controller = new AbortController();
    const a = issuer('a', {
      start: [lost],
      check: [
        async () => {
          controller.abort();
          return incorrect();
        },
      ],
    });
    const b = issuer('b');
    const { sms } = verifier([a, b]);
    const { id } = await sms.verifications.start({ to: phone });
    const error = await failureOf(sms.verifications.check({ id, code: issuedCode, signal: controller.signal }));
    expect(error).toMatchObject({ code: 'aborted', outcome: 'not-sent', provider: 'b' });
    expect(error.message).toBe(
      'The code could not be checked. The call had ended before the provider was asked. It may be checked again.',
    );
    expect(b.checked).toEqual([]);
  });

  it('because the call had ended is given back after its end', async () => {
    const controller = new AbortController();
    const mob = issuer('mob', {
      check: [
        async () => {
          controller.abort();
          return notSent('aborted', 'The call was aborted.');
        },
      ],
    });
    const { sms } = verifier([mob]);
    const { id } = await sms.verifications.start({ to: phone });
    const error = await failureOf(sms.verifications.check({ id, code: issuedCode, signal: controller.signal }));
    expect(error).toMatchObject({ code: 'aborted', outcome: 'not-sent' });
    expect(await sms.verifications.status(id)).toMatchObject({ checksLeft: 5 });
  });

  it('stays charged, with a warning, if the store cannot give it back', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const store = intercepted(new MemoryVerificationStore(), async (operation, next) => {
      if (operation === 'conclude') throw new Error('canary');
      return next();
    });
    const { sms } = verifier([issuer('mob', { check: [broke] })], { stores: { verification: store } });
    const { id } = await sms.verifications.start({ to: phone });
    const error = await failureOf(sms.verifications.check({ id, code: issuedCode }));
    expect(error).toMatchObject({ code: 'insufficient_balance', outcome: 'refused' });
    expect(await sms.verifications.status(id)).toMatchObject({ checksLeft: 4 });
    expect(warnings.mock.calls).toEqual([
      [
        expect.stringMatching(/^The verification store could not record a result \(Error at [^()]+\)$/),
        'PolysmsWarning',
      ],
    ]);
    warnings.mockRestore();
  });
});
