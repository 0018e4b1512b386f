import { describe, expect, it } from 'vitest';
import type { VerificationOptions } from '../verification/verification-options.js';
import { down, failureOf, fake } from './sms-client.test.fixture.js';
import type { SmsClientOptions } from './sms-client-options.js';
import { codeIn, issuer, lastCode, otherPhone, phone, verifier } from './verifications.test.fixture.js';

const sendsTexts = { text: true, template: false, senderId: true };
const sendsTemplates = { text: false, template: true, senderId: false };
const templates = {
  code: { params: ['code'], text: 'Code: {code}.' },
  'code-zh': { params: ['minutes', 'code'], text: '{minutes}分钟内验证码{code}' },
};

describe('a text', () => {
  it('is the app’s own, with the code and the minutes in it', async () => {
    const text = fake('text');
    const { sms } = verifier([text], { verification: { text: '{code} ({minutes} min) {{}}', lifetimeMs: 150_000 } });
    await sms.verifications.start({ to: phone });
    expect(text.sent).toMatchObject([{ kind: 'text', text: expect.stringMatching(/^\d{6} \(2 min\) \{\}$/) }]);
  });

  it('need not name the minutes, and never names zero', async () => {
    const text = fake('text');
    await verifier([text], { verification: { text: '{code}' } }).sms.verifications.start({ to: phone });
    expect(text.sent).toMatchObject([{ text: expect.stringMatching(/^\d{6}$/) }]);
    const short = verifier([text], { verification: { text: '{minutes}{code}', lifetimeMs: 1_000 } });
    await short.sms.verifications.start({ to: phone });
    expect(text.sent[1]).toMatchObject({ text: expect.stringMatching(/^1\d{6}$/) });
  });

  it.each([6, 7, 10])('carries a code of %d digits', async (codeLength) => {
    const text = fake('text');
    await verifier([text], { verification: { codeLength } }).sms.verifications.start({ to: phone });
    expect(lastCode(text)).toHaveLength(codeLength);
  });

  it.each([
    ['zh-CN', '中文'],
    ['ZH-cn', '中文'],
    ['zh-CN-u-nu-hant', '中文'],
    ['fr-CA', 'français'],
    ['de', 'English'],
    ['z', 'English'],
    ['zh_CN', '中文'],
    ['zh-CN,en;q=0.9', '中文'],
    ['en;q=0.5, fr;q=0.9', 'français'],
    ['*', 'English'],
    ['', 'English'],
    [undefined, 'English'],
  ])('for the locale %s is %s', async (locale, expected) => {
    const text = fake('text');
    const { sms } = verifier([text], {
      verification: { text: { en: 'English {code}', fr: 'français {code}', 'zh-CN': '中文 {code}' } },
    });
    await sms.verifications.start({ to: phone, locale });
    expect(text.sent).toMatchObject([{ text: `${expected} ${codeIn(text.sent[0])}` }]);
  });

  it('is passed over by whoever sends templates only', async () => {
    const [vendor, text] = [fake('vendor', [], sendsTemplates), fake('text', [], sendsTexts)];
    const { attempts } = await verifier([vendor, text]).sms.verifications.start({ to: phone });
    expect(attempts.map(({ provider }) => provider)).toEqual(['text']);
    const error = await failureOf(verifier([vendor]).sms.verifications.start({ to: phone }));
    expect(error).toMatchObject({ code: 'unsupported_message', outcome: 'not-sent' });
  });
});

describe('a template', () => {
  it('is sent by the vendor’s id, or as its text, with the code as its parameter', async () => {
    const vendor = fake('vendor', [down], sendsTemplates);
    const text = fake('text', [], sendsTexts);
    const { sms } = verifier([vendor, text], {
      templates: { code: { ...templates.code, providers: { vendor: { template: 'T-1', signature: 'Polysms' } } } },
      verification: { template: 'code' },
    });
    const { id } = await sms.verifications.start({ to: phone });
    const code = lastCode(vendor);
    expect(vendor.sent).toEqual([
      {
        kind: 'template',
        id: expect.any(String),
        validForMs: expect.any(Number),
        to: expect.objectContaining({ e164: phone }),
        template: 'T-1',
        signature: 'Polysms',
        params: [{ name: 'code', value: code }],
      },
    ]);
    expect(text.sent).toMatchObject([{ kind: 'text', text: `Code: ${code}.` }]);
    expect(await sms.verifications.check({ id, code })).toMatchObject({ outcome: 'approved' });
  });

  it('is chosen by the locale, and has the minutes if it asks for them', async () => {
    const text = fake('text', [], sendsTexts);
    const { sms } = verifier([text], { templates, verification: { template: { en: 'code', zh: 'code-zh' } } });
    await sms.verifications.start({ to: phone, locale: 'zh-CN' });
    await sms.verifications.start({ to: otherPhone, locale: 'ja' });
    expect(text.sent).toMatchObject([
      { text: expect.stringMatching(/^5分钟内验证码\d{6}$/) },
      { text: expect.stringMatching(/^Code: \d{6}\.$/) },
    ]);
  });

  it('need not be rendered by a provider that makes codes itself, unless all codes are ours', async () => {
    const only = { providers: { vendor: { template: 'T-1' } }, params: ['code'] };
    const vendor = fake('vendor', [], sendsTemplates);
    const mob = issuer('mob', { sends: sendsTemplates });
    const options = (codes: 'issued' | 'local'): Partial<SmsClientOptions> => ({
      templates: { code: only },
      verification: { template: 'code', codes },
    });
    const { sms } = verifier([mob, vendor], options('issued'));
    expect(await sms.verifications.start({ to: phone })).toMatchObject({ provider: 'mob' });
    expect(() => verifier([mob, vendor], options('local'))).toThrow(/provider "mob" cannot render it/);
    const others: Partial<SmsClientOptions> = { ...options('issued'), templates: { code: only, other: only } };
    expect(() => verifier([mob, vendor], others)).toThrow(/templates\["other"\]: provider "mob" cannot render it/);
  });
});

describe('providers that make codes', () => {
  it.each(['zh-CN', undefined])('are told the locale %s', async (locale) => {
    const mob = issuer('mob');
    await verifier([mob]).sms.verifications.start({ to: phone, locale });
    expect(mob.started[0]?.locale).toBe(locale);
  });
});

describe('a client is not made with', () => {
  it.each<[string, VerificationOptions, RegExp]>([
    ['a text without {code}', { text: 'Hello {minutes}.' }, /verification\.text: .*has no \{code\}/],
    ['one language without {code}', { text: { en: '{code}', zh: '代码' } }, /verification\.text\.zh: has no \{code\}/],
    ['an unknown placeholder', { text: '{code} {name}' }, /verification\.text: knows .*, not "name"/],
    ['a text that is malformed', { text: '{code} {' }, /verification\.text: /],
    ['a text with half an emoji', { text: '{code} \ud83d' }, /verification\.text: holds half a character/],
    [
      'one language with half an emoji',
      { text: { en: '{code}', zh: '{code}\ude00' } },
      /text\.zh: holds half a character/,
    ],
    ['a template with half an emoji', { template: 't\ud83d' }, /verification\.template: holds half a character/],
    ['a tenant with half an emoji', { tenant: 'shop\ud83d' }, /verification\.tenant: holds half a character/],
    ['an empty text', { text: '' }, /verification\.text: must be a text with \{code\} in it/],
    ['no languages', { text: {} }, /verification\.text: must be a text with \{code\} in it/],
    ['a language that is none', { text: { zh_CN: '{code}' } }, /verification\.text\.zh_CN: is not a language/],
    ['a template that does not exist', { template: 'other' }, /verification\.template: there is no template "other"/],
    ['a template without code', { template: 'greeting' }, /verification\.template: .*has no \{code\}/],
    ['a template that needs more', { template: 'more' }, /verification\.template: .*not "name"/],
    ['one bad template of several', { template: { en: 'code', fr: 'more' } }, /verification\.template\.fr: knows/],
    ['text and template', { text: '{code}', template: 'code' }, /verification\.template: must not be set beside text/],
    ['too short a pepper', { pepper: 'too-short-pepper' }, /verification\.pepper: .*32 characters/],
    ['too few digits', { codeLength: 5 }, /verification\.codeLength: .*6 to 10/],
    ['too many digits', { codeLength: 11 }, /verification\.codeLength/],
    ['too long a lifetime', { lifetimeMs: 600_001 }, /verification\.lifetimeMs: .*10 minutes/],
    ['no checks', { maxChecks: 0 }, /verification\.maxChecks/],
    ['no failures', { maxFailures: 0 }, /verification\.maxFailures/],
    ['a misspelt option', { peper: 'x' } as VerificationOptions, /verification\.peper/],
  ])('%s', async (_name, verification, message) => {
    const catalogue = {
      code: templates.code,
      greeting: { params: ['name'], text: 'Hello {name}' },
      more: { params: ['code', 'name'], text: '{name}: {code}' },
    };
    const error = failureOf((async () => verifier([fake('vendor')], { templates: catalogue, verification }))());
    await expect(error).resolves.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringMatching(message),
    });
    expect(String(await error)).not.toContain('too-short-pepper');
  });

  it('a shared store without a pepper', () => {
    const { store } = verifier([fake('a')]);
    const shared = Object.assign(Object.create(store), { isShared: true });
    expect(() => verifier([fake('a')], { stores: { verification: shared } })).toThrow(
      /verification\.pepper: is needed/,
    );
  });
});
