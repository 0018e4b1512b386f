import { describe, expect, it } from 'vitest';
import { parseTwilioOptions } from './options.js';
import { twilio } from './twilio.js';
import { accountSid, authToken, context, from, serviceSid, text, verifySid } from './twilio.test.fixture.js';

const right = { accountSid, authToken, from };
const key = { apiKeySid: `SK${'2'.padStart(32, '0')}`, apiKeySecret: 'a-secret' };

function problemOf(options: object): string | undefined {
  try {
    parseTwilioOptions(options);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('twilio() takes', () => {
  it.each<[string, object]>([
    ['a number', right],
    ['senders by country', { ...right, from: { US: from, default: 'My Shop' } }],
    ['a short code, and a name of any kind: Twilio knows better', { ...right, from: { US: '12345', default: 'Ünal' } }],
    ['a service', { accountSid, authToken, messagingServiceSid: serviceSid }],
    ['an API key', { accountSid, ...key, from }],
    ['both', { ...right, ...key }],
    ['Verify alone', { accountSid, authToken, verifyServiceSid: verifySid }],
    ['a region with its edge', { ...right, region: 'ie1', edge: 'dublin' }],
  ])('%s', (_, options) => {
    expect(problemOf(options)).toBeUndefined();
  });
});

describe('twilio() refuses, naming the option and the remedy,', () => {
  it.each<[object, string]>([
    [{ authToken, from }, 'accountSid: is missing; it is on the first page of Twilio’s console'],
    [{ ...right, accountSid: `${accountSid}\t` }, 'accountSid: must be the Account SID, AC and 32 hexadecimal digits'],
    [{ accountSid, from }, 'authToken: is missing; set it, or apiKeySid and apiKeySecret'],
    [{ ...right, apiKeySid: key.apiKeySid }, 'apiKeySecret: is missing; it belongs to apiKeySid'],
    [{ ...right, apiKeySecret: 'a-secret' }, 'apiKeySid: is missing; it belongs to apiKeySecret'],
    [{ accountSid, authToken }, 'from: is missing; set it, or messagingServiceSid or verifyServiceSid'],
    [{ ...right, from: verifySid }, 'from: must be a number, a short code or a name of a sender, and no SID'],
    [{ ...right, from: ' ' }, 'from: must be a number, a short code or a name of a sender, and no SID'],
    [{ ...right, from: { us: from } }, 'from.us: must be a country in two capital letters'],
    [{ ...right, messagingServiceSid: verifySid }, 'messagingServiceSid: must be the SID of a Messaging Service, MG'],
    [{ ...right, region: 'ie1' }, 'edge: is missing; Twilio wants it together with region'],
    [{ ...right, edge: 'dublin' }, 'region: is missing; Twilio wants it together with edge'],
    [{ ...right, region: 'evil.example/', edge: 'a' }, 'region: must be the name of a region'],
    [{ ...right, region: 'ie1', edge: 'dublin', baseUrl: 'https://a.example' }, 'region: has no effect beside baseUrl'],
    [{ ...right, verifyBaseUrl: 'http://a.example' }, 'verifyBaseUrl: must start with https://'],
    [{ ...right, codeLifetimeMs: 0 }, 'codeLifetimeMs: must be a whole number of milliseconds, at least 1'],
    [{ ...right, authTokn: 'x' }, 'authTokn: is not an option; did you mean authToken?'],
  ])('%j', (options, said) => {
    expect(problemOf(options)).toContain(`twilio(): ${said}`);
  });

  it('what the transport refuses, under the name of the option', () => {
    expect(() => twilio({ ...right, baseUrl: 'http://a.example' })).toThrow(
      'twilio(): baseUrl: must start with https://',
    );
    expect(() => twilio({ ...right, burst: 2 })).toThrow('twilio(): burst: belongs to maxPerSecond');
  });

  it('and never shows a credential', () => {
    expect(problemOf({ ...right, authToken: 'a secret with spaces' })).not.toContain('a secret');
  });
});

describe('an account', () => {
  it('with an API key alone has no webhooks, since nothing could be proven', async () => {
    expect(twilio({ accountSid, ...key, from }).webhooks).toBeNull();
    expect(twilio({ ...right, ...key }).webhooks).not.toBeNull();
  });

  it('without a sender sends no messages', async () => {
    const provider = twilio({ accountSid, authToken, verifyServiceSid: verifySid });
    expect(provider.sends).toEqual({ text: false, template: false, senderId: false });
    expect(await provider.send(text, context())).toMatchObject({ outcome: 'not-sent', code: 'unsupported_message' });
  });

  it('without a sender for the country lets another provider have the message', async () => {
    const provider = twilio({ ...right, from: { DE: 'Shop' } });
    expect(await provider.send(text, context())).toMatchObject({ outcome: 'not-sent', code: 'sender_rejected' });
  });
});
