import { describe, expect, it } from 'vitest';
import type { CheckOutcome } from '../contract/outcomes.js';
import { SmsError } from '../errors/sms-error.js';
import { accepted } from '../provider-kit/outcomes.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import { broke, client, failureOf, fake, lost } from './sms-client.test.fixture.js';
import { intercepted, issuedCode, issuer, lastCode, phone, verifier } from './verifications.test.fixture.js';

const incorrect = (checksLeft?: number): CheckOutcome => ({
  outcome: 'incorrect',
  ...(checksLeft === undefined ? {} : { checksLeft }),
});

describe('a check of a code that a provider made', () => {
  it('goes to that provider, and to no other', async () => {
    const [a, b] = [issuer('a'), issuer('b')];
    const { sms } = verifier([a, b]);
    const { id } = await sms.verifications.start({ to: phone, via: ['b'] });
    expect(await sms.verifications.check({ id, code: '1111111' })).toEqual({ outcome: 'incorrect', checksLeft: 4 });
    expect(await sms.verifications.check({ id, code: issuedCode })).toMatchObject({ outcome: 'approved' });
    expect([a.checked.length, b.checked.length]).toEqual([0, 2]);
  });

  it('never fails over', async () => {
    const [a, b] = [issuer('a', { check: [broke] }), issuer('b')];
    const { sms } = verifier([a, b]);
    const { id } = await sms.verifications.start({ to: phone });
    await failureOf(sms.verifications.check({ id, code: issuedCode }));
    expect([a.checked.length, b.checked.length]).toEqual([1, 0]);
  });

  it('asks every provider that may have made it, in order, until one approves', async () => {
    const [a, b] = [issuer('a', { start: [lost], check: [incorrect()] }), issuer('b')];
    const { sms } = verifier([a, b]);
    const { id } = await sms.verifications.start({ to: phone });
    expect(await sms.verifications.check({ id, code: issuedCode })).toMatchObject({ outcome: 'approved' });
    expect([a.checked.length, b.checked.length]).toEqual([1, 1]);
  });

  it('is not asked about a code of ours that is right', async () => {
    const [mob, text] = [issuer('mob', { start: [lost] }), fake('text')];
    const { sms } = verifier([mob, text]);
    const { id } = await sms.verifications.start({ to: phone });
    expect(await sms.verifications.check({ id, code: lastCode(text) })).toMatchObject({ outcome: 'approved' });
    expect(mob.checked).toEqual([]);
  });

  it('is given as it was meant', async () => {
    const mob = issuer('mob');
    const { sms } = verifier([mob]);
    const { id } = await sms.verifications.start({ to: phone });
    expect(await sms.verifications.check({ id, code: ' 246-8０13 ' })).toMatchObject({ outcome: 'approved' });
  });

  it.each<[string, CheckOutcome[], unknown]>([
    ['incorrect', [incorrect()], { outcome: 'incorrect', checksLeft: 4 }],
    ['incorrect, and fewer checks than ours', [incorrect(1)], { outcome: 'incorrect', checksLeft: 1 }],
    ['incorrect, and more checks than ours', [incorrect(9)], { outcome: 'incorrect', checksLeft: 4 }],
    ['incorrect, and none left', [incorrect(0)], { outcome: 'incorrect', checksLeft: 0 }],
    ['expired', [{ outcome: 'expired' }], { outcome: 'expired' }],
    ['exhausted', [{ outcome: 'exhausted' }], { outcome: 'exhausted' }],
    ['incorrect twice, differently', [incorrect(0), incorrect(3)], { outcome: 'incorrect', checksLeft: 3 }],
    ['incorrect twice, once without a count', [incorrect(0), incorrect()], { outcome: 'incorrect', checksLeft: 4 }],
    ['expired and incorrect', [{ outcome: 'expired' }, incorrect(2)], { outcome: 'incorrect', checksLeft: 2 }],
    ['expired and exhausted', [{ outcome: 'expired' }, { outcome: 'exhausted' }], { outcome: 'exhausted' }],
    ['expired twice', [{ outcome: 'expired' }, { outcome: 'expired' }], { outcome: 'expired' }],
  ])('is what the providers say: %s', async (_name, said, expected) => {
    const providers = said.map((outcome, index) =>
      issuer(`p${index}`, { start: [index < said.length - 1 ? lost : accepted()], check: [outcome] }),
    );
    const { sms } = verifier(providers);
    const { id } = await sms.verifications.start({ to: phone });
    expect(await sms.verifications.check({ id, code: '1111111' })).toEqual(expected);
    expect(providers.map(({ checked }) => checked.length)).toEqual(said.map(() => 1));
  });

  it.each<[string, CheckOutcome]>([
    ['expired', { outcome: 'expired' }],
    ['exhausted', { outcome: 'exhausted' }],
    ['incorrect, none left', incorrect(0)],
  ])('next to a code of ours, which is still good, is incorrect: %s', async (_name, said) => {
    const [mob, text] = [issuer('mob', { start: [lost], check: [said] }), fake('text')];
    const { sms } = verifier([mob, text]);
    const { id } = await sms.verifications.start({ to: phone });
    expect(await sms.verifications.check({ id, code: '1111111' })).toEqual({ outcome: 'incorrect', checksLeft: 4 });
    expect(await sms.verifications.check({ id, code: lastCode(text) })).toMatchObject({ outcome: 'approved' });
  });

  it('whose provider is no longer configured has expired', async () => {
    const pepper = 'p'.repeat(32);
    const { sms, store } = verifier([issuer('mob')], { verification: { pepper } });
    const { id } = await sms.verifications.start({ to: phone });
    const { sms: later } = verifier([fake('mob')], { stores: { verification: store }, verification: { pepper } });
    expect(await later.verifications.check({ id, code: issuedCode })).toEqual({ outcome: 'expired' });
  });

  it('passes an open circuit, as its probe', async () => {
    const mob = issuer('mob', { start: [accepted(), broke] });
    const { sms } = verifier([mob], { breaker: { minimumCalls: 1, openMs: 3_600_000 } });
    const { id } = await sms.verifications.start({ to: phone });
    await failureOf(sms.verifications.start({ to: phone, purpose: 'login' }));
    // The first accepted call and one failure: exactly half does not open it.
    await failureOf(sms.verifications.start({ to: phone, purpose: 'login' }));
    expect(sms.health()['mob']?.circuit).toBe('open');
    expect(await sms.verifications.check({ id, code: issuedCode })).toMatchObject({ outcome: 'approved' });
    expect(sms.health()['mob']?.circuit).toBe('closed');
  });

  it.each<[string, CheckOutcome | (() => Promise<CheckOutcome>), string]>([
    ['throws', () => Promise.reject(new Error('canary')), 'invalid_response'],
    ['is lost', lost, 'timeout'],
  ])('counts against the circuit of a provider that %s, whatever the person has typed', async (_name, said, reason) => {
    const { sms } = verifier([issuer('mob', { check: [said, said] })]);
    const { id } = await sms.verifications.start({ to: phone });
    for (const code of ['e', reason]) {
      expect(await failureOf(sms.verifications.check({ id, code }))).toMatchObject({ code: reason });
    }
    expect(sms.health()['mob']).toMatchObject({ failures: 2, lastFailure: { code: reason }, refusals: {} });
  });
});

describe('a code that its provider approved', () => {
  it('is not approved when it has been canceled meanwhile', async () => {
    let id = '';
    const mob = issuer('mob', {
      check: [
        async () => {
          await sms.verifications.cancel(id);
          return { outcome: 'approved' };
        },
      ],
    });
    const { sms } = verifier([mob]);
    ({ id } = await sms.verifications.start({ to: phone }));
    expect(await sms.verifications.check({ id, code: issuedCode })).toEqual({ outcome: 'not-found' });
    expect(await sms.verifications.status(id)).toEqual({ state: 'canceled' });
  });

  it('is an error when the store fails then: nobody knows whether it is approved', async () => {
    const store = intercepted(new MemoryVerificationStore(), async (operation, next) => {
      if (operation === 'conclude') throw new Error('canary');
      return next();
    });
    const { sms } = verifier([issuer('mob')], { stores: { verification: store } });
    const { id } = await sms.verifications.start({ to: phone });
    const error = await failureOf(sms.verifications.check({ id, code: issuedCode }));
    expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'unknown' });
    expect(error.message).toBe(
      'The verification store failed (Error). The provider has accepted the code, which is used up now: a new one is needed.',
    );
  });

  it('is no longer good, also when the store says that its own command did nothing', async () => {
    const store = intercepted(new MemoryVerificationStore(), async (operation, next) => {
      if (operation !== 'conclude') return next();
      throw new SmsError({ code: 'store_unavailable', outcome: 'not-sent', message: 'Redis is full.' });
    });
    const { sms } = verifier([issuer('mob')], { stores: { verification: store } });
    const { id } = await sms.verifications.start({ to: phone });
    const error = await failureOf(sms.verifications.check({ id, code: issuedCode }));
    expect(error).toMatchObject({ code: 'store_unavailable', outcome: 'unknown' });
    expect(error.message).toMatch(/Redis is full\. The provider has accepted the code/);
  });

  it('is approved also when the call ended just then: the provider will not accept it again', async () => {
    const controller = new AbortController();
    const mob = issuer('mob', {
      check: [
        async () => {
          controller.abort();
          return { outcome: 'approved' };
        },
      ],
    });
    const { sms } = verifier([mob]);
    const { id } = await sms.verifications.start({ to: phone });
    const result = await sms.verifications.check({ id, code: issuedCode, signal: controller.signal });
    expect(result).toMatchObject({ outcome: 'approved' });
  });

  it('is approved also when its time ran out meanwhile', async () => {
    const mob = issuer('mob', {
      check: [
        async () => {
          clock.ms += 300_000;
          return { outcome: 'approved' };
        },
      ],
    });
    const { sms, clock } = verifier([mob]);
    const { id } = await sms.verifications.start({ to: phone });
    expect(await sms.verifications.check({ id, code: issuedCode })).toMatchObject({ outcome: 'approved' });
  });
});

it('a client without options verifies out of the box, behind its guard', async () => {
  const text = fake('text');
  const sms = client([text]);
  const receipt = await sms.verifications.start({ to: phone });
  expect(receipt.resendAfterMs).toBe(60_000);
  const tooSoon = await failureOf(sms.verifications.start({ to: phone }));
  expect(tooSoon).toMatchObject({ code: 'resend_too_soon', outcome: 'not-sent' });
  expect(await sms.verifications.check({ id: receipt.id, code: lastCode(text) })).toMatchObject({
    outcome: 'approved',
  });
});
