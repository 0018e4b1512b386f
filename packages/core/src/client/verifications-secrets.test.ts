import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { accepted, refused, unknown } from '../provider-kit/outcomes.js';
import type { SmsEvents } from '../telemetry/events.js';
import { MemoryVerificationStore } from '../verification/memory-verification-store.js';
import { client, fake } from './sms-client.test.fixture.js';
import type { SmsClientOptions } from './sms-client-options.js';
import {
  type Interception,
  intercepted,
  issuedCode,
  issuer,
  lastCode,
  pepper,
  phone,
  wrong,
} from './verifications.test.fixture.js';

const appKey = 'appkey-0a1b2c3d4e5f';
const previousPepper = 'previous-pepper-of-the-tests-0123456789';
/** A vendor that says more than it should. */
const gossip = `appkey=${appKey} to ${phone}`;

let warnings: MockInstance<typeof process.emitWarning>;
beforeEach(() => {
  warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => warnings.mockRestore());

/** Everything that a client shows, and everything that its store is told and says. */
class Surfaces {
  readonly shown: string[] = [];
  readonly stored: string[] = [];
  readonly codes = new Set<string>([issuedCode]);

  /** As logs would have it. */
  show(value: unknown): void {
    this.shown.push(inspect(value, { depth: 9, showHidden: true }), String(JSON.stringify(value)));
    for (let error = value; error instanceof Error; error = error.cause)
      this.shown.push(String(error), error.stack ?? '');
  }

  async showResult(call: Promise<unknown>): Promise<unknown> {
    const result = await call.catch((error: unknown) => error);
    // The phone that was verified is what an approval is for.
    const isApproved = typeof result === 'object' && result !== null && 'to' in result;
    this.show(isApproved ? { ...result, to: undefined } : result);
    return result;
  }

  watch(store: MemoryVerificationStore, around: Interception = (_, next) => next()) {
    return intercepted(store, async (operation, next, args) => {
      this.stored.push(inspect([operation, args], { depth: 9 }));
      const answer = await around(operation, next, args);
      this.stored.push(inspect(answer, { depth: 9 }));
      return answer;
    });
  }
}

function watched(providers: Parameters<typeof client>[0], surfaces: Surfaces, options: Partial<SmsClientOptions> = {}) {
  const sms = client(providers, {
    verification: { pepper: { current: pepper, previous: previousPepper }, maxFailures: 6 },
    stores: { verification: surfaces.watch(new MemoryVerificationStore()) },
    guard: { limits: { phone: [{ max: 4, windowMs: 60_000 }] }, alarm: { minimumStarts: 1 } },
    breaker: { minimumCalls: 4 },
    ...options,
  });
  const names: readonly (keyof SmsEvents)[] = ['attempt', 'settled', 'circuit', 'denied', 'alarm', 'check'];
  for (const name of names) sms.on(name, (event) => surfaces.show([name, event]));
  return sms;
}

function expectNoSecrets({ shown, stored, codes }: Surfaces): void {
  const all = [...shown, ...warnings.mock.calls.map((call) => inspect(call))].join('\n');
  const kept = stored.join('\n');
  for (const secret of [...codes, pepper, previousPepper]) {
    expect(all).not.toContain(secret);
    expect(kept).not.toContain(secret);
  }
  expect(all).not.toContain(appKey);
  expect(all).not.toContain(phone.slice(3));
  expect(all).not.toContain('canary');
  // Providers need the number to check their codes; nothing else in a store has it.
  expect(kept.replaceAll(`to: '${phone}'`, '')).not.toContain(phone.slice(3));
  expect(kept).toContain(`to: '${phone}'`);
}

describe('no code, pepper, credential or whole number is shown or stored', () => {
  it('when everything goes well, and when people err', async () => {
    const surfaces = new Surfaces();
    const [mob, text] = [issuer('mob', { start: [accepted('ref-1')] }), fake('text')];
    const sms = watched([mob, text], surfaces);
    const { verifications } = sms;
    const { id } = (await surfaces.showResult(verifications.start({ to: phone }))) as { id: string };
    await surfaces.showResult(verifications.start({ to: phone, purpose: 'login' }));
    await surfaces.showResult(verifications.start({ to: phone, via: ['text'] }));
    const code = lastCode(text);
    surfaces.codes.add(code);
    surfaces.codes.add(wrong(code));
    for (const typed of [wrong(code), wrong(code), code])
      await surfaces.showResult(verifications.check({ to: phone, code: typed }));
    await surfaces.showResult(verifications.check({ id, code: issuedCode }));
    await surfaces.showResult(verifications.check({ to: phone, purpose: 'login', code: issuedCode }));
    await surfaces.showResult(verifications.status(id));
    await surfaces.showResult(verifications.cancel(id));
    // Refused: a malformed request, a limit of the guard, a code that is too long.
    await surfaces.showResult(verifications.start({ to: `${phone}${issuedCode}` }));
    await surfaces.showResult(verifications.check({ id, code: code.repeat(9) }));
    for (let times = 0; times < 3; times += 1) await surfaces.showResult(verifications.start({ to: phone }));
    surfaces.show(sms.health());
    surfaces.show(sms);
    expect(surfaces.shown.join()).toMatch(/approved[\s\S]*incorrect|incorrect[\s\S]*approved/);
    expect(surfaces.shown.join()).toContain('denied');
    expectNoSecrets(surfaces);
  });

  it('when providers fail, and say too much', async () => {
    const surfaces = new Surfaces();
    const cause = new Error('The vendor’s answer.');
    const text = fake('text', [
      unknown('timeout', `No answer: ${gossip.replace(`appkey=${appKey} `, '')}`, { cause }),
      () => Promise.reject(new Error(`canary ${gossip} ${pepper}`)),
      async (message) => ({ outcome: message.kind === 'text' ? message.text : 'none' }) as never,
      refused('rate_limited', `Too many to ${phone}.`, { providerCode: phone }),
    ]);
    const mob = issuer('mob', {
      check: [
        refused('rate_limited', `Too many for ${phone}.`, { providerCode: phone }),
        ({ code }) => Promise.reject(new Error(`canary ${code} ${gossip}`)),
        async ({ code }) => ({ outcome: code }) as never,
      ],
    });
    const sms = watched([mob, text], surfaces, { guard: false });
    const { id } = (await surfaces.showResult(sms.verifications.start({ to: phone }))) as { id: string };
    for (let times = 0; times < 4; times += 1) {
      await surfaces.showResult(sms.verifications.start({ to: phone, via: ['text'], purpose: 'login' }));
      surfaces.codes.add(lastCode(text));
    }
    for (let times = 0; times < 4; times += 1)
      await surfaces.showResult(sms.verifications.check({ id, code: issuedCode }));
    surfaces.show(sms.health());
    expect(surfaces.shown.join()).toMatch(/circuit[\s\S]*open/);
    expectNoSecrets(surfaces);
  });

  it('when a vendor repeats the code in what counts against its circuit', async () => {
    const surfaces = new Surfaces();
    const repeat = (code: string) =>
      refused('permission_denied', `The code ${code} is refused.`, {
        providerCode: `denied-${code}`,
        cause: new Error(code),
      });
    const text = fake('text', [
      async (message) => repeat((message.kind === 'text' && /\d{6}/.exec(message.text)?.[0]) || 'none'),
    ]);
    const mob = issuer('mob', { check: [async ({ code }) => repeat(code)] });
    const sms = watched([mob, text], surfaces, { guard: false });
    const { id } = (await surfaces.showResult(sms.verifications.start({ to: phone }))) as { id: string };
    await surfaces.showResult(sms.verifications.start({ to: phone, via: ['text'] }));
    surfaces.codes.add(lastCode(text));
    await surfaces.showResult(sms.verifications.check({ id, code: issuedCode }));
    surfaces.show(sms.health());
    expect(sms.health()).toMatchObject({
      mob: { lastFailure: { providerCode: 'denied-***' } },
      text: { lastFailure: { providerCode: 'denied-***' } },
    });
    expectNoSecrets(surfaces);
  });

  it.each<[string, (code: string) => string]>([
    ['with a hyphen', (code) => `${code.slice(0, 3)}-${code.slice(3)}`],
    ['with a space', (code) => `${code.slice(0, 3)} ${code.slice(3)}`],
    ['percent-encoded', (code) => [...code].map((digit) => `%3${digit}`).join('')],
    ['in full width', (code) => [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('')],
    ['as JSON escapes', (code) => [...code].map((digit) => `\\u003${digit}`).join('')],
  ])('when a vendor repeats the code %s, wherever it can', async (_, spell) => {
    const surfaces = new Surfaces();
    const repeat = (code: string) => {
      const spelt = spell(code);
      surfaces.codes.add(spelt);
      return refused('permission_denied', `The code ${spelt} is refused.`, {
        providerCode: `denied-${spelt}`,
        cause: Object.assign(new Error(`in ${spelt}`), { body: spelt, code: `E${spelt}` }),
      });
    };
    const texts = ['a', 'b'].map((id) =>
      fake(id, [async (message) => repeat((message.kind === 'text' && /\d{6}/.exec(message.text)?.[0]) || 'none')]),
    );
    const mob = issuer('mob', { check: [async ({ code }) => repeat(code)] });
    const sms = watched([mob, ...texts], surfaces, { guard: false });
    const { id } = (await surfaces.showResult(sms.verifications.start({ to: phone }))) as { id: string };
    for (const via of [['a'], ['a', 'b']]) {
      await surfaces.showResult(sms.verifications.start({ to: phone, via, purpose: 'login' }));
      for (const text of texts) if (text.sent.length > 0) surfaces.codes.add(lastCode(text));
    }
    await surfaces.showResult(sms.verifications.check({ id, code: issuedCode }));
    surfaces.show(sms.health());
    const masked = { lastFailure: { providerCode: 'denied-***' } };
    expect(sms.health()).toMatchObject({ mob: masked, a: masked, b: masked });
    expectNoSecrets(surfaces);
  });

  it('when a provider throws an error whose name is the code', async () => {
    const surfaces = new Surfaces();
    const text = fake('text', [
      async (message) => {
        const code = (message.kind === 'text' && /\d{6}/.exec(message.text)?.[0]) || 'none';
        throw Object.assign(new Error(code), { name: `Code${code}`, code });
      },
    ]);
    const sms = watched([text], surfaces, { guard: false });
    const error = await surfaces.showResult(sms.verifications.start({ to: phone }));
    surfaces.codes.add(lastCode(text));
    surfaces.show(error);
    surfaces.show(sms.health());
    expectNoSecrets(surfaces);
  });

  it.each(['open', 'settle', 'check', 'conclude', 'cancel', 'read', 'end'] as const)(
    'when the store fails in %s',
    async (fails) => {
      const surfaces = new Surfaces();
      const [mob, text] = [issuer('mob'), fake('text')];
      let isDown = false;
      const store = surfaces.watch(new MemoryVerificationStore(), async (operation, next, args) => {
        if (isDown && operation === fails)
          throw new Error(`canary ${inspect(args, { depth: 9 })} ${pepper} ${issuedCode}`);
        return next();
      });
      const sms = watched([mob, text], surfaces, { guard: false, stores: { verification: store } });
      const { verifications } = sms;
      const { id } = (await surfaces.showResult(verifications.start({ to: phone }))) as { id: string };
      isDown = true;
      await surfaces.showResult(verifications.start({ to: phone, via: ['text'] }));
      for (const code of [issuedCode, ...(text.sent.length > 0 ? [lastCode(text)] : [])]) {
        surfaces.codes.add(code);
        await surfaces.showResult(verifications.check({ to: phone, code }));
        await surfaces.showResult(verifications.check({ id, code }));
      }
      await surfaces.showResult(verifications.status(id));
      await surfaces.showResult(verifications.cancel(id));
      expect([...surfaces.shown, ...warnings.mock.calls.flat()].join()).toMatch(/store_unavailable|could not record/);
      expectNoSecrets(surfaces);
    },
  );

  it('when the options are wrong', () => {
    const surfaces = new Surfaces();
    for (const verification of [
      { pepper: { current: pepper, previous: 'short' } },
      { pepper, text: 'no code' },
      { pepper, codeLength: 3 },
    ]) {
      try {
        client([fake('text')], { verification });
      } catch (error) {
        surfaces.show(error);
      }
    }
    expect(surfaces.shown.length).toBeGreaterThan(6);
    expect(surfaces.shown.join()).not.toContain(pepper);
  });
});

it('an event tells of every check, with a masked number', async () => {
  const text = fake('text');
  const sms = client([text], { guard: false });
  const told: SmsEvents['check'][] = [];
  sms.on('check', (event) => told.push(event));
  const { id } = await sms.verifications.start({ to: phone, purpose: 'login' });
  await sms.verifications.check({ id, code: 'wrong' });
  await sms.verifications.check({ id, code: lastCode(text) });
  await sms.verifications.check({ id, code: lastCode(text) });
  await sms.verifications.check({ id, code: '' }).catch(() => {});
  const known = { to: '+86*******8000', purpose: 'login', durationMs: expect.any(Number) };
  const strange = { to: undefined, purpose: undefined, durationMs: expect.any(Number) };
  expect(told).toEqual([
    { ...known, outcome: 'incorrect' },
    { ...known, outcome: 'approved' },
    { ...strange, outcome: 'not-found' },
    { ...strange, outcome: 'failed' },
  ]);
});
