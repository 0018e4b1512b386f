import { describe, expect, it } from 'vitest';
import { SmsError } from '../errors/sms-error.js';
import { accepted } from '../provider-kit/outcomes.js';
import { createSmsClient } from './sms-client.js';
import { client, fake, to } from './sms-client.test.fixture.js';

const spellings = [to, '13800138000', '0138 0013 8000', '0086 138 0013 8000', '00 86 138-0013-8000', '8613800138000'];

describe('defaultCountry', () => {
  it('lets send() understand numbers as they are dialled there', async () => {
    const texts = fake('texts');
    const sms = client([texts], { defaultCountry: 'CN' });
    for (const spelling of [...spellings, '+12025550123']) await sms.send({ to: spelling, text: 'Hello.' });
    expect(texts.sent.map((message) => message.to.e164)).toEqual([...spellings.map(() => to), '+12025550123']);
  });

  it('makes one message of all spellings under one idempotency key', async () => {
    const texts = fake('texts');
    const sms = client([texts], { defaultCountry: 'CN' });
    for (const spelling of spellings) await sms.send({ to: spelling, text: 'Hello.', idempotencyKey: 'k' });
    expect(texts.sent).toHaveLength(1);
    await expect(sms.send({ to: '13800138001', text: 'Hello.', idempotencyKey: 'k' })).rejects.toThrow(
      /another message/,
    );
  });

  it('lets a verification that was started with one spelling be checked with another, and counts one phone', async () => {
    const codes: string[] = [];
    const texts = fake('texts', [
      async (message) => {
        if (message.kind === 'text') codes.push(/\d{6}/.exec(message.text)?.[0] ?? '');
        return accepted();
      },
    ]);
    const sms = client([texts], { defaultCountry: 'CN', verification: { codes: 'local' } });
    await sms.verifications.start({ to: '013800138000' });
    await expect(sms.verifications.start({ to })).rejects.toMatchObject({ code: 'resend_too_soon' });
    const check = { to: '0086 13800138000', code: codes[0] ?? '' };
    expect(await sms.verifications.check(check)).toMatchObject({ outcome: 'approved', to });
  });

  it('is named by the error of whoever has none', async () => {
    const sms = client([fake('texts')]);
    for (const given of spellings.slice(1)) {
      const refused = expect.objectContaining({
        code: 'invalid_phone_number',
        message: expect.stringMatching(/defaultCountry/),
      });
      await expect(sms.send({ to: given, text: 'Hello.' })).rejects.toEqual(refused);
      await expect(sms.verifications.start({ to: given })).rejects.toEqual(refused);
      await expect(sms.verifications.check({ to: given, code: '123456' })).rejects.toEqual(refused);
    }
  });

  it.each(['cn', 'CHN', 'UK', '86', '', 'constructor', 7])('must be a country: %j', (defaultCountry) => {
    const make = () => createSmsClient({ providers: [fake('texts')], defaultCountry: defaultCountry as string });
    expect(make).toThrow(SmsError);
    expect(make).toThrow(/defaultCountry: must be an ISO 3166-1 alpha-2 code in capitals, such as CN/);
  });
});
