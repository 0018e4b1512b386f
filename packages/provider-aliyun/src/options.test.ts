import { describe, expect, it } from 'vitest';
import { aliyun } from './index.js';

const keys = { accessKeyId: 'id-1', accessKeySecret: 'secret-1' };
const verification = { signature: '示例', template: '100001' };

describe('the options of aliyun()', () => {
  it.each([
    [{}, 'needs accessKeyId and accessKeySecret'],
    [{ accessKeyId: 'id-1' }, 'needs accessKeyId and accessKeySecret'],
    [{ ...keys, credentials: () => keys }, 'credentials instead of both'],
    [{ securityToken: 'token', credentials: () => keys }, 'credentials instead of both'],
    [{ accessKeyId: 'id 1', accessKeySecret: 'secret-1' }, 'accessKeyId: must be a key from the RAM console'],
    [{ credentials: keys }, 'credentials: must be a function'],
    [{ ...keys, id: 'a/b' }, 'id: must be'],
    [{ ...keys, baseUrl: 'http://dysmsapi.aliyuncs.com' }, 'baseUrl: must start with https://'],
    [{ ...keys, signature: '【示例】' }, 'signature: must be the name of an approved signature, without brackets'],
    [{ ...keys, signature: { China: '示例' } }, 'signature.China: must be a country'],
    [{ ...keys, signature: {} }, 'signature: names no country'],
    [{ ...keys, templates: { SMS_1: { HK: 'SMS 2' } } }, 'templates.SMS_1.HK: must be the code of a template'],
    [{ ...keys, templates: 'SMS_1' }, 'templates: must be an object'],
    [{ ...keys, webhooks: {} }, 'webhooks.secret: is missing'],
    [{ ...keys, webhooks: { secret: 'short' } }, 'webhooks.secret: must have at least 16'],
    [{ ...keys, webhooks: { secret: 'with/a/slash/in/it/' } }, 'webhooks.secret: must have at least 16'],
    [{ ...keys, verification: {} }, 'verification.signature: is missing'],
    [{ ...keys, verification: { ...verification, codeLength: 3 } }, 'verification.codeLength: must be a whole number'],
    [
      { ...keys, verification: { ...verification, codeLifetimeMs: 90_000 } },
      'codeLifetimeMs: must be a whole number of minutes',
    ],
    [
      { ...keys, verification: { ...verification, codeLifetimeMs: 0 } },
      'codeLifetimeMs: must be a whole number of minutes',
    ],
    [{ ...keys, verification: { ...verification, intervalMs: 1 } }, 'intervalMs: must be a whole number of seconds'],
    [{ ...keys, verification: { ...verification, scheme: 'x'.repeat(21) } }, 'scheme: must be the name of a scheme'],
    [
      { ...keys, verification: { ...verification, baseUrl: 'http://a.example' } },
      'verification.baseUrl: must start with https://',
    ],
    [{ ...keys, acessKeyId: 'x' }, 'acessKeyId: is not an option; did you mean accessKeyId?'],
    [{ ...keys, maxPerSecond: 0 }, 'maxPerSecond: must be'],
    [undefined, 'must be an object of options'],
  ])('%j are refused by name', (options, words) => {
    expect(() => aliyun(options as never)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', message: expect.stringContaining(words) }),
    );
    expect(() => aliyun(options as never)).toThrow(/^aliyun\(\): /);
  });

  it('repeat no value in a message', () => {
    const secret = 'canary secret with spaces';
    for (const options of [
      { ...keys, accessKeySecret: secret },
      { ...keys, webhooks: { secret } },
    ]) {
      expect(() => aliyun(options)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('canary') }),
      );
    }
  });

  it('may be all there are', async () => {
    const provider = aliyun({
      ...keys,
      securityToken: 'token',
      id: 'aliyun-backup',
      signature: { CN: '示例', '+852': 'Shop', default: 'Shop' },
      templates: { SMS_1: { HK: 'SMS_2' } },
      webhooks: { secret: '0123456789abcdef' },
      verification: { ...verification, codeLength: 8, codeLifetimeMs: 60_000, intervalMs: 1_000, scheme: 'login' },
      maxPerSecond: 100,
    });
    expect(provider.id).toBe('aliyun-backup');
    await provider.close();
  });
});
