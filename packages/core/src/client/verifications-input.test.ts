import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { VerificationCheckRequest, VerificationStartRequest } from '../verification/verification-requests.js';
import { createSmsClient } from './sms-client.js';
import { failureOf, fake } from './sms-client.test.fixture.js';
import { issuer, lastCode, phone, verifier } from './verifications.test.fixture.js';

describe('a start is refused, and nothing sent, with', () => {
  it.each<[string, unknown, RegExp, string?]>([
    ['nothing', undefined, /verifications\.start\(\) takes an object/],
    ['null', null, /takes an object/],
    ['a string', phone, /takes an object/],
    ['no phone', {}, /./, 'invalid_phone_number'],
    ['a phone that is none', { to: 'canary' }, /./, 'invalid_phone_number'],
    ['a phone that is a number', { to: 13_800_138_000 }, /./, 'invalid_phone_number'],
    ['a misspelt field', { to: phone, purpos: 'login' }, /purpos is not a field; it knows to, purpose/],
    ['a field of send()', { to: phone, text: 'hi' }, /text is not a field/],
    ['an inherited misspelt field', Object.create({ purpos: 'login', to: phone }), /purpos is not a field/],
    ['an empty purpose', { to: phone, purpose: '' }, /purpose must be a string of 1 to 64/],
    ['a purpose of 65 characters', { to: phone, purpose: 'x'.repeat(65) }, /purpose must be/],
    ['a purpose with a control character', { to: phone, purpose: 'log\nin' }, /purpose must be/],
    ['a purpose with half a character', { to: phone, purpose: '\ud800' }, /purpose must be/],
    ['a purpose that is no string', { to: phone, purpose: 1 }, /purpose must be/],
    ['via that is empty', { to: phone, via: [] }, /via must be a list/],
    ['via that is no list', { to: phone, via: 'a' }, /via must be a list/],
    ['via that names one twice', { to: phone, via: ['a', 'a'] }, /via must be a list/],
    ['via that holds something else', { to: phone, via: [1] }, /via must be a list/],
    ['a signal that is none', { to: phone, signal: {} }, /signal must be an AbortSignal/],
    ['a deadline that is no number', { to: phone, deadlineMs: '10' }, /deadlineMs must be a number of milliseconds/],
    ['a deadline below 0', { to: phone, deadlineMs: -1 }, /deadlineMs must be a number of milliseconds/],
    ['a deadline that is too long', { to: phone, deadlineMs: 2 ** 31 }, /deadlineMs must be a number of milliseconds/],
  ])('%s', async (_name, request, message, code = 'invalid_request') => {
    const providers = [fake('a'), issuer('b')];
    const { sms } = verifier(providers);
    const error = await failureOf(sms.verifications.start(request as VerificationStartRequest));
    expect(error).toMatchObject({ code, outcome: 'not-sent', message: expect.stringMatching(message) });
    expect(error.message).not.toMatch(/canary|\d{7}/);
    expect(providers.map(({ sent }) => sent.length)).toEqual([0, 0]);
  });
});

describe('a start takes', () => {
  it.each([1, 64])('a purpose of %d characters, whatever they are', async (length) => {
    const purpose = '😀'.repeat(length);
    const text = fake('a');
    const { sms } = verifier([text]);
    const { id } = await sms.verifications.start({ to: phone, purpose });
    const result = await sms.verifications.check({ id, code: lastCode(text) });
    expect(result).toEqual({ outcome: 'approved', to: phone, purpose });
  });

  it.each([
    ['zh_CN', 'zh-CN'],
    ['en-GB,en;q=0.9', 'en-GB'],
    [`en${'-x'.repeat(9_000)}`, undefined],
    ['*', undefined],
    ['', undefined],
    [null, undefined],
    [['en'], undefined],
  ])('a locale that a vendor could not use, and tells it a tag or nothing: %j', async (locale, told) => {
    const mob = issuer('mob');
    await verifier([mob]).sms.verifications.start({ to: phone, locale: locale as string });
    expect(mob.started).toMatchObject([{ locale: told }]);
  });

  it('a phone as people write it', async () => {
    const text = fake('a');
    await verifier([text]).sms.verifications.start({ to: '+86 138-0013-8000' });
    expect(text.sent).toMatchObject([{ to: { e164: phone } }]);
  });

  it('undefined for whatever is optional', async () => {
    const { sms } = verifier([fake('a')]);
    const none = { purpose: undefined, locale: undefined, via: undefined, deadlineMs: undefined, signal: undefined };
    await sms.verifications.start({ to: phone, ip: undefined, screening: undefined, ...none });
  });

  it('each field once: a getter cannot change what was checked', async () => {
    let reads = 0;
    const text = fake('a');
    const request = {
      get to() {
        reads += 1;
        return phone;
      },
    };
    await verifier([text]).sms.verifications.start(request);
    expect(reads).toBe(1);
  });
});

describe('a request that throws when it is read', () => {
  const failing = () => {
    throw new RangeError(`no ${phone}`);
  };
  const unread = (trap: 'get' | 'ownKeys') =>
    new Proxy({}, { [trap]: failing }) as { to: string; text: string; code: string };

  it.each(['get', 'ownKeys'] as const)('is refused without what it threw, by its trap %s', async (trap) => {
    const { sms } = verifier([fake('a')]);
    const templates = { hello: { params: ['name'], text: 'Hello {name}', providers: {} } };
    const params = Object.defineProperty({ name: 'Ann' }, 'name', { get: failing, enumerable: true });
    const withTemplate = createSmsClient({ providers: [fake('b')], templates, guard: false });
    for (const call of [
      () => sms.send(unread(trap)),
      () => sms.verifications.start(unread(trap)),
      () => sms.verifications.check(unread(trap)),
      () => withTemplate.send({ to: phone, template: 'hello', params }),
    ]) {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not-sent' });
      expect(String(error)).toMatch(/could not be read \(RangeError\); give a plain object/);
      expect(inspect(error, { depth: 9 })).not.toContain(phone);
    }
  });
});

describe('a check is refused with', () => {
  it.each<[string, unknown, RegExp, string?]>([
    ['nothing', undefined, /verifications\.check\(\) takes an object/],
    ['neither id nor phone', { code: '1' }, /takes either the id that start gave, or to/],
    ['id and phone', { id: 'x', to: phone, code: '1' }, /takes either the id/],
    ['a purpose that is none, for an id', { id: 'x', purpose: '', code: '1' }, /check\(\): purpose must be/],
    ['an id that is no string', { id: 1, code: '1' }, /id must be the string/],
    ['an id that is null', { id: null, code: '1' }, /id must be the string/],
    ['no code', { id: 'x' }, /code must be a string/],
    ['a code that is a number', { id: 'x', code: 123_456 }, /code must be a string/],
    ['an empty code', { id: 'x', code: '' }, /code must have 1 to 32 characters/],
    ['a code of spaces and hyphens', { id: 'x', code: ' -\u2013\u200b ' }, /code must have 1 to 32 characters/],
    ['a code that is too long', { id: 'x', code: '1'.repeat(33) }, /code must have 1 to 32 characters/],
    ['a code that is far too long', { id: 'x', code: ' '.repeat(65) }, /code must have 1 to 32 characters/],
    ['a misspelt field', { id: 'x', code: '1', purpos: 'login' }, /purpos is not a field/],
    ['a phone that is none', { to: 'canary', code: '1' }, /./, 'invalid_phone_number'],
    ['a purpose that is none', { to: phone, purpose: '', code: '1' }, /check\(\): purpose must be/],
    ['a signal that is none', { id: 'x', code: '1', signal: 1 }, /signal must be an AbortSignal/],
    [
      'a deadline that is none',
      { id: 'x', code: '1', deadlineMs: Number.NaN },
      /deadlineMs must be a number of milliseconds/,
    ],
  ])('%s', async (_name, request, message, code = 'invalid_request') => {
    const { sms } = verifier([fake('a')]);
    const error = await failureOf(sms.verifications.check(request as VerificationCheckRequest));
    expect(error).toMatchObject({ code, outcome: 'not-sent', message: expect.stringMatching(message) });
    expect(error.message).not.toContain('canary');
  });
});

describe('cancel and status', () => {
  it.each(['', 'x', 'x'.repeat(43), 'x'.repeat(45), `${'x'.repeat(44)}\n`])('know no verification %j', async (id) => {
    const { sms } = verifier([fake('a')]);
    expect(await sms.verifications.cancel(id as string)).toEqual({ outcome: 'not-found' });
    expect(await sms.verifications.status(id as string)).toEqual({ state: 'not-found' });
  });

  it.each([undefined, null, 1, {}, { id: 'x'.repeat(44) }])('take no %j for an id', async (id) => {
    const { sms } = verifier([fake('a')]);
    for (const call of ['cancel', 'status'] as const) {
      const error = await failureOf(sms.verifications[call](id as string));
      expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not-sent' });
      expect(error.message).toContain(`verifications.${call}() takes the id`);
    }
  });

  it('say where a verification stands', async () => {
    const text = fake('a');
    const { sms, clock } = verifier([text], { verification: { maxFailures: 3 } });
    const { id } = await sms.verifications.start({ to: phone });
    expect(await sms.verifications.status(id)).toMatchObject({ state: 'pending', checksLeft: 3 });
    expect(await sms.verifications.cancel(id)).toEqual({ outcome: 'canceled' });
    expect(await sms.verifications.cancel(id)).toEqual({ outcome: 'not-found' });
    expect(await sms.verifications.status(id)).toEqual({ state: 'canceled' });
    expect(await sms.verifications.check({ id, code: lastCode(text) })).toEqual({ outcome: 'not-found' });

    const second = await sms.verifications.start({ to: phone });
    await sms.verifications.check({ id: second.id, code: 'wrong' });
    expect(await sms.verifications.status(second.id)).toMatchObject({ state: 'pending', checksLeft: 2 });
    const third = await sms.verifications.start({ to: phone });
    for (let times = 0; times < 2; times += 1) await sms.verifications.check({ id: third.id, code: 'wrong' });
    // The phone has used its failures up: no code of it is accepted now.
    expect(await sms.verifications.status(second.id)).toEqual({ state: 'exhausted' });
    clock.ms += 300_000;
    expect(await sms.verifications.status(second.id)).toEqual({ state: 'expired' });
    expect(await sms.verifications.cancel(second.id)).toEqual({ outcome: 'not-found' });
    clock.ms += 600_000;
    expect(await sms.verifications.status(second.id)).toEqual({ state: 'not-found' });
  });
});

it('a deadline may be as short and as long as a timer can be', async () => {
  const { sms } = verifier([fake('a')]);
  await sms.verifications.start({ to: phone, deadlineMs: 2 ** 31 - 1 });
  // No time at all: refused by the store, not by the form of the request.
  expect(await failureOf(sms.verifications.start({ to: phone, deadlineMs: 0 }))).not.toMatchObject({
    code: 'invalid_request',
  });
});
