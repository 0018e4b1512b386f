import { describe, expect, it } from 'vitest';
import type { VerificationStore } from '../verification/verification-store.js';
import { failureOf, fake } from './sms-client.test.fixture.js';
import { issuedCode, issuer, lastCode, phone, type Verifier, verifier } from './verifications.test.fixture.js';

const [oldest, old, current] = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [string, string, string];

/** The client of the next deployment, over the same store. */
function redeployed(
  store: VerificationStore,
  pepper: string | { current: string; previous?: string },
  provider = fake('text'),
  maxFailures = 3,
) {
  return {
    text: provider,
    ...verifier([provider], { stores: { verification: store }, verification: { pepper, maxFailures } }),
  };
}

function deployed(pepper: string, provider = fake('text')): Verifier & { text: ReturnType<typeof fake> } {
  return { text: provider, ...verifier([provider], { verification: { pepper, maxFailures: 3 } }) };
}

describe('while a pepper is being replaced', () => {
  it.each(['by id', 'by phone'])('codes of before are good, checked %s', async (how) => {
    const { sms, store, text } = deployed(old);
    const { id } = await sms.verifications.start({ to: phone });
    const later = redeployed(store, { current, previous: old });
    const target = how === 'by id' ? { id } : { to: phone };
    expect(await later.sms.verifications.check({ ...target, code: 'wrong' })).toEqual({
      outcome: 'incorrect',
      checksLeft: 2,
    });
    expect(await later.sms.verifications.check({ ...target, code: lastCode(text) })).toMatchObject({
      outcome: 'approved',
    });
  });

  it('new codes are wrong, not lost, in processes that know the old pepper only', async () => {
    const { sms, store } = deployed(old);
    const later = redeployed(store, { current, previous: old });
    const { id } = await later.sms.verifications.start({ to: phone });
    const code = lastCode(later.text);
    expect(await sms.verifications.check({ id, code })).toEqual({ outcome: 'incorrect', checksLeft: 2 });
    expect(await later.sms.verifications.check({ to: phone, code })).toMatchObject({ outcome: 'approved' });
  });

  it('codes that providers made before are good', async () => {
    const { sms, store } = deployed(old, issuer('mob'));
    await sms.verifications.start({ to: phone });
    const later = redeployed(store, { current, previous: old }, issuer('mob'));
    expect(await later.sms.verifications.check({ to: phone, code: issuedCode })).toMatchObject({ outcome: 'approved' });
  });

  it('a phone that was locked before stays locked', async () => {
    const { sms, store, clock } = deployed(old);
    const { id } = await sms.verifications.start({ to: phone });
    for (let times = 0; times < 3; times += 1) await sms.verifications.check({ id, code: 'wrong' });
    clock.ms += 1_000;
    const later = redeployed(store, { current, previous: old });
    const error = await failureOf(later.sms.verifications.start({ to: phone }));
    expect(error).toMatchObject({ code: 'verification_locked', outcome: 'not-sent', retryAfterMs: 86_399_000 });
    expect(error.message).toContain('Too many wrong codes');
    expect(later.text.sent).toEqual([]);
  });

  it('fewer failures than lock a phone do not', async () => {
    const { sms, store } = deployed(old);
    const { id } = await sms.verifications.start({ to: phone });
    for (let times = 0; times < 2; times += 1) await sms.verifications.check({ id, code: 'wrong' });
    await redeployed(store, { current, previous: old }).sms.verifications.start({ to: phone });
  });

  it('a code of before that has expired is said to have, if there is no newer one', async () => {
    const { sms, store, clock } = deployed(old);
    await sms.verifications.start({ to: phone });
    clock.ms += 300_000;
    const later = redeployed(store, { current, previous: old });
    expect(await later.sms.verifications.check({ to: phone, code: '1' })).toEqual({ outcome: 'expired' });
    await later.sms.verifications.start({ to: phone });
    expect(await later.sms.verifications.check({ to: phone, code: lastCode(later.text) })).toMatchObject({
      outcome: 'approved',
    });
  });

  it('a live newer code does not hide a live one of before', async () => {
    const { sms, store, text } = deployed(old);
    await sms.verifications.start({ to: phone });
    const later = redeployed(store, { current, previous: old });
    await later.sms.verifications.start({ to: phone });
    expect(await later.sms.verifications.check({ to: phone, code: 'wrong' })).toEqual({
      outcome: 'incorrect',
      checksLeft: 2,
    });
    const result = await later.sms.verifications.check({ to: phone, code: lastCode(text) });
    expect(result).toMatchObject({ outcome: 'approved' });
  });

  it('newer codes are asked first, also when one of them has expired', async () => {
    const { sms, store, clock } = deployed(old);
    const later = redeployed(store, { current, previous: old }, fake('text'), 15);
    await later.sms.verifications.start({ to: phone });
    clock.ms += 299_000;
    await later.sms.verifications.start({ to: phone });
    const { id } = await sms.verifications.start({ to: phone });
    await sms.verifications.check({ id, code: 'wrong' });
    clock.ms += 1_000;
    // Of the code of before fewer checks are left.
    expect(await later.sms.verifications.check({ to: phone, code: 'wrong' })).toEqual({
      outcome: 'incorrect',
      checksLeft: 4,
    });
  });

  it('an expired newer code does not hide a live one of before', async () => {
    const { sms, store, clock, text } = deployed(old);
    const later = redeployed(store, { current, previous: old });
    await later.sms.verifications.start({ to: phone });
    clock.ms += 299_000;
    await sms.verifications.start({ to: phone });
    clock.ms += 1_000;
    expect(await later.sms.verifications.check({ to: phone, code: 'wrong' })).toEqual({
      outcome: 'incorrect',
      checksLeft: 2,
    });
    expect(await later.sms.verifications.check({ to: phone, code: lastCode(text) })).toMatchObject({
      outcome: 'approved',
    });
  });
});

describe('another pepper', () => {
  it('knows no codes and no locks', async () => {
    const { sms, store, text } = deployed(oldest);
    const { id } = await sms.verifications.start({ to: phone });
    for (const pepper of [current, { current, previous: old }]) {
      const later = redeployed(store, pepper);
      expect(await later.sms.verifications.check({ to: phone, code: lastCode(text) })).toEqual({
        outcome: 'not-found',
      });
      expect(await later.sms.verifications.check({ id, code: lastCode(text) })).toMatchObject({ outcome: 'incorrect' });
    }
    await sms.verifications.check({ id, code: 'wrong' });
    await failureOf(sms.verifications.start({ to: phone }));
    await redeployed(store, current).sms.verifications.start({ to: phone });
  });

  it('is what every client without one has', async () => {
    const { sms, store } = verifier([fake('text')]);
    await sms.verifications.start({ to: phone });
    const { sms: other } = verifier([fake('text')], { stores: { verification: store } });
    expect(await other.verifications.check({ to: phone, code: '1' })).toEqual({ outcome: 'not-found' });
  });
});
