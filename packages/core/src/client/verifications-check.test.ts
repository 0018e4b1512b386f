import { describe, expect, it } from 'vitest';
import { failureOf, fake } from './sms-client.test.fixture.js';
import { issuedCode, issuer, lastCode, otherPhone, phone, verifier, wrong } from './verifications.test.fixture.js';

describe('a check of one verification', () => {
  it('approves the right code once', async () => {
    const text = fake('text');
    const { sms } = verifier([text]);
    const { id } = await sms.verifications.start({ to: phone, purpose: 'login' });
    const check = () => sms.verifications.check({ id, code: lastCode(text) });
    expect(await check()).toEqual({ outcome: 'approved', to: phone, purpose: 'login' });
    expect(await check()).toEqual({ outcome: 'not-found' });
  });

  it('counts wrong codes down, and then accepts not even the right one', async () => {
    const text = fake('text');
    const { sms } = verifier([text]);
    const { id } = await sms.verifications.start({ to: phone });
    const code = lastCode(text);
    for (const checksLeft of [4, 3, 2, 1, 0]) {
      expect(await sms.verifications.check({ id, code: wrong(code, checksLeft + 1) })).toEqual({
        outcome: 'incorrect',
        checksLeft,
      });
    }
    expect(await sms.verifications.check({ id, code })).toEqual({ outcome: 'exhausted' });
    expect(await sms.verifications.status(id)).toEqual({ state: 'exhausted' });
  });

  it('accepts the right code at the last check', async () => {
    const text = fake('text');
    const { sms } = verifier([text], { verification: { maxChecks: 2 } });
    const { id } = await sms.verifications.start({ to: phone });
    const code = lastCode(text);
    expect(await sms.verifications.check({ id, code: wrong(code) })).toEqual({ outcome: 'incorrect', checksLeft: 1 });
    expect(await sms.verifications.check({ id, code })).toMatchObject({ outcome: 'approved' });
  });

  it('accepts a code until it expires, to the millisecond', async () => {
    const text = fake('text');
    const { sms, clock } = verifier([text], { verification: { lifetimeMs: 60_000 } });
    const early = await sms.verifications.start({ to: phone });
    const code = lastCode(text);
    clock.ms += 60_000;
    expect(await sms.verifications.check({ id: early.id, code })).toEqual({ outcome: 'expired' });
    expect(await sms.verifications.check({ to: phone, code })).toEqual({ outcome: 'expired' });
    const late = await sms.verifications.start({ to: phone });
    clock.ms += 59_999;
    expect(await sms.verifications.check({ id: late.id, code: lastCode(text) })).toMatchObject({ outcome: 'approved' });
  });

  it('knows no other id, and none that has been canceled', async () => {
    const text = fake('text');
    const { sms } = verifier([text]);
    const { id } = await sms.verifications.start({ to: phone });
    const code = lastCode(text);
    const other = `${id.slice(0, -1)}${id.endsWith('A') ? 'Q' : 'A'}`;
    for (const stranger of [other, 'x'.repeat(44), '', 'x', `${id} `, id.slice(1)]) {
      expect(await sms.verifications.check({ id: stranger, code })).toEqual({ outcome: 'not-found' });
    }
    await sms.verifications.cancel(id);
    expect(await sms.verifications.check({ id, code })).toEqual({ outcome: 'not-found' });
  });

  it('with a purpose knows no verification of another one, and charges it nothing', async () => {
    const text = fake('text');
    const { sms } = verifier([text]);
    const { id } = await sms.verifications.start({ to: phone, purpose: 'login' });
    const code = lastCode(text);
    for (const purpose of ['payment', 'verification']) {
      expect(await sms.verifications.check({ id, purpose, code })).toEqual({ outcome: 'not-found' });
    }
    expect(await sms.verifications.status(id)).toMatchObject({ state: 'pending', checksLeft: 5 });
    expect(await sms.verifications.check({ id, purpose: 'login', code })).toMatchObject({ outcome: 'approved' });
  });

  it('is of one code only: another live code of the phone is wrong here', async () => {
    const text = fake('text');
    const { sms } = verifier([text]);
    const first = await sms.verifications.start({ to: phone });
    const code = lastCode(text);
    let second = await sms.verifications.start({ to: phone });
    while (lastCode(text) === code) second = await sms.verifications.start({ to: phone });
    expect(await sms.verifications.check({ id: second.id, code })).toEqual({ outcome: 'incorrect', checksLeft: 4 });
    expect(await sms.verifications.check({ id: first.id, code })).toMatchObject({ outcome: 'approved' });
    // An approval ends every code of the phone and purpose.
    expect(await sms.verifications.check({ id: second.id, code: lastCode(text) })).toEqual({ outcome: 'not-found' });
  });

  it.each([
    ['spaces', (code: string) => ` ${code.slice(0, 3)} ${code.slice(3)}\n`],
    ['a no-break space', (code: string) => `${code.slice(0, 3)}\u00a0${code.slice(3)}`],
    ['hyphens and dashes', (code: string) => `${code.slice(0, 2)}-${code.slice(2, 4)}\u2013${code.slice(4)}`],
    ['marks of direction', (code: string) => `\u200f${code}\u202c`],
    [
      'full-width digits',
      (code: string) => code.replaceAll(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
    ],
    ['Arabic digits', (code: string) => code.replaceAll(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)))],
  ])('takes a code with %s', async (_name, typed) => {
    const text = fake('text');
    const { sms } = verifier([text]);
    const { id } = await sms.verifications.start({ to: phone });
    expect(await sms.verifications.check({ id, code: typed(lastCode(text)) })).toMatchObject({ outcome: 'approved' });
  });

  it.each(['1', 'abcdef', '12345678901234567890123456789012', "' OR 1=1"])(
    'calls a code of another shape wrong: %j',
    async (code) => {
      const { sms } = verifier([fake('text')]);
      const { id } = await sms.verifications.start({ to: phone });
      expect(await sms.verifications.check({ id, code })).toEqual({ outcome: 'incorrect', checksLeft: 4 });
    },
  );

  it.each(['😀', '\u0000', '✓', '#', '****', '+', '$', ' . '])(
    'refuses what has no letter and no digit, and takes no check for it: %j',
    async (code) => {
      const { sms } = verifier([fake('text')]);
      const { id } = await sms.verifications.start({ to: phone });
      expect(await failureOf(sms.verifications.check({ id, code }))).toMatchObject({ code: 'invalid_request' });
      expect(await sms.verifications.status(id)).toMatchObject({ checksLeft: 5 });
    },
  );
});

describe('a check by phone', () => {
  it('approves the one live code, for its purpose only', async () => {
    const text = fake('text');
    const { sms } = verifier([text]);
    await sms.verifications.start({ to: phone, purpose: 'login' });
    const code = lastCode(text);
    expect(await sms.verifications.check({ to: phone, purpose: 'password-reset', code })).toEqual({
      outcome: 'not-found',
    });
    expect(await sms.verifications.check({ to: phone, code })).toEqual({ outcome: 'not-found' });
    expect(await sms.verifications.check({ to: otherPhone, purpose: 'login', code })).toEqual({ outcome: 'not-found' });
    const approved = { outcome: 'approved', to: phone, purpose: 'login' };
    expect(await sms.verifications.check({ to: phone, purpose: 'login', code })).toEqual(approved);
    expect(await sms.verifications.check({ to: phone, purpose: 'login', code })).toEqual({ outcome: 'not-found' });
  });

  it('does not take a code of one purpose for another that has its own', async () => {
    const text = fake('text');
    const { sms } = verifier([text]);
    await sms.verifications.start({ to: phone, purpose: 'login' });
    const code = lastCode(text);
    do await sms.verifications.start({ to: phone, purpose: 'payment' });
    while (lastCode(text) === code);
    const result = await sms.verifications.check({ to: phone, purpose: 'payment', code });
    expect(result).toMatchObject({ outcome: 'incorrect' });
  });

  it.each([0, 1, 2])('approves any of several live codes: number %d', async (which) => {
    const text = fake('text');
    const { sms } = verifier([text]);
    const ids: string[] = [];
    for (let times = 0; times < 3; times += 1) ids.push((await sms.verifications.start({ to: phone })).id);
    const codes = text.sent.map((_, index) => lastCode({ ...text, sent: text.sent.slice(0, index + 1) }));
    expect(await sms.verifications.check({ to: phone, code: codes[which] as string })).toMatchObject({
      outcome: 'approved',
    });
    for (const [index, id] of ids.entries()) {
      const code = codes[index] as string;
      expect(await sms.verifications.check({ id, code })).toEqual({ outcome: 'not-found' });
    }
  });

  it('charges every live code, and one failure', async () => {
    const text = fake('text');
    const { sms } = verifier([text]);
    const ids: string[] = [];
    for (let times = 0; times < 2; times += 1) ids.push((await sms.verifications.start({ to: phone })).id);
    expect(await sms.verifications.check({ to: phone, code: 'wrong' })).toEqual({
      outcome: 'incorrect',
      checksLeft: 4,
    });
    for (const id of ids) expect(await sms.verifications.status(id)).toMatchObject({ checksLeft: 4 });
  });

  it('asks both the store and the provider about codes of both kinds', async () => {
    const [mob, text] = [issuer('mob'), fake('text')];
    const { sms } = verifier([mob, text]);
    await sms.verifications.start({ to: phone });
    await sms.verifications.start({ to: phone });
    expect(await sms.verifications.check({ to: phone, code: 'wrong' })).toEqual({
      outcome: 'incorrect',
      checksLeft: 4,
    });
    expect(mob.checked.length).toBe(1);
    expect(await sms.verifications.check({ to: phone, code: issuedCode })).toMatchObject({ outcome: 'approved' });
  });
});

describe('tenants', () => {
  it('share a store and a pepper, and know nothing of each other', async () => {
    const text = fake('text');
    const { sms: one, store } = verifier([text], { verification: { tenant: 'one', pepper: 'p'.repeat(32) } });
    const stores = { verification: store };
    const { sms: other } = verifier([fake('b')], { stores, verification: { tenant: 'other', pepper: 'p'.repeat(32) } });
    const { sms: same } = verifier([fake('c')], { stores, verification: { tenant: 'one', pepper: 'p'.repeat(32) } });
    await one.verifications.start({ to: phone });
    const code = lastCode(text);
    expect(await other.verifications.check({ to: phone, code })).toEqual({ outcome: 'not-found' });
    expect(await same.verifications.check({ to: phone, code })).toMatchObject({ outcome: 'approved' });
  });
});

describe('failures', () => {
  it('are counted over codes and resends: after 15 nothing is accepted or sent until their day ends', async () => {
    const text = fake('text');
    const { sms, clock } = verifier([text]);
    const results: unknown[] = [];
    let id = '';
    for (let resend = 0; resend < 3; resend += 1) {
      ({ id } = await sms.verifications.start({ to: phone }));
      for (let guess = 1; guess <= 5; guess += 1) {
        const result = await sms.verifications.check({ id, code: wrong(lastCode(text), guess) });
        results.push(result.outcome === 'incorrect' ? result.checksLeft : result.outcome);
      }
    }
    expect(results).toEqual([4, 3, 2, 1, 0, 4, 3, 2, 1, 0, 4, 3, 2, 1, 0]);
    clock.ms += 1_000;
    const error = await failureOf(sms.verifications.start({ to: phone }));
    expect(error).toMatchObject({ code: 'verification_locked', outcome: 'not-sent', retryAfterMs: 86_399_000 });
    expect(error.message).toMatch(/Too many wrong codes.*Nothing was sent/);
    expect(text.sent.length).toBe(3);
    // Another purpose and another phone are not locked.
    await sms.verifications.start({ to: phone, purpose: 'login' });
    await sms.verifications.start({ to: otherPhone });
    clock.ms += 86_399_000;
    await sms.verifications.start({ to: phone });
  });

  it('lock codes that are still live, the right one too', async () => {
    const text = fake('text');
    const { sms } = verifier([text], { verification: { maxFailures: 3 } });
    const first = await sms.verifications.start({ to: phone });
    const code = lastCode(text);
    const second = await sms.verifications.start({ to: phone });
    for (const checksLeft of [2, 1, 0]) {
      const result = await sms.verifications.check({ id: second.id, code: 'wrong' });
      expect(result).toEqual({ outcome: 'incorrect', checksLeft });
    }
    for (const target of [{ id: first.id }, { to: phone }]) {
      expect(await sms.verifications.check({ ...target, code })).toEqual({ outcome: 'exhausted' });
    }
  });

  it('are forgotten by an approval', async () => {
    const text = fake('text');
    const { sms } = verifier([text], { verification: { maxFailures: 3 } });
    for (let round = 0; round < 4; round += 1) {
      const { id } = await sms.verifications.start({ to: phone });
      for (const checksLeft of [2, 1]) {
        const result = await sms.verifications.check({ id, code: 'wrong' });
        expect(result).toEqual({ outcome: 'incorrect', checksLeft });
      }
      expect(await sms.verifications.check({ id, code: lastCode(text) })).toMatchObject({ outcome: 'approved' });
    }
  });

  it('are not forgotten by a cancellation, nor by an expiry', async () => {
    const { sms, clock } = verifier([fake('text')], { verification: { maxFailures: 2 } });
    const { id } = await sms.verifications.start({ to: phone });
    await sms.verifications.check({ id, code: 'wrong' });
    await sms.verifications.cancel(id);
    clock.ms += 3_600_000;
    await sms.verifications.start({ to: phone });
    expect(await sms.verifications.check({ to: phone, code: 'wrong' })).toEqual({
      outcome: 'incorrect',
      checksLeft: 0,
    });
    expect(await failureOf(sms.verifications.start({ to: phone }))).toMatchObject({ retryAfterMs: 82_800_000 });
  });

  it('are none when there was nothing to guess', async () => {
    const text = fake('text');
    const { sms, clock } = verifier([text], { verification: { maxFailures: 1 } });
    await sms.verifications.start({ to: phone });
    clock.ms += 300_000;
    for (let times = 0; times < 3; times += 1) await sms.verifications.check({ to: phone, code: 'wrong' });
    await sms.verifications.start({ to: phone });
  });
});
