import { describe, expect, it } from 'vitest';
import { client, failureOf, fake } from './sms-client.test.fixture.js';
import { issuedCode, issuer, lastCode, verifier, wrong } from './verifications.test.fixture.js';

const spellings = [
  ['Argentina', '+54 9 11 2345-6789', '+54 11 2345-6789'],
  ['Brazil', '+55 11 98765-4321', '+55 11 8765-4321'],
] as const;

describe.each(spellings)('a phone of %s that is written in two ways', (_country, one, other) => {
  it.each([
    [one, other],
    [other, one],
  ])('has one limit: %s, then %s', async (first, second) => {
    const text = fake('a');
    const sms = client([text]);
    await sms.verifications.start({ to: first });
    const error = await failureOf(sms.verifications.start({ to: second }));
    expect(error).toMatchObject({ code: 'resend_too_soon', outcome: 'not-sent' });
    expect(text.sent).toHaveLength(1);
  });

  it('has one prefix', async () => {
    const none = { global: false, ip: false, phone: false } as const;
    const sms = client([fake('a')], { guard: { limits: { ...none, prefix: [{ max: 1, windowMs: 60_000 }] } } });
    await sms.verifications.start({ to: one });
    const error = await failureOf(sms.verifications.start({ to: other.replace(/9$/, '8') }));
    expect(error).toMatchObject({ code: 'send_limit_exceeded', message: expect.stringContaining('prefix') });
  });

  it('is sent to as it was written', async () => {
    const text = fake('a');
    const { sms } = verifier([text]);
    for (const to of [one, other]) await sms.verifications.start({ to });
    await sms.send({ to: other, text: 'x' });
    expect(text.sent.map(({ to }) => to.e164)).toEqual([one, other, other].map((to) => to.replaceAll(/[^+\d]/g, '')));
  });

  it('has its codes found by either', async () => {
    const text = fake('a');
    const { sms } = verifier([text]);
    await sms.verifications.start({ to: one });
    const first = lastCode(text);
    await sms.verifications.start({ to: other });
    expect(await sms.verifications.check({ to: one, code: wrong(first) })).toMatchObject({ outcome: 'incorrect' });
    expect(await sms.verifications.check({ to: other, code: first })).toMatchObject({ outcome: 'approved' });
    expect(await sms.verifications.check({ to: one, code: lastCode(text) })).toEqual({ outcome: 'not-found' });
  });

  it('shares the failures of its codes', async () => {
    const text = fake('a');
    const { sms } = verifier([text], { verification: { maxFailures: 1 } });
    await sms.verifications.start({ to: one });
    await sms.verifications.check({ to: one, code: wrong(lastCode(text)) });
    expect(await failureOf(sms.verifications.start({ to: other }))).toMatchObject({ code: 'verification_locked' });
  });

  it('is asked for by its provider as it was written this time', async () => {
    const mob = issuer('mob');
    const { sms } = verifier([mob]);
    const { id } = await sms.verifications.start({ to: one });
    await sms.verifications.start({ to: other });
    for (const to of [one, other]) await sms.verifications.check({ to, code: wrong(issuedCode) });
    await sms.verifications.check({ id, code: issuedCode });
    expect(mob.checked.map(({ to }) => to.e164)).toEqual([one, other, one].map((to) => to.replaceAll(/[^+\d]/g, '')));
  });
});
