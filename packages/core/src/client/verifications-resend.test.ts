import { describe, expect, it } from 'vitest';
import { accepted } from '../provider-kit/outcomes.js';
import { broke, down, failureOf, fake, lost } from './sms-client.test.fixture.js';
import { issuedCode, issuer, lastCode, otherPhone, phone, verifier, wrong } from './verifications.test.fixture.js';

const breaker = { minimumCalls: 1, openMs: 3_600_000, random: () => 0.5 };

describe('a resend', () => {
  it('makes a new code, and the first one stays good', async () => {
    const mob = issuer('mob');
    const text = fake('text');
    const { sms } = verifier([mob, text]);
    const first = await sms.verifications.start({ to: phone });
    const second = await sms.verifications.start({ to: phone });
    expect([first.provider, second.provider]).toEqual(['mob', 'text']);
    expect(first.id).not.toBe(second.id);
    expect(await sms.verifications.status(first.id)).toMatchObject({ state: 'pending' });
    expect(await sms.verifications.check({ id: first.id, code: issuedCode })).toMatchObject({ outcome: 'approved' });
  });

  it('after one that was accepted goes to another provider, and back when there is no other', async () => {
    const { sms } = verifier([issuer('a'), fake('b'), fake('c')]);
    const asked: string[] = [];
    for (let times = 0; times < 7; times += 1) asked.push((await sms.verifications.start({ to: phone })).provider);
    expect(asked.join('')).toBe('abcabca');
  });

  it('with one provider asks it again', async () => {
    const { sms } = verifier([issuer('mob')]);
    for (let times = 0; times < 2; times += 1) {
      expect(await sms.verifications.start({ to: phone })).toMatchObject({ provider: 'mob' });
    }
  });

  it('after an unknown outcome avoids whoever gave it', async () => {
    const mob = issuer('mob', { start: [lost] });
    const { sms } = verifier([mob, fake('text')], { onUnknown: { verification: 'stop' } });
    await failureOf(sms.verifications.start({ to: phone }));
    expect(await sms.verifications.start({ to: phone })).toMatchObject({ provider: 'text' });
  });

  it('does not hold against a provider what it certainly did not send', async () => {
    const { sms } = verifier([fake('a', [down, accepted()]), fake('b', [broke, accepted()])]);
    await failureOf(sms.verifications.start({ to: phone }));
    expect(await sms.verifications.start({ to: phone })).toMatchObject({ provider: 'a' });
  });

  it('after wrong codes and after an expiry goes to another, while it is remembered', async () => {
    const [a, b] = [fake('a'), fake('b')];
    const { sms, clock } = verifier([a, b]);
    const { id } = await sms.verifications.start({ to: phone });
    await sms.verifications.check({ id, code: wrong(lastCode(a)) });
    clock.ms += 300_000;
    expect(await sms.verifications.start({ to: phone })).toMatchObject({ provider: 'b' });
    clock.ms += 300_000 + 600_000;
    expect(await sms.verifications.start({ to: phone })).toMatchObject({ provider: 'a' });
  });

  it('after an approval goes to the first provider again', async () => {
    const a = fake('a');
    const { sms } = verifier([a, fake('b')]);
    const { id } = await sms.verifications.start({ to: phone });
    await sms.verifications.check({ id, code: lastCode(a) });
    expect(await sms.verifications.start({ to: phone })).toMatchObject({ provider: 'a' });
  });

  it('after a cancellation goes to another', async () => {
    const { sms } = verifier([fake('a'), fake('b')]);
    const { id } = await sms.verifications.start({ to: phone });
    expect(await sms.verifications.cancel(id)).toEqual({ outcome: 'canceled' });
    expect(await sms.verifications.start({ to: phone })).toMatchObject({ provider: 'b' });
  });

  it('for another phone or purpose begins with the first provider', async () => {
    const { sms } = verifier([fake('a'), fake('b')]);
    for (const request of [{ to: phone }, { to: phone, purpose: 'login' }, { to: otherPhone }]) {
      expect(await sms.verifications.start(request)).toMatchObject({ provider: 'a' });
    }
  });

  it('rather asks the one that it would avoid than one whose circuit is open', async () => {
    const [a, b] = [fake('a'), fake('b', [broke])];
    const { sms } = verifier([a, b], { breaker });
    await sms.verifications.start({ to: phone });
    await failureOf(sms.verifications.start({ to: otherPhone, via: ['b'] }));
    expect(sms.health()['b']?.circuit).toBe('open');
    const receipt = await sms.verifications.start({ to: phone });
    expect(receipt.attempts).toMatchObject([{ provider: 'a', outcome: 'accepted' }]);
  });

  it('with every circuit open probes the least bad one', async () => {
    const a = fake('a', [broke, accepted()]);
    const { sms } = verifier([a], { breaker });
    await failureOf(sms.verifications.start({ to: phone }));
    expect(sms.health()['a']?.circuit).toBe('open');
    expect(await sms.verifications.start({ to: phone })).toMatchObject({ provider: 'a' });
  });
});

describe('via', () => {
  it('outranks the routes, and keeps its order at a resend', async () => {
    const { sms } = verifier([fake('a'), issuer('b'), fake('c')], { routes: [{ providers: ['a'] }] });
    for (let times = 0; times < 2; times += 1) {
      expect(await sms.verifications.start({ to: phone, via: ['c', 'b'] })).toMatchObject({ provider: 'c' });
    }
  });

  it('fails over in its order', async () => {
    const { sms } = verifier([issuer('a'), fake('b'), fake('c', [down])]);
    const { attempts } = await sms.verifications.start({ to: phone, via: ['c', 'a'] });
    expect(attempts.map(({ provider }) => provider)).toEqual(['c', 'a']);
  });

  it('that names nobody is refused before anything is saved', async () => {
    const { sms } = verifier([fake('a')]);
    const error = await failureOf(sms.verifications.start({ to: phone, via: ['a', 'z'] }));
    expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not-sent' });
    expect(error.message).toContain('verifications.start(): via: there is no provider z; there are a.');
    expect(await sms.verifications.check({ to: phone, code: '123456' })).toEqual({ outcome: 'not-found' });
  });

  it('changed by its owner meanwhile changes nothing: every code that is sent can be checked', async () => {
    const [a, b] = [fake('a'), fake('b')];
    const { sms } = verifier([a, b]);
    const via = ['a'];
    const starting = sms.verifications.start({ to: phone, via });
    via[0] = 'b';
    const { id, provider } = await starting;
    expect(provider).toBe('a');
    expect(await sms.verifications.check({ id, code: lastCode(a) })).toMatchObject({ outcome: 'approved' });
  });
});

describe('a phone and purpose', () => {
  it('may have ten live codes; an eleventh waits until the first is no longer live', async () => {
    const text = fake('text');
    const { sms, clock } = verifier([text]);
    for (let times = 0; times < 10; times += 1) {
      await sms.verifications.start({ to: phone });
      clock.ms += 1_000;
    }
    const error = await failureOf(sms.verifications.start({ to: phone }));
    expect(error).toMatchObject({ code: 'send_limit_exceeded', outcome: 'not-sent', retryAfterMs: 290_000 });
    expect(error.message).toMatch(/Too many codes .* are good at once\. Nothing was sent/);
    expect(text.sent.length).toBe(10);
    clock.ms += 290_000;
    await sms.verifications.start({ to: phone });
  });
});
